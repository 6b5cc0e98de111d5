"""The lines of ``training.log``: how each is written, and how it is read again.

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
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from retro_gamer_core.events import ScoreOrReturn

if TYPE_CHECKING:
    from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Evaluated

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|inf|nan)"
_DURATION = r"(?:[0-9]+h)?[0-9]+m[0-9]+s"
# A group has the name of the field that it is read into.
_EPISODE = re.compile(
    rf"\[EP (?P<number>[0-9]+)\] total_reward=(?P<total_reward>{_NUMBER}) steps=(?P<turns>[0-9]+)"
    rf" epsilon=(?P<epsilon>{_NUMBER}) avg_loss=(?P<average_loss>{_NUMBER}|-)"
)
_CHECKPOINT = re.compile(
    rf"\[ep_(?P<episode>[0-9]+)\] ep=(?P<first_episode>[0-9]+)-(?P=episode) avg_reward=(?P<average_reward>{_NUMBER})"
    rf" avg_steps=(?P<average_turns>{_NUMBER}) epsilon=(?P<epsilon>{_NUMBER})"
    rf" avg_loss=(?P<average_loss>{_NUMBER}|-) time=(?P<seconds>{_DURATION}) total=(?P<total_seconds>{_DURATION})"
)
_EVALUATION = re.compile(
    rf"\[EVAL\] ep=(?P<episode>[0-9]+) turns=(?P<total_turns>[0-9]+) score=(?P<score>{_NUMBER}|-)"
    rf" reward=(?P<total_reward>{_NUMBER}) steps=(?P<turns>{_NUMBER}) games=(?P<games>[0-9]+)"
    rf" random_score=(?P<random_score>{_NUMBER}|-) random_reward=(?P<random_reward>{_NUMBER})(?P<is_best> best)?"
)
_ALARM = re.compile(r"\[NOTE\] alarm ([a-z-]+): (.+)")


Line = TypeVar("Line")


@dataclass(frozen=True)
class EpisodeLine:
    """What ``[EP 0001] …`` says; the fields are those of ``EpisodeFinished``."""

    number: int
    total_reward: float
    turns: int
    epsilon: float
    average_loss: float | None


@dataclass(frozen=True)
class CheckpointLine:
    """What ``[ep_0100] …`` says; the fields are those of ``CheckpointSaved``."""

    episode: int
    first_episode: int
    average_reward: float
    average_turns: float
    epsilon: float
    average_loss: float | None
    seconds: float
    total_seconds: float


@dataclass(frozen=True)
class EvaluationLine(ScoreOrReturn):
    """What ``[EVAL] …`` says; the fields are those of ``Evaluated``."""

    episode: int
    total_turns: int
    score: float | None
    total_reward: float
    turns: float
    games: int
    random_score: float | None
    random_reward: float
    is_best: bool


_FIELDS: dict[type, dict[str, Any]] = {
    cls: get_type_hints(cls) for cls in (EpisodeLine, CheckpointLine, EvaluationLine)
}


@dataclass(frozen=True)
class TrainingLog:
    """A whole ``training.log``: the choices as last explained, alarms by code, and every other numbered line."""

    choices: tuple[str, ...] = ()
    episodes: tuple[EpisodeLine, ...] = ()
    checkpoints: tuple[CheckpointLine, ...] = ()
    alarms: Mapping[str, str] = field(default_factory=dict)
    evaluations: tuple[EvaluationLine, ...] = ()


def format_choice(sentence: str) -> str:
    """``[INIT] …``, with the prefix on each line of a longer explanation."""
    return _prefixed("[INIT]", sentence)


def format_note(line: str) -> str:
    """``[NOTE] …``"""
    return _prefixed("[NOTE]", line)


def format_heading(what: str, when: datetime) -> str:
    """``=== Training started | 2026-11-20 08:00:00 ===``"""
    return f"=== {what} | {when:%Y-%m-%d %H:%M:%S} ==="


def format_episode(episode: EpisodeFinished | EpisodeLine) -> str:
    """``[EP 0001] …``, one a finished episode."""
    return (
        f"[EP {episode.number:04d}]"
        f" total_reward={_decimal(episode.total_reward, 10)}"
        f" steps={episode.turns}"
        f" epsilon={episode.epsilon:.3f}"
        f" avg_loss={_loss(episode.average_loss)}"
    )


def format_checkpoint(checkpoint: CheckpointSaved | CheckpointLine) -> str:
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


def format_evaluation(evaluation: Evaluated | EvaluationLine) -> str:
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


def format_duration(seconds: float) -> str:
    """``0m12s``, ``1m02s``, ``3h00m07s``."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m{seconds:02d}s" if hours else f"{minutes}m{seconds:02d}s"


