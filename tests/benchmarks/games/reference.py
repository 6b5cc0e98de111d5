"""What random keys and the hand-written players reach: the ends 0 and 1 of the normalised scale.

    python -m tests.benchmarks.games.reference

plays twenty games of each, on the seeds 0 to 19, and prints the table that stands below.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import fmean
from typing import Any

from retro.input import ProgrammaticInput

from tests.benchmarks.games import CHOOSING, JUDGING

#: Mean scores of twenty games: random keys (pressing nothing among them), and the hand-written player.
SCORES = {
    "foraging": (0.95, 39.85),
    "lanes": (-5.00, 267.50),
    "pushing": (0.35, 45.70),
    "pursuers": (-3.40, 7.05),
    "trap": (6.60, 67.80),
    "treasure": (0.05, 15.55),
    "shooter": (-6.65, 25.15),
    "bouncer": (-4.70, 26.70),
    "falling": (-5.95, 58.15),
    "ball": (-0.80, 20.00),
    "doors": (1.25, 83.50),
    "carrying": (0.15, 24.10),
    "timing": (-4.50, 26.00),
    "growing": (-1.90, 9.55),
}

_MOST_TURNS = 2000


def actions_of(name: str) -> list[str]:
    """The keys of a game, as its description says."""
    tables = tomllib.loads((Path(__file__).parent / "pyproject.toml").read_text("utf-8"))["tool"][
        "retro-gamer"
    ]
    found: list[str] = tables["games"].get(name, {}).get("actions", tables["actions"])
    return found


def played(name: str, choose: Callable[[Any], str | None], seed: int) -> float:
    """The score of one game."""
    random.seed(seed)
    game = import_module(f"tests.benchmarks.games.{name}").create_game()
    game.input_source = keys = ProgrammaticInput()
    game.start()
    while game.playing and game.turn_number < _MOST_TURNS:
        if key := choose(game):
            keys.press(key)
        game.step()
    return float(game.state["score"])


def mean_scores(name: str, games: int) -> tuple[float, float]:
    """The mean scores of random keys and of the hand-written player in so many games."""
    actions: list[str | None] = [*actions_of(name), None]
    rng = random.Random(0)
    scripted = import_module(f"tests.benchmarks.games.{name}").scripted
    players: list[Callable[[Any], str | None]] = [lambda game: rng.choice(actions), scripted]
    at_random, by_hand = (fmean(played(name, player, seed) for seed in range(games)) for player in players)
    return at_random, by_hand


def normalised(name: str, score: float) -> float:
    """0 is random play, 1 is as good as the hand-written player."""
    at_random, by_hand = SCORES[name]
    return (score - at_random) / (by_hand - at_random)


if __name__ == "__main__":
    for each in (*CHOOSING, *JUDGING):
        print(f'    "{each}": ({", ".join(f"{score:.2f}" for score in mean_scores(each, 20))}),')
