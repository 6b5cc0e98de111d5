"""A small game whose score depends on what is learned, and a run of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomlkit
from experiments.in_this_process import InThisProcess

from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory

GAME = '''\
"""Somebody walks to and fro; to the right there is something to be had, at times."""

import random

from retro.agent import ArrowKeyAgent
from retro.game import Game


class Walker(ArrowKeyAgent):
    name = "walker"
    character = "☻"
    position = (2, 1)

    def play_turn(self, game):
        luck = random.choice([0, 1, 1])
        if self.position[0] == 4:
            game.state["score"] += luck
        game.state["steps"] += self.position[0]
        if game.turn_number == 12:
            game.end()


def create_game():
    return Game([Walker()], {"score": 0, "steps": 0}, board_size=(5, 3))
'''


@pytest.fixture(autouse=True)
def own_plugins():
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """The working directory, with the game in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "walk.py").write_text(GAME, encoding="utf-8")
    return tmp_path


@pytest.fixture
def base(place) -> Path:
    """A run of that game which nobody has trained."""
    sections: dict[str, Any] = {
        "config_version": 1,
        "game": {"name": (place / "walk.py").as_posix()},
        "metadata": {"actions": ["KEY_LEFT", "KEY_RIGHT"], "reward": "steps", "character_set": ["☻", "+"]},
        "preprocessing": {"encoder": "one_hot"},
        "model": {"network": "mlp", "hidden_sizes": [4]},
        "training": {
            "learning_starts": 16,
            "batch_size": 8,
            "memory_capacity": 200,
            "memory": "prioritized",
            "alpha": 0.5,
            "evaluate_every": 60,
            "evaluation_games": 2,
            "device": "cpu",
            "seed": 77,
        },
        "logging": {"loggers": ["json_lines"]},
    }
    run = RunDirectory.create(place / "base", tomlkit.dumps(sections))
    return run.path.relative_to(place)


@pytest.fixture
def executor(monkeypatch) -> InThisProcess:
    return InThisProcess.put_in_place(monkeypatch)