def parse_episode(line: str) -> EpisodeLine | None:
    """The reverse of ``format_episode``; None for any other line."""
    return _parsed(EpisodeLine, _EPISODE, line)


def parse_checkpoint(line: str) -> CheckpointLine | None:
    """The reverse of ``format_checkpoint``; None for any other line."""
    return _parsed(CheckpointLine, _CHECKPOINT, line)


def parse_evaluation(line: str) -> EvaluationLine | None:
    """The reverse of ``format_evaluation``; None for any other line."""
    return _parsed(EvaluationLine, _EVALUATION, line)


def read_training_log(path: Path) -> TrainingLog:
    """Read a log, passing over whatever else stands in it; a missing file is an empty log.

    A last line without its line end was cut off while being written and is passed over too. Where
    training went back to an earlier checkpoint, what had been played beyond it is left out.
    """
    choices: list[str] = []
    episodes: list[EpisodeLine] = []
    checkpoints: list[CheckpointLine] = []
    alarms: dict[str, str] = {}
    evaluations: list[EvaluationLine] = []
    explaining = False
    for line in _whole_lines(path):
        was_explaining, explaining = explaining, line.startswith("[INIT] ")
        if explaining:
            if not was_explaining:
                choices.clear()
            choices.append(line.removeprefix("[INIT] "))
        elif episode := parse_episode(line):
            while episodes and episodes[-1].number >= episode.number:
                episodes.pop()
            while checkpoints and checkpoints[-1].episode >= episode.number:
                checkpoints.pop()
            while evaluations and evaluations[-1].episode >= episode.number:
                evaluations.pop()
            episodes.append(episode)
        elif checkpoint := parse_checkpoint(line):
            checkpoints.append(checkpoint)
        elif evaluation := parse_evaluation(line):
            while evaluations and evaluations[-1].total_turns > evaluation.total_turns:
                evaluations.pop()
            evaluations.append(evaluation)
        elif alarm := _ALARM.fullmatch(line):
            alarms[alarm[1]] = alarm[2]
    return TrainingLog(tuple(choices), tuple(episodes), tuple(checkpoints), alarms, tuple(evaluations))


def _whole_lines(path: Path) -> list[str]:
    if not path.is_file():
        return []
    return path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]


def _prefixed(prefix: str, text: str) -> str:
    return "\n".join(f"{prefix} {line}" for line in text.splitlines() or [""])


def _decimal(number: float, digits: int) -> str:
    """At least one decimal, and so many more that ``digits`` significant digits are shown."""
    if not number or not math.isfinite(number):
        return str(float(number))
    return str(round(float(number), max(1, digits - 1 - math.floor(math.log10(abs(number))))))


def _loss(loss: float | None) -> str:
    return "-" if loss is None else _decimal(loss, 3)


def _parsed(cls: type[Line], pattern: re.Pattern[str], line: str) -> Line | None:
    found = pattern.fullmatch(line)
    return cls(**{name: _value(found[name], hint) for name, hint in _FIELDS[cls].items()}) if found else None


def _value(text: str | None, hint: Any) -> Any:
    if hint in (int, bool):
        return hint(text or "")
    if text == "-":
        return None
    if not (text or "").endswith("s"):
        return float(text or "")
    parts = [int(part) for part in re.findall(r"[0-9]+", text or "")]  # a duration
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))
