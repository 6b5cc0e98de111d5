"""How far training is, and how long it will still take: counted in episodes, or in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from retro_gamer_core.runs.training_log_format import format_duration
from retro_gamer_core.terminal.durations import say_clock_time, say_duration
from retro_gamer_core.training.time_budget import SteadyClock

if TYPE_CHECKING:
    from retro_gamer_core.training.time_budget import TimeBudget


class Goal(Protocol):
    """When training ends. ``start``, ``total`` and ``done`` are in one unit, that of the bar."""

    @property
    def start(self) -> float: ...

    @property
    def total(self) -> float: ...

    def announcement(self) -> str:
        """``20,000 episodes``, or until when."""

    def reached(self, episode: int) -> str:
        """``episode 500 of 20,000``."""

    def counted(self, episode: int) -> str:
        """``episode 500/20000``, for a bar."""

    def done(self, episode: int) -> float:
        """So much of ``total``."""

    def time_left(self, episode: int) -> str:
        """``about 3m12s left (till 09:30)``."""


class EpisodeGoal:
    """So many episodes.

    Args:
        before: how many had been played when this session began.
        total: how many there are in all.
    """

    def __init__(self, before: int, total: int) -> None:
        self.start = before
        self.total = total
        self._seconds_since_it_began = SteadyClock()

    def announcement(self) -> str:
        return f"{self.total:,} episodes"

    def reached(self, episode: int) -> str:
        return f"episode {episode:,} of {self.total:,}"

    def counted(self, episode: int) -> str:
        return f"episode {episode}/{self.total}"

    def done(self, episode: int) -> float:
        return episode

    def time_left(self, episode: int) -> str:
        """By the pace of this session so far; games get longer as they get better, so it is a guess."""
        played, left = episode - self.start, self.total - episode
        if left <= 0:
            return "the last one"
        if played <= 0:
            return "time left unknown"
        seconds = self._seconds_since_it_began() / played * left
        done_at = datetime.now() + timedelta(seconds=seconds)
        return f"about {format_duration(seconds)} left (till {done_at:%H:%M})"


class TimeGoal:
    """So much time, however many episodes that makes."""

    def __init__(self, budget: TimeBudget) -> None:
        self.start = 0.0
        self.total = budget.seconds
        self._budget = budget

    def announcement(self) -> str:
        return f"until {self._end()} ({say_duration(self.total)})"

    def reached(self, episode: int) -> str:
        return f"episode {episode:,}"

    counted = reached

    def done(self, episode: int) -> float:
        return self.total - self._budget.seconds_left

    def time_left(self, episode: int) -> str:
        return f"{format_duration(self._budget.seconds_left)} left (till {self._end()})"

    def _end(self) -> str:
        return say_clock_time(self._budget.ends_at, datetime.now())
