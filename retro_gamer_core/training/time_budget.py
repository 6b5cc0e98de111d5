"""So much time, or so many turns, to train: when that is over, and how many turns it will have been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from math import inf, isfinite
from time import monotonic, thread_time
from typing import TYPE_CHECKING

from retro_gamer_core.contracts import ask
from retro_gamer_core.runs.training_log import format_duration

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Learner
    from retro_gamer_core.training.interrupts import Stop

#: Shares of the time after which the turns of the whole are estimated, for their speed changes.
ESTIMATED_AT = (0.05, 0.2, 0.5)

#: The share of the time over which speed is measured at least, before it is believed.
SHORTEST_MEASUREMENT = 0.02

#: What is done once more when playing is over, so that time is kept free for it …
AT_THE_END = ("saving", "evaluation")

#: … which is this share of the whole for each, before it is known how long it takes, …
KEPT_FREE = 0.025

#: … and all together never more than this share.
MOST_KEPT_FREE = 0.5


class SteadyClock:
    """Seconds that only ever grow, since this was made.

    In a virtual computer, even the clock that should can stand still or go back. Then the time counts that this
    thread has computed, for so much has passed at least.
    """

    def __init__(self) -> None:
        self._seen, self._passed, self._computed_before = monotonic(), 0.0, thread_time()

    def __call__(self) -> float:
        now = monotonic()
        if now > self._seen:
            self._passed += now - self._seen
        else:
            self._passed = max(self._passed, thread_time() - self._computed_before)
        self._seen = now
        return self._passed


class TimeBudget:
    """The time that a training session may take, what has to be done at its end included.

    Args:
        seconds: how long, counted from ``begin``; infinite where there is no limit.
        clock: seconds that only ever grow; a ``SteadyClock`` if left out.
    """

    turns: int | None = None
    """After how many turns playing ends, where they are counted; see ``TurnBudget``."""

    def __init__(self, seconds: float = inf, clock: Callable[[], float] | None = None) -> None:
        self.seconds = seconds
        self._clock = clock or SteadyClock()
        self._estimates = list(ESTIMATED_AT) if self.is_limited else []
        self._began: float | None = None
        self._updates_before: int | None = None
        self._measured_from: tuple[float, int] | None = None
        self._took: dict[str, float] = {}

    @property
    def is_limited(self) -> bool:
        return isfinite(self.seconds)

    def begin(self) -> None:
        self._began = self._clock()

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.seconds - self._elapsed(self._clock()))

    @property
    def share_spent(self) -> float:
        """How much of the time is over, 0 to 1; always 0 where there is no limit."""
        return 1 - self.seconds_left / self.seconds if self.is_limited else 0.0

    @property
    def ends_at(self) -> datetime:
        """By the clock on the wall. Only for a limited budget."""
        return datetime.now() + timedelta(seconds=self.seconds_left)

    @property
    def is_spent(self) -> bool:
        """Whether playing has to end, so that what comes after it still fits in."""
        return self.is_limited and self.seconds_left <= self._kept_free

    @contextmanager
    def timing(self, what: str, longer_at_the_end: Callable[[], float] = lambda: 1.0) -> Iterator[None]:
        """Time one of the things ``AT_THE_END``; the last time counts.

        Args:
            what: ``"saving"`` or ``"evaluation"``.
            longer_at_the_end: how many times as long it takes there; asked when it is done.
        """
        began = self._clock()
        yield
        self._took[what] = (self._clock() - began) * longer_at_the_end()

    def has_time_for(self, what: str) -> bool:
        """Whether one of the things ``AT_THE_END`` can be done now as well."""
        return not self.is_limited or self.seconds_left > self._kept_free + self._takes(what)

    def expected_turns(self, turns: int, updates: int) -> int | None:
        """How many turns there will be in the end, at the few moments to ask that; else None.

        Args:
            turns: played so far, those of earlier sessions included; they are part of the answer.
            updates: made so far. Until the first one in this session, turns are only watched, which is
                far quicker and says nothing about the rest.

        Ask after each turn.
        """
        if not self._estimates:
            return None
        now = self._clock()
        if self._measured_from is None:
            if self._updates_before is None:
                self._updates_before = updates
            if updates > self._updates_before:
                self._measured_from = now, turns
            return None
        since, turns_then = self._measured_from
        elapsed = self._elapsed(now)
        if elapsed < self._estimates[0] * self.seconds or now - since < SHORTEST_MEASUREMENT * self.seconds:
            return None
        self._estimates = [share for share in self._estimates if elapsed < share * self.seconds]
        self._measured_from = now, turns
        to_play = max(0.0, self.seconds_left - self._kept_free)
        return turns + round((turns - turns_then) / (now - since) * to_play)

    def _elapsed(self, now: float) -> float:
        return 0.0 if self._began is None else now - self._began

    @property
    def _kept_free(self) -> float:
        if not self.is_limited:
            return 0.0
        return min(sum(map(self._takes, AT_THE_END)), MOST_KEPT_FREE * self.seconds)

    def _takes(self, what: str) -> float:
        return self._took.get(what, KEPT_FREE * self.seconds)


class TurnBudget:
    """So many turns that the whole run may have, those of earlier sessions included, in whatever time.

    What ``TimeBudget`` can be asked, this can. Nothing about it depends on a clock, so that a run which was stopped
    and goes on ends as one that was not.

    Args:
        turns: after so many, playing ends. Games that are played side by side end in the same turn.
        played: how many have been played.
    """

    seconds = seconds_left = inf
    is_limited = True

    def __init__(self, turns: int, played: Callable[[], int]) -> None:
        self.turns = turns
        self._played = played

    def begin(self) -> None: ...

    @property
    def share_spent(self) -> float:
        return min(1.0, self._played() / self.turns)

    @property
    def is_spent(self) -> bool:
        return self._played() >= self.turns

    def timing(
        self, what: str, longer_at_the_end: Callable[[], float] = lambda: 1.0
    ) -> AbstractContextManager[None]:
        return nullcontext()

    def has_time_for(self, what: str) -> bool:
        return True

    def expected_turns(self, turns: int, updates: int) -> None:
        """Nothing to tell on the way: it was told before the first turn."""


Budget = TimeBudget | TurnBudget


class StopInTime:
    """A stop request that is made when one of these is made, and when playing has to end."""

    def __init__(self, budget: Budget, *requests: Stop) -> None:
        self._budget = budget
        self._requests = requests

    @property
    def asked(self) -> bool:
        return any(request.asked for request in self._requests) or self._budget.is_spent


def explain_budget(budget: Budget) -> list[str]:
    """What it means, for ``training.log``; nothing where there is no limit."""
    if budget.turns is not None:
        return [f"turns: {budget.turns:,} in all, however many episodes that is; schedules are fitted to it"]
    if not budget.is_limited:
        return []
    return [
        f"time: {format_duration(budget.seconds)}, until {budget.ends_at:%H:%M:%S}, however many episodes that "
        "takes; schedules are fitted to it, so this depends on the clock and never comes out the same twice"
    ]


def fit_learner(learner: Learner, turns: int) -> str:
    """Let a learner that can (``fit_to_turns``) fit its schedules to so many turns. Returns what came of it."""
    changed = ask(learner, "fit_to_turns", turns)
    expected = f"about {turns:,} turns will have been played when time is up"
    if changed is None:
        return f"{expected}; this learner cannot fit its schedules to that (it has no fit_to_turns)"
    return "; ".join([expected, *changed])
