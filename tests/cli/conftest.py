"""The real command in a process of its own, packages that look installed, and runs made by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from waiting import PATIENCE

from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Evaluated, RunInfo
from retro_gamer_loggers.json_lines import JsonLinesWriter

CONFIG = """\
config_version = 1

[game]
name = "snake"

[metadata]
actions = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]
reward = "reward"
character_set = ["@", "*", "☻"]
board_size = [32, 16]

[preprocessing]
encoder = "egocentric"
radius = 5

[model]
network = "mlp"
hidden_sizes = [256, 128]

[training]
training_episodes = 400
learning_rate = 0.0005
"""


def checkpoint(episode: int, reward: float, **values: Any) -> CheckpointSaved:
    """The averages of a hundred episodes."""
    usual = {
        "average_turns": 40.0,
        "epsilon": 0.9,
        "average_loss": None,
        "seconds": 12.0,
        "total_seconds": 12.0,
    }
    more = {"first_episode": episode - 99, "total_turns": 70 * episode, "turns_per_second": 300.0}
    path = Path(f"ep_{episode:04d}.pt")
    return CheckpointSaved(path=path, episode=episode, average_reward=reward, **{**usual, **more, **values})


def episode(number: int, reward: float, turns: int = 40, loss: float | None = None) -> EpisodeFinished:
    return EpisodeFinished(number, reward, turns, 1 - number / 1000, loss, "game over", 70 * number)


CHOICES = [
    "encoder egocentric: the learner sees a window of 11×11 cells",
    "network mlp: fully connected layers 484 → 256 → 128 → 5",
]

#: What happened in a run, in the order of happening; the choices are those of a session that begins there.
LOG = (
    CHOICES,
    episode(1, -3.0),
    checkpoint(100, -1.5),
    checkpoint(
        200, 2.5, average_turns=70.0, epsilon=0.8, average_loss=0.0432, seconds=50.0, total_seconds=62.0
    ),
    checkpoint(
        300, 8.0, average_turns=99.0, epsilon=0.7, average_loss=0.051, seconds=60.0, total_seconds=122.0
    ),
    episode(301, 10.0, 90, 0.05),
    episode(302, 20.0, 110, 0.05),
)


@dataclass(frozen=True)
class Ended:
    """What a command printed, and its exit code."""

    out: str
    err: str
    code: int


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """Environment variables for commands: nothing of the person's own, and the packages of ``install``."""
    (tmp_path / "site-packages").mkdir()
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("RETRO_GAMER") and key not in ("NO_COLOR", "COLUMNS", "PYTHONIOENCODING")
    }
    return {**inherited, "PYTHONPATH": str(tmp_path / "site-packages"), "PYTHONUTF8": "1", "TERM": "xterm"}


@pytest.fixture
def retro_gamer(tmp_path, environment) -> Callable[..., Ended]:
    """``retro_gamer("list", "--json")``: the command as people run it, in ``tmp_path``, without a terminal."""

    def retro_gamer(
        *arguments: object, preexec_fn: Callable[[], None] | None = None, **more_environment: str
    ) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "retro_gamer_core.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**environment, **more_environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            preexec_fn=preexec_fn,
        )
        return Ended(done.stdout.decode("utf-8"), done.stderr.decode("utf-8"), done.returncode)

    return retro_gamer


@pytest.fixture
def no_room() -> Callable[[], None]:
    """To be called in a new process: its files can hold nothing from then on, as on a full disk. Not on Windows."""

    def no_room() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    return no_room


@pytest.fixture
def install(tmp_path, environment) -> Callable[..., None]:
    """``install("snake-pack", "1.0", {"retro.games": …}, {"snake_pack.py": …})``: a package, as pip leaves it."""

    def install(
        distribution: str,
        version: str,
        entry_points: Mapping[str, Mapping[str, str]],
        files: Mapping[str, str],
    ) -> None:
        site = tmp_path / "site-packages"
        for name, text in files.items():
            path = site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        information = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        information.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (information / "METADATA").write_text(metadata, encoding="utf-8")
        lines = [
            line
            for group, entries in entry_points.items()
            for line in (f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()))
        ]
        (information / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    return install


@pytest.fixture
def make_run(tmp_path) -> Callable[..., Path]:
    """``make_run("runs/snake", log=LOG, checkpoints=("ep_0100",))``: a run, file by file."""

    def make_run(
        name: str = "runs/snake",
        *,
        config: str | None = CONFIG,
        log: Sequence[Any] = (),
        checkpoints: tuple[str, ...] = (),
        states: tuple[str, ...] = (),
    ) -> Path:
        run = tmp_path / name
        for directory in ("checkpoints", "state"):
            (run / directory).mkdir(parents=True)
        if config is not None:
            (run / "config.toml").write_text(config, encoding="utf-8")
        write = JsonLinesWriter(run)
        for event in log:
            match event:
                case EpisodeFinished():
                    write.episode_finished(event)
                case CheckpointSaved():
                    write.checkpoint_saved(event)
                case Evaluated():
                    write.evaluated(event)
                case choices:
                    write.training_started(RunInfo(run, "snake", 7), choices)
        write.state_dict()  # all that was held back is written then
        for checkpoint in checkpoints:
            (run / "checkpoints" / f"{checkpoint}.pt").write_bytes(b"w" * 1500)
        for state in states:
            (run / "state" / f"{state}.npz").write_bytes(b"s" * 2000)
        return run

    return make_run


@pytest.fixture
def trained_run(make_run) -> Path:
    """A run that was stopped after 302 of 400 episodes."""
    return make_run(
        log=LOG, checkpoints=("ep_0100", "ep_0200", "ep_0300"), states=("turns_9000", "turns_20800")
    )
