"""Small games with one fault each, and what a check says of them."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from retro.game import Game

from retro_gamer_core.checks import game as checking
from retro_gamer_core.plugins.registry import installed_plugins

STEPS = {"KEY_LEFT": (-1, 0), "KEY_RIGHT": (1, 0)}
DESCRIPTION = {
    "actions": ["KEY_LEFT", "KEY_RIGHT"],
    "reward": "score",
    "character_set": ["@", "$"],
    "board_size": [9, 3],
}


class Walker:
    """Walks along a street and picks up a coin now and then."""

    name = "walker"
    character = "@"

    def __init__(self) -> None:
        self.position = (random.randrange(9), 1)

    def handle_keystroke(self, keystroke: Any, game: Game) -> None:
        (x, y), (dx, dy) = self.position, STEPS.get(keystroke.name, (0, 0))
        if game.on_board((x + dx, y + dy)):
            self.position = (x + dx, y + dy)

    def play_turn(self, game: Game) -> None:
        coin = game.get_agent_by_name("coin")
        if self.position == coin.position:
            game.state["score"] += 1
            coin.position = (random.randrange(9), 1)
        if random.random() < 0.02:
            game.end()


class Coin:
    name = "coin"
    character = "$"

    def __init__(self) -> None:
        self.position = (random.randrange(9), 1)


def sound_game(walker: type = Walker, state: dict[str, Any] | None = None, **settings: Any) -> Game:
    return Game([walker(), Coin()], {"score": 0.0, **(state or {})}, board_size=(9, 3), **settings)


@pytest.fixture(autouse=True)
def own_imports(monkeypatch) -> Iterator[None]:
    """Take back what a test added to ``sys.path`` and ``sys.modules``, and the plugins it found."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    loaded = set(sys.modules)
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()
    for name in set(sys.modules) - loaded:
        if "pytest-" in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture(scope="session")
def walker() -> type[Walker]:
    return Walker


@pytest.fixture(scope="session")
def make_game() -> Callable[..., Game]:
    """``make_game(Walker, state={…})``: a game in which nothing is wrong but what is changed."""
    return sound_game


@pytest.fixture
def description() -> dict[str, Any]:
    """Of the sound game; a test may change it."""
    return {key: list(value) if isinstance(value, list) else value for key, value in DESCRIPTION.items()}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch) -> None:
    """All turns are played and all keys tried, however busy the machine is; else luck decides what is found."""
    for name in ("QUICK", "THOROUGH"):
        effort = replace(getattr(checking, name), seconds=300.0, moment_seconds=300.0)
        monkeypatch.setattr(checking, name, effort)
