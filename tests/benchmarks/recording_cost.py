"""What recording games costs a training: turns a second with the logger ``recordings`` and without, in one run.

    python tests/benchmarks/recording_cost.py [episodes] [game …]

The same training each time, evaluations included, so the turns are the same ones. The two take turns, so that a busy
machine slows both alike, and the processor's time is counted, of which others take nothing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from click.testing import CliRunner

ROUNDS, EPISODES, GAMES = 3, 400, ("snake", "nav", "beast")
LOGGERS = {
    "without": '["training_log", "json_lines"]',
    "with": '["training_log", "json_lines", "recordings"]',
}


def measure(games: tuple[str, ...] = GAMES, episodes: int = EPISODES) -> list[dict[str, Any]]:
    """Rows with ``game``, ``turns``, ``without`` and ``with`` (turns a second), ``share`` (of the rate that is kept)
    and ``bytes`` (of all recordings)."""
    return [_measured(game, episodes) for game in games]


def _measured(game: str, episodes: int) -> dict[str, Any]:
    rates: dict[str, list[float]] = {name: [] for name in LOGGERS}
    written = 0
    for round_ in range(-1, ROUNDS):
        for name in sorted(LOGGERS, reverse=round_ % 2 == 0):
            turns, seconds, size = _train(game, LOGGERS[name], 100 if round_ < 0 else episodes)
            if round_ >= 0:  # the first pair only warms up
                rates[name].append(turns / seconds)
            written = max(written, size)
    without, with_them = (median(rates[name]) for name in ("without", "with"))
    row = {"game": game, "turns": turns, "without": without, "with": with_them}
    return {**row, "share": with_them / without, "bytes": written}


def _train(game: str, loggers: str, episodes: int) -> tuple[int, float, int]:
    from retro_gamer_core.cli.group import retro_gamer
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.loading import load_trainer

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "run"
        chosen = [f"logging.loggers={loggers}", "training.seed=3", "training.evaluate_every=10000"]
        create = ["create", "--game", game, "--output", str(path), "--training-episodes", str(episodes)]
        created = CliRunner().invoke(
            retro_gamer, [*create, *(part for each in chosen for part in ("--set", each))]
        )
        assert created.exit_code == 0, created.output
        trainer = load_trainer(RunDirectory.open(path))
        began = process_time()
        outcome = trainer.train()
        seconds = process_time() - began
        size = sum(file.stat().st_size for file in trainer.run.recordings())
        return outcome.total_turns, seconds, size


if __name__ == "__main__":
    arguments = sys.argv[1:]
    for game in tuple(arguments[1:]) or GAMES:
        [row] = measure((game,), int(arguments[0]) if arguments else EPISODES)
        print(
            f"{row['game']:8} {row['turns']:9,} turns   {row['without']:8,.0f} turns/s without, "
            f"{row['with']:8,.0f} with: {row['share']:6.1%}   {row['bytes'] / 1000:,.0f} kB written"
        )
