"""How high the ladder of each game is: do players that look further reach more?

    python -m tests.benchmarks.ladder snake nav beast --games 10 --turns 1000

plays what is not in ``ladders/`` yet, a game at a time for all players, and prints a table in Markdown after each.
``--copies`` gives look_ahead another budget than the usual one. Names of ``tests/benchmarks/games`` may be given, too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from retro_gamer_core.evaluation.games import GameSettings
from retro_gamer_core.evaluation.ladder import Ladder, rungs
from retro_gamer_core.evaluation.report import Results
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.plugins.registry import installed_plugins

_PLAYERS = ("random", "careful", "look_ahead")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("names", nargs="+")
    asked.add_argument("--games", type=int, default=10)
    asked.add_argument("--turns", type=int, default=1000)
    asked.add_argument("--copies", type=int)
    given = asked.parse_args()
    plugins = installed_plugins()
    options = {} if given.copies is None else {"copies": given.copies}
    by_name = {rung.name: rung for rung in rungs(plugins, [("look_ahead", options)])}
    ladders = {}
    for name in given.names:
        beside = Path(__file__).parent / "games" / f"{name}.py"
        found = find_game(str(beside) if beside.is_file() else name)
        assert found.metadata is not None, name
        complete_metadata(found.metadata, found.factory)
        settings: GameSettings = {"max_turns": given.turns, "seed": 0, "score_key": "score"}
        short = Path(name).stem
        ladders[short] = Ladder(found, found.metadata, settings, Path("ladders") / short / "ladder.json")
    for count in range(1, given.games + 1):
        for name, ladder in ladders.items():
            for player in _PLAYERS:
                for _ in ladder.play(by_name[player], count, plugins):
                    pass
            print(f"\n{name}, {count} games", flush=True)
            print("| player | score | 95 % interval | turns |\n|---|---|---|---|")
            for player in _PLAYERS:
                found_out = Results.of(ladder.played(by_name[player], count))
                low, high = found_out.compared.ci95
                print(
                    f"| {player} | {found_out.compared.mean:,.1f} | {low:,.1f} to {high:,.1f} | "
                    f"{found_out.turns.mean:,.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
