"""``training.log``: every choice and every episode in plain lines, for people to read.

    [INIT] network = "cnn": the board is a picture …
    === Training started | 2026-11-20 08:00:00 ===
    [EP 0001] total_reward=3.0 steps=145 epsilon=0.995 avg_loss=0.043
    [NOTE] a new character appeared: "☻"
    [NOTE] alarm reward-never-seen: no reward in 20,000 turns: … | try: …
    [ep_0100] ep=0001-0100 avg_reward=+1.2 avg_steps=145 epsilon=0.970 avg_loss=0.0432 time=0m12s total=1m02s
    [EVAL] ep=0312 turns=50000 score=95.8 reward=102.3 steps=145 games=10 random_score=3.8 random_reward=-9.1 best

``avg_loss=-`` says that there was no update, ``score=-`` that the game keeps no score, ``best`` that nothing
before was better. A loss or reward that is not zero is never shown as 0.0.
"""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.runs.training_log import format_duration
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


def format_choice(sentence: str) -> str:
    """``[INIT] …``, with the prefix on each line of a longer explanation."""
    return _prefixed("[INIT]", sentence)


def format_note(line: str) -> str:
    """``[NOTE] …``"""
    return _prefixed("[NOTE]", line)


def format_heading(what: str, when: datetime) -> str:
    """``=== Training started | 2026-11-20 08:00:00 ===``"""
    return f"=== {what} | {when:%Y-%m-%d %H:%M:%S} ==="


def format_episode(episode: EpisodeFinished) -> str:
    """``[EP 0001] …``, one a finished episode."""
    return (
        f"[EP {episode.number:04d}]"
        f" total_reward={_decimal(episode.total_reward, 10)}"
        f" steps={episode.turns}"
        f" epsilon={episode.epsilon:.3f}"
        f" avg_loss={_loss(episode.average_loss)}"
    )


def format_checkpoint(checkpoint: CheckpointSaved) -> str:
    """``[ep_0100] …``: the averages of the episodes since the checkpoint before."""
    reward = _decimal(checkpoint.average_reward, 2)
    return (
        f"[ep_{checkpoint.episode:04d}]"
        f" ep={checkpoint.first_episode:04d}-{checkpoint.episode:04d}"
        f" avg_reward={reward if reward.startswith('-') else '+' + reward}"
        f" avg_steps={checkpoint.average_turns:.0f}"
        f" epsilon={checkpoint.epsilon:.3f}"
        f" avg_loss={_loss(checkpoint.average_loss)}"
        f" time={format_duration(checkpoint.seconds)}"
        f" total={format_duration(checkpoint.total_seconds)}"
    )


def format_evaluation(evaluation: Evaluated) -> str:
    """``[EVAL] …``: games played without exploring."""
    score, random_score = (
        "-" if value is None else _decimal(value, 10) for value in (evaluation.score, evaluation.random_score)
    )
    return (
        f"[EVAL] ep={evaluation.episode:04d}"
        f" turns={evaluation.total_turns}"
        f" score={score}"
        f" reward={_decimal(evaluation.total_reward, 10)}"
        f" steps={evaluation.turns:.0f}"
        f" games={evaluation.games}"
        f" random_score={random_score}"
        f" random_reward={_decimal(evaluation.random_reward, 10)}"
        f"{' best' if evaluation.is_best else ''}"
    )


def _prefixed(prefix: str, text: str) -> str:
    return "\n".join(f"{prefix} {line}" for line in text.splitlines() or [""])


def _decimal(number: float, digits: int) -> str:
    """At least one decimal, and so many more that ``digits`` significant digits are shown."""
    if not number or not math.isfinite(number):
        return str(float(number))
    return str(round(float(number), max(1, digits - 1 - math.floor(math.log10(abs(number))))))


def _loss(loss: float | None) -> str:
    return "-" if loss is None else _decimal(loss, 3)
