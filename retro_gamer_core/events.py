"""What happened in training, as small frozen records: the words loggers and life-cycle hooks hear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from retro_gamer_core.findings import Finding

#: How an episode ends: by the game's own rules, cut off by us, or because the game raised an error.
Ending = Literal["game over", "turn limit", "error"]


@dataclass(frozen=True)
class RunInfo:
    """The run that is being trained: ``directory``, the game as named in its config, and its seed.

    Whoever hears of it may call ``stop()``: playing ends after this turn, and training ends as it does when its time
    is up, with everything saved.
    """

    directory: Path
    game: str
    seed: int
    stop: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)


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
        statistics: every number that the learner gives for logging now, by name.
    """

    number: int
    total_reward: float
    turns: int
    epsilon: float
    average_loss: float | None
    ended: Ending
    total_turns: int
    statistics: Mapping[str, float] = field(default_factory=dict, hash=False)


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
class AlarmRaised(Finding):
    """A finding in training, and the moment of it. Each is told once in a run; docs/reference/alarms.md lists them all.

    Args:
        episode, total_turns: how far training was.
    """

    episode: int = 0
    total_turns: int = 0

    @property
    def page(self) -> str:
        """Where the documentation says more."""
        return "docs/reference/alarms.md"

    @property
    def line(self) -> str:
        """All of it in one line, for loggers that know notes only."""
        return f"alarm {self.code}: {self.what}; {self.why} | try: {self.hint}"


Reason = Literal["finished", "time is up", "stopped", "interrupted", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How training ended, and where it stood.

    ``reason`` is ``"finished"`` (all episodes, or turns, have been played), ``"time is up"`` (a time budget is over;
    there may be more to play), ``"stopped"`` (a logger, hook or callback asked for it), ``"interrupted"`` or
    ``"failed"``.
    """

    reason: Reason
    episodes: int
    total_turns: int
    total_seconds: float


class ScoreOrReturn:
    """What of an evaluation is compared: the score where it and random play have one, else the return."""

    score: float | None
    random_score: float | None
    total_reward: float
    random_reward: float

    @property
    def compared(self) -> Literal["score", "return"]:
        return "return" if self._scores is None else "score"

    @property
    def reached(self) -> float:
        return self.total_reward if self._scores is None else self._scores[0]

    @property
    def random_reached(self) -> float:
        return self.random_reward if self._scores is None else self._scores[1]

    @property
    def _scores(self) -> tuple[float, float] | None:
        return None if self.score is None or self.random_score is None else (self.score, self.random_score)


@dataclass(frozen=True)
class Evaluated(ScoreOrReturn):
    """The policy as it stood then has played some games without exploring.

    Every evaluation of a run plays the same games, so that its figures can be compared; only the one at the
    end of training plays fresh ones.

    Args:
        episode, total_turns, total_seconds: how far training was.
        score: the mean of the game's own score; None where it keeps none.
        total_reward: the mean return: the sum of a game's rewards, undiscounted.
        turns: the mean length of a game.
        random_score, random_reward: the same means for as many games played at random.
        most_frequent_action: the key that was pressed most often; None for pressing nothing.
        most_frequent_share: its share of all turns, between 0 and 1.
        is_best: whether it is the best so far, and ``best.pt`` at least as good: by its score where there
            is one, else by its return.
        games: how many were played.
        results: what each of them reached, in their order: its score where it kept one; the
            returns, where none did.
    """

    episode: int
    total_turns: int
    total_seconds: float
    score: float | None
    total_reward: float
    turns: float
    random_score: float | None
    random_reward: float
    most_frequent_action: str | None
    most_frequent_share: float
    is_best: bool
    games: int
    results: tuple[float, ...] = ()
