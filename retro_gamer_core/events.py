"""What happened in training, as small frozen records: the words loggers and life-cycle hooks hear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class RunInfo:
    """The run that is being trained: ``directory``, the game as named in its config, and its seed."""

    directory: Path
    game: str
    seed: int


@dataclass(frozen=True)
class EpisodeFinished:
    """One episode that ended by itself, by the turn limit, or because the game raised.

    Args:
        number: counted from 1 in the order of finishing.
        total_reward: sum of the rewards, unscaled and undiscounted.
        turns: turns played in this episode.
        epsilon: the learner's share of random actions now (0 where it has none).
        average_loss: mean loss of the updates since the last episode ended; None without one.
        ended: ``"game over"``, ``"turn limit"`` or ``"error"``.
        total_turns: turns of all episodes so far.
    """

    number: int
    total_reward: float
    turns: int
    epsilon: float
    average_loss: float | None
    ended: Literal["game over", "turn limit", "error"]
    total_turns: int


@dataclass(frozen=True)
class CheckpointSaved:
    """A checkpoint on disk and the averages since the one before.

    Args:
        path: the file, complete.
        episode: episodes finished when it was taken.
        first_episode: the first episode the averages speak of.
        average_reward, average_turns: means over those episodes.
        average_loss: mean over those episodes that had an update; None without one.
        epsilon: the learner's share of random actions now.
        seconds: time since the checkpoint before; ``total_seconds`` since training began.
        total_turns: turns of all episodes so far.
        turns_per_second: over those same seconds.
    """

    path: Path
    episode: int
    first_episode: int
    average_reward: float
    average_turns: float
    average_loss: float | None
    epsilon: float
    seconds: float
    total_seconds: float
    total_turns: int
    turns_per_second: float


@dataclass(frozen=True)
class Outcome:
    """How training ended: ``"finished"``, ``"interrupted"`` or ``"failed"``, and where it stood."""

    reason: Literal["finished", "interrupted", "failed"]
    episodes: int
    total_turns: int
    total_seconds: float
