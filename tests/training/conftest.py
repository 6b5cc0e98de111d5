"""Small games in real files, runs made of them, and what a run amounts to in the end."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import tomlkit
import torch

from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.runs.saved_state import is_state, read_state

COIN_GAME = '''\
"""A walker looks for coins. Every step costs strength, and beyond the edge there is nothing."""

import random

from retro.game import Game

STEPS = {"KEY_LEFT": (-1, 0), "KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_DOWN": (0, 1)}


class Walker:
    name = "walker"
    character = "@"
    position = (2, 2)

    def handle_keystroke(self, key, game):
        (x, y), (dx, dy) = self.position, STEPS[key.name]
        if game.on_board((x + dx, y + dy)):
            self.position = (x + dx, y + dy)
        else:
            game.end()

    def play_turn(self, game):
        game.state["strength"] -= 1
        coin = game.get_agent_by_name("coin")
        if self.position == coin.position:
            game.state["score"] += 1
            coin.position = place()
        if game.state["strength"] == 0:
            game.end()


class Coin:
    name = "coin"
    character = "$"

    def __init__(self):
        self.position = place()


def place():
    return random.randrange(6), random.randrange(4)


def create_game():
    return Game([Walker(), Coin()], {"score": 0, "strength": 20}, board_size=(6, 4))
'''

COIN_METADATA = {
    "actions": ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"],
    "reward": "score",
    "character_set": ["@", "$"],
    "board_size": [6, 4],
}

QUICK = {
    "training_episodes": 40,
    "checkpoint_every": 10,
    "evaluate_every": 0,  # tests/training/test_greedy_evaluation.py is about that
    "keep_checkpoints": 0,
    "learning_starts": 32,
    "batch_size": 8,
    "train_every": 2,
    "target_update_freq": 20,
    "memory_capacity": 200,
    "seed": 7,
    "device": "cpu",
}


@pytest.fixture(autouse=True)
def own_imports(monkeypatch) -> Iterator[None]:
    """Take back what a test added to ``sys.path`` and ``sys.modules``, and the plugins it found."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a game may be rewritten within the same second
    loaded = set(sys.modules)
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()
    forget_games_since(loaded)


@pytest.fixture(autouse=True, scope="module")
def own_games() -> Iterator[None]:
    """The same for games that the fixtures of a whole module loaded."""
    loaded = set(sys.modules)
    yield
    forget_games_since(loaded)


def forget_games_since(loaded: set[str]) -> None:
    for name in set(sys.modules) - loaded:
        file = getattr(sys.modules[name], "__file__", None)
        if file and "pytest-" in file:
            del sys.modules[name]


@pytest.fixture(scope="session")
def coin_game() -> str:
    return COIN_GAME


@pytest.fixture(scope="session")
def make_run() -> Callable[..., RunDirectory]:
    """``make_run(directory, game=SOURCE, training={…})``: a run of a game that lies beside it in a file.

    ``game`` may also be the name of an installed game; then ``metadata`` describes it.
    """

    def make_run(
        directory: Path,
        name: str = "run",
        *,
        game: str = COIN_GAME,
        metadata: Mapping[str, Any] | None = None,
        preprocessing: Mapping[str, Any] | None = None,
        model: Mapping[str, Any] | None = None,
        training: Mapping[str, Any] | None = None,
        logging: Mapping[str, Any] | None = None,
        wrapping: Mapping[str, Any] | None = None,
    ) -> RunDirectory:
        if "\n" in game:
            file = directory / "game.py"
            file.write_text(dedent(game), encoding="utf-8")
            game = file.as_posix()
        run = RunDirectory.create(directory / name)
        sections = {
            "config_version": 1,
            "game": {"name": game},
            "metadata": COIN_METADATA if metadata is None else metadata,
            "preprocessing": preprocessing or {},
            "model": {"network": "mlp", "hidden_sizes": [8], **(model or {})},
            "training": {**QUICK, **(training or {})},
            "logging": logging or {},
            "wrapping": wrapping or {},
        }
        run.config.write_text(tomlkit.dumps(sections), encoding="utf-8")
        return run

    return make_run


