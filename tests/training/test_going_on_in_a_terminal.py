"""In a real terminal (a pseudo one): Ctrl-C twice and going on is the same as one go, whoever draws on the way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retro_gamer_core.runs.run_directory import RunDirectory

pytest.importorskip("pty", reason="Windows has no pseudo terminals")
pytest.importorskip("fcntl")
from agents_in_games.terminals import Terminal

SNAKE = {
    "game": "snake",
    "metadata": {
        "actions": ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"],
        "reward": "reward",
        "character_set": ["@", "*", ">", "<", "^", "v"],
    },
    "logging": {"loggers": ["training_log", "json_lines", "draws:Draws"]},
}

#: Draws whenever it hears something, from Python's and numpy's generators, and imports rich as late as can be.
DRAWS = """\
import random

import numpy as np


class Draws:
    def __init__(self, run_directory=None):
        random.seed(), np.random.seed()

    def __getattr__(self, what):
        def hear(*arguments):
            random.random(), random.gauss(0, 1), np.random.rand(), np.random.randn()
            if what == "state_dict":
                return {}
            if what == "episode_finished":
                import rich.progress
        return hear
"""

#: The plugin's hooks draw, too.
PLUGIN = """\
import random

import numpy as np
from retro_gamer_core import hookimpl

random.seed(), np.random.seed()


@hookimpl
def retro_gamer_episode_finished(episode):
    random.random(), np.random.randn()
"""

FROM_PYTHON = """\
import random
import signal
from pathlib import Path

from draws import Draws
from retro_gamer_core.terminal.progress import progress_for
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.interrupts import stop_on_interrupt
from retro_gamer_core.training.loading import load_trainer

trainer = load_trainer(RunDirectory.open(Path("run")))
trainer.load_newest()
random.random()
with stop_on_interrupt(print) as stop, progress_for(trainer) as progress:
    outcome = trainer.train([progress, Draws()], stop)
print("Ended:", outcome.reason)
"""


@pytest.fixture
def trained(make_run, outcome_of, tmp_path) -> Callable[..., dict[str, Any]]:
    """``trained("one", command, ["ep_0050", …])``: what a run comes to that is interrupted at these checkpoints."""

    def trained(
        name: str, command: list[str], interrupted_at: list[str], training: dict[str, Any]
    ) -> dict[str, Any]:
        directory = tmp_path / name
        directory.mkdir()
        (directory / "draws.py").write_text(DRAWS, encoding="utf-8")
        (directory / "train.py").write_text(FROM_PYTHON, encoding="utf-8")
        _install_plugin(directory)
        settings = {"training_episodes": 120, "checkpoint_every": 20, "games_in_step": 4, **training}
        run: RunDirectory = make_run(directory, training=settings, **SNAKE)
        for text in (*interrupted_at, ""):
            terminal = Terminal(
                [sys.executable, *command],
                cwd=directory,
                env={"PYTHONPATH": str(directory)},
                columns=69,  # in which a line is printed for each checkpoint
                rows=24,
            )
            try:
                if text:
                    terminal.wait_for(text)
                    terminal.press("\x03")
                    terminal.wait()
                    assert not run.final_checkpoint.is_file(), "it was interrupted too late"
                else:
                    assert terminal.wait() == 0, terminal.shown
            finally:
                terminal.close()
        log = run.log.read_text(encoding="utf-8")
        assert "failed" not in log and "could not be played again" not in log
        assert log.count("resumed from turns_") == len(interrupted_at)
        return outcome_of(run)

    return trained


def _install_plugin(site: Path) -> None:
    (site / "draws_plugin.py").write_text(PLUGIN, encoding="utf-8")
    information = site / "draws_plugin-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: draws-plugin\nVersion: 1.0\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text(
        "[retro_gamer]\ndraws_plugin = draws_plugin\n", encoding="utf-8"
    )


COMMAND = ["-m", "retro_gamer_core.cli", "train", "run"]


@pytest.mark.parametrize(
    ("command", "training"),
    [
        pytest.param(COMMAND, {}, id="command"),
        pytest.param(["train.py"], {}, id="from Python"),
        pytest.param(COMMAND, {"game_process": True}, id="command, games elsewhere", marks=pytest.mark.slow),
        pytest.param(COMMAND, {"games_in_step": 1}, id="command, one game", marks=pytest.mark.slow),
    ],
)
def test_interrupted_twice_is_the_same_as_in_one_go(trained, assert_same, command, training):
    whole = trained("whole", command, [], training)
    parts = trained("parts", command, ["episode 20 of", "episode 60 of"], training)
    for name in parts["checkpoints"].keys() - whole["checkpoints"].keys():  # where it was interrupted
        del parts["checkpoints"][name]
    assert_same(parts, whole)
