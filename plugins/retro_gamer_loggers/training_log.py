"""``training.log``: every choice and every episode in plain lines, for people to read.

The lines are those of ``retro_gamer_core.runs.training_log_format``, where they are read again too.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.runs.training_log_format import (
    format_checkpoint,
    format_choice,
    format_episode,
    format_evaluation,
    format_heading,
    format_note,
)
from retro_gamer_loggers.resumable_lines import LINES_LOST, ResumableLines

if TYPE_CHECKING:
    from retro_gamer_core import CheckpointSaved, EpisodeFinished, Evaluated, Outcome, RunInfo


class TrainingLogWriter:
    """Writes ``training.log`` in the run's directory; lines are only ever added, or cut off by a resume."""

    def __init__(self, run_directory: Path) -> None:
        self._lines = ResumableLines(run_directory / "training.log")
        self._heading = "Resumed" if self._lines.size else "Training started"

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        for choice in choices:
            self._lines.append(format_choice(choice))
        self._lines.append(format_heading(self._heading, datetime.now()))
        self._lines.flush()

    def note(self, line: str) -> None:
        self._lines.append(format_note(line))

    def episode_finished(self, episode: EpisodeFinished) -> None:
        self._lines.append(format_episode(episode))

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        self._lines.append(format_checkpoint(checkpoint))
        self._lines.flush()

    def evaluated(self, evaluation: Evaluated) -> None:
        self._lines.append(format_evaluation(evaluation))
        self._lines.flush()

    def training_finished(self, outcome: Outcome) -> None:
        self._lines.append(format_heading(f"Training {outcome.reason}", datetime.now()))
        self._lines.close()

    def state_dict(self) -> dict[str, Any]:
        self._lines.flush()
        return {"size": self._lines.size}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._heading = "Resumed"
        if not self._lines.cut_back(state["size"]):
            self.note(LINES_LOST)