@pytest.fixture(scope="session")
def rewrite_game() -> Callable[[RunDirectory, str], None]:
    """``rewrite_game(run, source)``: another game, as another session would find it."""

    def rewrite_game(run: RunDirectory, source: str) -> None:
        file = run.path.parent / "game.py"
        file.write_text(source, encoding="utf-8")
        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) == str(file):
                del sys.modules[name]

    return rewrite_game


@pytest.fixture(scope="session")
def outcome_of() -> Callable[[RunDirectory], dict[str, Any]]:
    """All that a run has come to, without what differs from run to run: times, and the game's path."""

    def outcome_of(run: RunDirectory) -> dict[str, Any]:
        state = read_state(run.newest_states()[0])
        best = [run.best_checkpoint] if run.best_checkpoint.is_file() else []
        return {
            **{what: state[what] for what in ("loop", "alarms", "evaluation")},
            "log": _log(run.log),
            "events": _events(run.events),
            "checkpoints": {path.name: weights_in(path) for path in [*run.checkpoints(), *best]},
        }

    return outcome_of


@pytest.fixture(scope="session")
def assert_same() -> Callable[[object, object], None]:
    """Equal to the last bit, nested and with types; says where they differ."""

    def check(a: object, b: object, where: str = "") -> None:
        assert type(a) is type(b), where
        if isinstance(a, dict):
            assert a.keys() == b.keys(), where
            for key in a:
                check(a[key], b[key], f"{where}[{key!r}]")
        elif isinstance(a, list | tuple):
            assert len(a) == len(b), where
            for i, (x, y) in enumerate(zip(a, b, strict=True)):
                check(x, y, f"{where}[{i}]")
        elif isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, where
            np.testing.assert_array_equal(a, b, err_msg=where)
        elif isinstance(a, torch.Tensor):
            assert torch.equal(a, b), where
        else:
            assert a == b, where

    return check


@pytest.fixture(scope="session")
def files_in() -> Callable[[RunDirectory], dict[str, bytes]]:
    """Every file of a run, byte for byte."""

    def files_in(run: RunDirectory) -> dict[str, bytes]:
        return {
            path.relative_to(run.path).as_posix(): path.read_bytes()
            for path in sorted(run.path.rglob("*"))
            if path.is_file()
        }

    return files_in


class StopAt:
    """A stop request that is made once so many turns have been played."""

    def __init__(self, trainer: Any, turns: int) -> None:
        self._loop, self._turns = trainer.loop, turns

    @property
    def asked(self) -> bool:
        return self._loop.turns >= self._turns


@pytest.fixture(scope="session")
def stop_at() -> type[StopAt]:
    return StopAt


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.episodes: list[Any] = []
        self.checkpoints: list[Any] = []
        self.outcomes: list[Any] = []

    def training_started(self, run: Any, choices: list[str]) -> None:
        self.choices = choices

    def note(self, line: str) -> None:
        self.notes.append(line)

    def episode_finished(self, episode: Any) -> None:
        self.episodes.append(episode)

    def checkpoint_saved(self, checkpoint: Any) -> None:
        self.checkpoints.append(checkpoint)

    def training_finished(self, outcome: Any) -> None:
        self.outcomes.append(outcome)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def weights_in(checkpoint: Path) -> dict[str, Any]:
    if is_state(checkpoint):
        return read_state(checkpoint)["learner"]
    contents = torch.load(checkpoint, weights_only=True)
    del contents["total_training_seconds"], contents["config_snapshot"]["game"]
    return contents


def _log(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = ("[EP ", "[ep_", "[EVAL] ", "[NOTE] alarm ", "[NOTE] best.pt ")
    return [re.sub(" time=.*", "", line) for line in lines if line.startswith(kept)]


def _events(path: Path) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    timed = ("seconds", "total_seconds", "turns_per_second", "schema")
    return [
        {key: value for key, value in event.items() if key not in timed}
        for event in events
        if event["event"] in ("episode", "checkpoint", "evaluation", "alarm")
    ]
