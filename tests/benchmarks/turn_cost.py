"""What seeing costs: microseconds a turn of a bare game, of one that is seen, and of retro-gamer 0.4.0.

Run it with ``python tests/benchmarks/turn_cost.py``. All ways play the very same games, key by key, and
take turns game by game, so a busy machine slows them alike and the ratios can be trusted more than
the figures themselves.

To have retro-gamer 0.4.0 beside it, unpack it and say where. It runs in a process of its own, as its
package has the same name as ours::

    pip download --no-deps retro-gamer==0.4.0
    python -m zipfile -e retro_gamer-0.4.0-py3-none-any.whl peer
    RETRO_GAMER_PEER=peer python tests/benchmarks/turn_cost.py
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from retro.game import Game
from retro.input import ProgrammaticInput
from retro.views import HeadlessView

from retro_gamer_core.games.finding import FoundGame, find_game
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.environment import GameEnvironment, complete_metadata
from retro_gamer_core.plugins.registry import installed_plugins

#: Games played with random keys, and most turns of each; snake is over after some thirty.
GAMES = {"snake": (600, 100), "nav": (60, 300), "beast": (30, 60)}
BARE = "bare Game.step()"
PEER = "retro-gamer 0.4.0"

#: Plays the game of that seed with these actions; returns the seconds of its turns alone.
Play = Callable[[int, list[int]], float]


def measure() -> list[dict[str, Any]]:
    """One row for each game: median microseconds a turn by way of playing, and median ratios to the bare game."""
    return [_measure_game(find_game(name), games, turns) for name, (games, turns) in GAMES.items()]


def _measure_game(game: FoundGame, games: int, most_turns: int) -> dict[str, Any]:
    complete_metadata(game.metadata, game.factory)
    peer = _start_peer(game)
    ways: dict[str, Play] = {
        BARE: _stepping(game, lambda: None),
        "with HeadlessView": _stepping(game, HeadlessView),
        "one_hot": _seeing(game, "one_hot"),
        "egocentric": _seeing(game, "egocentric"),
        "egocentric, radius 4": _seeing(game, "egocentric", radius=4),
    }
    if peer:
        ways[PEER] = lambda seed, actions: _ask(peer, seed, actions)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for seed in range(games):
        actions = random.Random(seed).choices(range(game.metadata.n_actions), k=most_turns)
        del actions[_turns_until_over(game, seed, actions) :]
        for way, play in ways.items():
            times[way].append(1e6 * play(seed, actions) / len(actions))
    if peer:
        peer.communicate()
    return {
        "game": game.name,
        "microseconds": {way: median(times[way]) for way in ways},
        "ratios": {
            way: median(time / bare for time, bare in zip(times[way], times[BARE], strict=True))
            for way in ways
        },
    }


def _started(found: FoundGame, seed: int, view: HeadlessView | None = None) -> Game:
    random.seed(seed)
    game = found.factory()
    game.input_source, game.view = ProgrammaticInput(), view
    game.start()
    return game


def _turns_until_over(found: FoundGame, seed: int, actions: list[int]) -> int:
    game = _started(found, seed)
    for action in actions:
        game.input_source.press(found.metadata.keys[action])
        game.step()
        if not game.playing:
            break
    return game.turn_number


def _stepping(found: FoundGame, make_view: Callable[[], HeadlessView | None]) -> Play:
    names = found.metadata.keys

    def play(seed: int, actions: list[int]) -> float:
        game = _started(found, seed, make_view())
        press = game.input_source.press
        began = perf_counter()
        for action in actions:
            press(names[action])
            game.step()
        return perf_counter() - began

    return play


def _seeing(found: FoundGame, encoder_name: str, **options: Any) -> Play:
    """The way of the training loop: turn the game, read its board, write what an encoder sees of it."""
    plugins = installed_plugins()
    encoder = plugins.build(plugins.find_part("encoder", encoder_name), options, metadata=found.metadata)
    environment = GameEnvironment(found.factory, found.metadata, encoder)
    seen = Observations.empty(1, encoder.spec)
    cells, features = seen.cells[0], seen.features[0]

    def play(seed: int, actions: list[int]) -> float:
        random.seed(seed)
        environment.begin_episode()
        began = perf_counter()
        for action in actions:
            environment.play_turn(action)
            environment.write_observation(cells, features)
        return perf_counter() - began

    return play


def _start_peer(found: FoundGame) -> subprocess.Popen[str] | None:
    """Another process, in which the peer plays this game; None when nobody said where the peer is."""
    directory = os.environ.get("RETRO_GAMER_PEER")
    if not directory:
        return None
    metadata = found.metadata
    description = {
        "actions": metadata.actions,
        "reward": metadata.reward,
        "character_set": metadata.character_set,
        "spatial": metadata.spatial,
        "board_size": metadata.board_size,
    }
    script = Path(__file__).with_name("peer_turns.py")
    return subprocess.Popen(
        [sys.executable, str(script), directory, found.module, json.dumps(description)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def _ask(peer: subprocess.Popen[str], seed: int, actions: list[int]) -> float:
    print(json.dumps([seed, actions]), file=peer.stdin, flush=True)
    return float(peer.stdout.readline())


def main() -> None:
    print("µs a turn, median (times the bare game)")
    rows = measure()
    print(" " * 22 + "".join(f"{row['game']:>18}" for row in rows))
    for way in rows[0]["microseconds"]:
        figures = [(row["microseconds"][way], row["ratios"][way]) for row in rows]
        print(f"{way:<22}" + "".join(f"{time:>10.1f} ({ratio:.2f})" for time, ratio in figures))


if __name__ == "__main__":
    main()
