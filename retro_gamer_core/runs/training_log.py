"""What is known of a training afterwards: its ``training.jsonl``, read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import nan
from pathlib import Path
from typing import Any

from retro_gamer_core.events import AlarmRaised, CheckpointSaved, EpisodeFinished, Evaluated
from retro_gamer_core.runs.plain_values import restored

_EVENTS: dict[str, Any] = {
    "episode": EpisodeFinished,
    "checkpoint": CheckpointSaved,
    "evaluation": Evaluated,
    "alarm": AlarmRaised,
}
_NUMBERS = {
    event: [each.name for each in fields(event) if each.type == "float"] for event in _EVENTS.values()
}


@dataclass(frozen=True)
class TrainingLog:
    """The choices as last explained, alarms by code, each in a line, and every other event that counts."""

    choices: tuple[str, ...] = ()
    episodes: tuple[EpisodeFinished, ...] = ()
    checkpoints: tuple[CheckpointSaved, ...] = ()
    alarms: Mapping[str, str] = field(default_factory=dict)
    evaluations: tuple[Evaluated, ...] = ()


@dataclass(frozen=True)
class _Started:
    choices: list[str]


def format_duration(seconds: float) -> str:
    """``0m12s``, ``1m02s``, ``3h00m07s``."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m{seconds:02d}s" if hours else f"{minutes}m{seconds:02d}s"


def read_training_log(path: Path) -> TrainingLog:
    """Read a log, passing over whatever else stands in it; a missing file is an empty log.

    A last line without its line end was cut off while being written and is passed over too. Where
    training went back to an earlier checkpoint, what had been played beyond it is left out.
    """
    choices: list[str] = []
    episodes: list[EpisodeFinished] = []
    checkpoints: list[CheckpointSaved] = []
    alarms: dict[str, str] = {}
    evaluations: list[Evaluated] = []
    for line in path.read_text("utf-8", errors="replace").split("\n")[:-1] if path.is_file() else ():
        match _event_in(line):
            case _Started() as started:
                choices = started.choices
            case EpisodeFinished() as episode:
                while episodes and episodes[-1].number >= episode.number:
                    episodes.pop()
                while checkpoints and checkpoints[-1].episode >= episode.number:
                    checkpoints.pop()
                while evaluations and evaluations[-1].episode >= episode.number:
                    evaluations.pop()
                episodes.append(episode)
            case CheckpointSaved() as checkpoint:
                checkpoints.append(checkpoint)
            case Evaluated() as evaluation:
                while evaluations and evaluations[-1].total_turns > evaluation.total_turns:
                    evaluations.pop()
                evaluations.append(evaluation)
            case AlarmRaised() as alarm:
                alarms[alarm.code] = alarm.line.removeprefix(f"alarm {alarm.code}: ")
    return TrainingLog(tuple(choices), tuple(episodes), tuple(checkpoints), alarms, tuple(evaluations))


def _event_in(line: str) -> Any:
    """The event that a line tells of; None where it is none that is read, or says what cannot be."""
    try:
        values = json.loads(line)
        if values["event"] == "started":
            return restored(_Started, {"choices": values["choices"]})
        event = _EVENTS[values.pop("event")]
        values.pop("schema", None)
        for name in _NUMBERS[event]:
            if values[name] is None:  # JSON knows no NaN and no infinity
                values[name] = nan
        if event is CheckpointSaved:
            values["path"] = Path(values.pop("file"))
        return restored(event, values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
