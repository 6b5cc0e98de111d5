"""Small games in real files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retro_gamer_core.plugins.registry import installed_plugins

#: Five cells; a coin lies in the last. Whoever takes it has won, and luck changes by chance of both kinds.
CORRIDOR = """\
import random

import numpy as np
from retro.game import Game


class Walker:
    name = "walker"
    character = "@"
    color = "red_on_black"
    position = (0, 0)

    def handle_keystroke(self, key, game):
        x = self.position[0] + {"KEY_LEFT": -1, "KEY_RIGHT": 1}[key.name]
        if 0 <= x < 5:
            self.position = (x, 0)

    def play_turn(self, game):
        game.state["luck"] = random.random() + np.random.random()
        if self.position == (4, 0):
            game.state["score"] += 1
            game.end()


class Coin:
    character = "☻"
    color = "gold_on_blue"
    position = (4, 0)
    z = -1


def create_game():
    return Game([Walker(), Coin()], {"score": 0, "luck": 0.0}, board_size=(5, 1), framerate=7)
"""

ABOUT_CORRIDOR = """\
[tool.retro-gamer]
actions = ["KEY_LEFT", "KEY_RIGHT"]
reward = "score"
character_set = ["@", "☻"]
observe_state = ["luck"]
"""


@pytest.fixture(autouse=True)
def own_imports(monkeypatch) -> Iterator[None]:
    """Take back what a test added to ``sys.path`` and ``sys.modules``, and the plugins it found."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()
    for name, module in list(sys.modules.items()):
        if "pytest-" in str(getattr(module, "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def corridor(tmp_path) -> Path:
    """A game with its description beside it."""
    (tmp_path / "pyproject.toml").write_text(ABOUT_CORRIDOR, encoding="utf-8")
    path = tmp_path / "corridor.py"
    path.write_text(CORRIDOR, encoding="utf-8")
    return path
