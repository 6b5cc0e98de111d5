"""The game of tag from the documentation, with a small run for each side."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from retro_gamer_core.duels import opponent
from retro_gamer_core.duels.directory import DuelDirectory
from retro_gamer_core.duels.duel import Duel
from retro_gamer_core.duels.sides import Side, open_sides
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.interrupts import StopRequest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "duel.md"

QUICK = {
    "games_in_step": 4,
    "learning_starts": 32,
    "batch_size": 8,
    "train_every": 8,
    "memory_capacity": 500,
    "memory": "uniform",
    "seed": 7,
    "device": "cpu",
}


@pytest.fixture(scope="session")
def tag_files() -> dict[str, str]:
    """The files that the page tells people to make, by name."""
    blocks = re.findall(r"^```\w+\n(# ([\w.]+)\n.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    return {name: text for text, name in blocks}


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch, tag_files) -> Iterator[Path]:
    """A directory to work in, with the game in it; what is imported from there is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loaded = set(sys.modules)
    installed_plugins.cache_clear()
    opponent.load.cache_clear()
    for name, text in tag_files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    yield tmp_path
    installed_plugins.cache_clear()
    for name in set(sys.modules) - loaded:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def make_run(desk) -> Callable[..., RunDirectory]:
    """``make_run("chaser")``: a small run of that side in ``runs/``, not trained yet."""

    def make_run(
        side: str,
        output: str = "",
        *,
        metadata: dict[str, Any] | None = None,
        training: dict[str, Any] | None = None,
        model: dict[str, Any] | None = None,
    ) -> RunDirectory:
        run = RunDirectory.create(Path(output or f"runs/{side}"))
        described = {
            "actions": ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"],
            "character_set": ["C", "R", "#"],
            "reward": f"{side}_points",
            "player": side,
            "winner": "winner",
            **(metadata or {}),
        }
        sections = {
            "config_version": 1,
            "game": {"name": f"{(desk / 'tag.py').as_posix()}:create_{side}_game"},
            "metadata": {key: value for key, value in described.items() if value is not None},
            "preprocessing": {"encoder": "egocentric"},
            "model": {"network": "mlp", "hidden_sizes": [8], **(model or {})},
            "training": {**QUICK, **(training or {})},
        }
        run.config.write_text(tomlkit.dumps(sections), encoding="utf-8")
        return run

    return make_run


@pytest.fixture
def sides(make_run) -> tuple[Side, Side]:
    """Both sides of the game, not trained yet."""
    make_run("chaser")
    make_run("runner")
    return open_sides(Path("runs/chaser"), Path("runs/runner"))


class Quiet:
    """Watches a duel, says nothing, and remembers what was trained; may ask to stop."""

    def __init__(self, stop: StopRequest | None = None, stop_at: int | None = None) -> None:
        self.trained: list[tuple[int, str]] = []
        self.matches_played = 0
        self._stop, self._stop_at = stop, stop_at

    def __call__(self, line: str) -> None:
        if training := re.match(r"Round (\d+) of \d+: (\w+) trains", line):
            self.trained.append((int(training[1]), training[2]))
        elif matches := re.match(r"  matches: (\d+) pairings?, (\d+) games each", line):
            self.matches_played += int(matches[1]) * int(matches[2])
        else:
            return
        if self._stop_at is not None:
            self._stop_at -= 1
            if self._stop_at == 0:
                self._stop.ask()


class _Deaf:
    """A listener of a training."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *heard: None


@pytest.fixture
def play_duel() -> Callable[..., Any]:
    """``play_duel(sides, rounds=2)``: the duel, who watched it, and what the comparison says."""

    def play_duel(sides, *, rounds=2, episodes=6, opponents="pool", matches=4, stop_at=None, output="duel"):
        directory, stop = DuelDirectory(output), StopRequest()
        quiet = Quiet(stop, stop_at)
        with directory.hold():
            settings = (rounds, episodes, opponents, matches)
            duel = Duel(sides, directory, *settings, quiet, lambda begun, until: nullcontext(_Deaf()), stop)
            return duel, quiet, duel.play()

    return play_duel
