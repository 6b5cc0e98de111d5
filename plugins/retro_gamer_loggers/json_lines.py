"""``training.jsonl``: every event as one JSON object a line, for programs to read.

Each object has an ``event``: ``started``, ``note``, ``alarm``, ``episode``, ``checkpoint``, ``evaluation`` or
``finished``. The first of a file has a ``schema`` too: 1. Numbers are exact; one that JSON does not know (NaN,
infinity) is null, and so are the loss where there was no update and the score where the game keeps none.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_loggers.resumable_lines import LINES_LOST, ResumableLines

if TYPE_CHECKING:
    from retro_gamer_core import AlarmRaised, CheckpointSaved, EpisodeFinished, Evaluated, Outcome, RunInfo

SCHEMA = 1

# json.dumps would make a new encoder for each line.
_as_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class JsonLinesWriter:
    """Writes ``training.jsonl`` in the run's directory; lines are only ever added, or cut off by a resume."""

    def __init__(self, run_directory: Path) -> None:
        self._lines = ResumableLines(run_directory / "training.jsonl")

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        self._write("started", time=_now(), game=run.game, seed=run.seed, choices=list(choices))
        self._lines.flush()

    def note(self, line: str) -> None:
        self._write("note", text=line)

    def episode_finished(self, episode: EpisodeFinished) -> None:
        self._write(
            "episode",
            number=episode.number,
            total_reward=_number(episode.total_reward),
            turns=episode.turns,
            epsilon=_number(episode.epsilon),
            average_loss=_number(episode.average_loss),
            ended=episode.ended,
            total_turns=episode.total_turns,
            statistics={name: _number(value) for name, value in episode.statistics.items()},
        )

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        self._write(
            "checkpoint",
            file=checkpoint.path.name,
            episode=checkpoint.episode,
            first_episode=checkpoint.first_episode,
            average_reward=_number(checkpoint.average_reward),
            average_turns=_number(checkpoint.average_turns),
            average_loss=_number(checkpoint.average_loss),
            epsilon=_number(checkpoint.epsilon),
            seconds=_number(checkpoint.seconds),
            total_seconds=_number(checkpoint.total_seconds),
            total_turns=checkpoint.total_turns,
            turns_per_second=_number(checkpoint.turns_per_second),
        )
        self._lines.flush()

    def evaluated(self, evaluation: Evaluated) -> None:
        values = {
            key: _number(value) if isinstance(value, float) else value
            for key, value in asdict(evaluation).items()
        }
        self._write("evaluation", **values)
        self._lines.flush()

    def alarm_raised(self, alarm: AlarmRaised) -> None:
        self._write("alarm", **{**vars(alarm), "number": _number(alarm.number)})
        self._lines.flush()

    def training_finished(self, outcome: Outcome) -> None:
        self._write(
            "finished",
            time=_now(),
            reason=outcome.reason,
            episodes=outcome.episodes,
            total_turns=outcome.total_turns,
            total_seconds=_number(outcome.total_seconds),
        )
        self._lines.close()

    def state_dict(self) -> dict[str, Any]:
        self._lines.flush()
        return {"size": self._lines.size}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if not self._lines.cut_back(state["size"]):
            self.note(LINES_LOST)

    def _write(self, event: str, **values: Any) -> None:
        schema = {} if self._lines.size else {"schema": SCHEMA}
        self._lines.append(_as_json({"event": event, **schema, **values}))


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
