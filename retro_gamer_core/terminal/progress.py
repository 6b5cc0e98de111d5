"""How training is shown: how far it is and how long it will take, what was noticed, how good it is by now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import Problem
from retro_gamer_core.runs.training_log import format_duration
from retro_gamer_core.terminal.printing import MovingLine, percent, sparkline, warn
from retro_gamer_core.training.time_budget import SteadyClock, TurnBudget

if TYPE_CHECKING:
    from retro_gamer_core.events import (
        AlarmRaised,
        CheckpointSaved,
        EpisodeFinished,
        Evaluated,
        Outcome,
        RunInfo,
    )
    from retro_gamer_core.training.time_budget import Budget, TimeBudget
    from retro_gamer_core.training.trainer import Trainer

UNITS = {"hour": 3600, "minute": 60, "second": 1}
_NEAR = timedelta(minutes=10)


def progress_for(trainer: Trainer, budget: Budget | None = None) -> AbstractContextManager[Any]:
    """A listener that shows it on standard error: with a moving line on a terminal, in plain lines elsewhere."""
    episodes = trainer.config.training.training_episodes
    goal: Goal = EpisodeGoal(trainer.loop.episodes, episodes)
    if budget is not None:
        before = trainer.loop.turns
        goal = TurnGoal(budget, before) if isinstance(budget, TurnBudget) else TimeGoal(budget)
    return Progress(goal, trainer.config.metadata.reference_scores)


class Quiet:
    """A listener that says nothing; what is to be heard is added."""

    def training_started(self, run: RunInfo, choices: list[str]) -> None: ...

    def note(self, line: str) -> None: ...

    def episode_finished(self, episode: EpisodeFinished) -> None: ...

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None: ...

    def training_finished(self, outcome: Outcome) -> None: ...


class Notes(Quiet):
    """A listener that prints notes and nothing else, where somebody else shows how training goes."""

    def note(self, line: str) -> None:
        warn(f"Note: {line}")

    def alarm_raised(self, alarm: AlarmRaised) -> None:
        """What, why and what to try, as errors are told."""
        warn(str(Problem(f"Warning: {alarm.what} ({alarm.code})", why=alarm.why, hint=alarm.hint)))


class Progress(Notes, AbstractContextManager["Progress"]):
    """A line for each checkpoint, evaluation and note; on a terminal, another one below them moves.

    Where the window is not narrow, two more lines move with it, in place of those for checkpoints and evaluations:
    how good it is without random keys, and the last alarm.

    Args:
        goal: how far there is to go.
        references: scores that others have reached, by who they are.
    """

    def __init__(self, goal: Goal, references: Mapping[str, float] | None = None) -> None:
        self._goal = goal
        self._references = {who: score for who, score in (references or {}).items() if who != "random"}
        self._reached: list[float] = []
        self._good: list[str] = []
        self._alarm = ""
        self._line = MovingLine()
        self._seconds_since_it_began = SteadyClock()
        self._reward = 0.0
        self._turns_before: int | None = None
        self._evaluated = ""
        self._not_drawn = ""

    def __enter__(self) -> Progress:
        self._line.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._line.__exit__(*error)

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        warn(f"Training {run.game}: {self._goal.announcement}. Ctrl-C stops and saves.")
        self._line.show(self._goal.announcement, 0.0)

    def episode_finished(self, episode: EpisodeFinished) -> None:
        if self._turns_before is None:
            self._turns_before, self._reward = episode.total_turns - episode.turns, episode.total_reward
        self._reward += (episode.total_reward - self._reward) * 0.02
        rate = (episode.total_turns - self._turns_before) / max(0.1, self._seconds_since_it_began())
        facts = [
            self._goal.time_left(episode.number),
            f"reward {self._reward:+.1f}",
            "" if self._line.has_room_below else self._evaluated,
            f"{rate:,.0f} turns/s",
        ]
        reached, share = self._goal.reached(episode.number), self._goal.share(episode.number)
        below = [line for line in (self._good, [self._alarm]) if any(line)]
        self._not_drawn = ""
        self._line.show(reached, share, [fact for fact in facts if fact], below)

    def alarm_raised(self, alarm: AlarmRaised) -> None:
        """All of it above, its name below."""
        super().alarm_raised(alarm)
        self._alarm = f"last warning: {alarm.code}, after episode {alarm.episode:,}"

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        if self._line.has_room_below:
            return
        left = "" if self._line.moves else f", {self._goal.time_left(checkpoint.episode)}"
        warn(
            f"{self._goal.reached(checkpoint.episode)}: average reward "
            f"{checkpoint.average_reward:+.1f}, {checkpoint.average_turns:.0f} turns a game, "
            f"{percent(checkpoint.epsilon)} random, {checkpoint.turns_per_second:,.0f} turns/s{left}"
        )

    def evaluated(self, evaluation: Evaluated) -> None:
        reached, random = evaluation.reached, evaluation.random_reached
        self._evaluated = f"{evaluation.compared} {reached:,.1f} without random keys"
        self._reached.append(reached)
        others = {"best": max(self._reached)} if len(self._reached) > 1 else {}
        others |= {"random play": random} | (self._references if evaluation.compared == "score" else {})
        curve = sparkline(self._reached, width=20)
        self._good = [f"{self._evaluated} {curve}", *(f"{who} {score:,.1f}" for who, score in others.items())]
        games = f"{evaluation.games} game{'s' * (evaluation.games > 1)}"
        best = ", the best so far" if evaluation.is_best else ""
        said = (
            f"  without random keys: {evaluation.compared} {reached:,.1f} in {games} (random play: {random:,.1f})"
            + (best if reached > random else ", no better than random play")
        )
        if self._line.has_room_below:
            self._not_drawn = said
        else:
            warn(said)

    def training_finished(self, outcome: Outcome) -> None:
        """The last evaluation, after which no episode came to draw it with."""
        if self._not_drawn:
            warn(self._not_drawn)


class EpisodeGoal:
    """So many episodes.

    Args:
        before: how many had been played when this session began.
        total: how many there are in all.
    """

    def __init__(self, before: int, total: int) -> None:
        self.announcement = f"{total:,} episodes"
        self._before = before
        self._total = total
        self._seconds_since_it_began = SteadyClock()

    def reached(self, episode: int) -> str:
        return f"episode {episode:,} of {self._total:,}"

    def share(self, episode: int) -> float:
        return episode / self._total

    def time_left(self, episode: int) -> str:
        """By the pace of this session so far; games get longer as they get better, so it is a guess."""
        return _time_left(episode - self._before, self._total - episode, self._seconds_since_it_began())


class TurnGoal:
    """So many turns, of which ``before`` had been played when this session began."""

    def __init__(self, budget: TurnBudget, before: int) -> None:
        self.announcement = f"{budget.turns:,} turns"
        self._budget, self._before = budget, before
        self._seconds_since_it_began = SteadyClock()

    def reached(self, episode: int) -> str:
        return f"episode {episode:,}"

    def share(self, episode: int) -> float:
        return self._budget.share_spent

    def time_left(self, episode: int) -> str:
        turns = round(self._budget.share_spent * self._budget.turns)
        return _time_left(turns - self._before, self._budget.turns - turns, self._seconds_since_it_began())


def _time_left(played: int, left: int, seconds: float) -> str:
    if left <= 0:
        return "the last one"
    if played <= 0:
        return "time left unknown"
    seconds *= left / played
    done_at = datetime.now() + timedelta(seconds=seconds)
    return f"about {format_duration(seconds)} left (till {done_at:%H:%M})"


class TimeGoal:
    """So much time, however many episodes that makes."""

    def __init__(self, budget: TimeBudget) -> None:
        self._budget = budget

    @property
    def announcement(self) -> str:
        return f"until {self._end()} ({say_duration(self._budget.seconds)})"

    def reached(self, episode: int) -> str:
        return f"episode {episode:,}"

    def share(self, episode: int) -> float:
        return 1 - self._budget.seconds_left / self._budget.seconds

    def time_left(self, episode: int) -> str:
        return f"{format_duration(self._budget.seconds_left)} left (till {self._end()})"

    def _end(self) -> str:
        return say_clock_time(self._budget.ends_at, datetime.now())


Goal = EpisodeGoal | TurnGoal | TimeGoal


def say_duration(seconds: float) -> str:
    """``25 minutes``, ``1 hour 30 minutes``, ``0.5 seconds``; ``train --for`` reads it again."""
    left = round(seconds) if seconds >= 1 else seconds
    parts = []
    for unit, size in UNITS.items():
        count, left = divmod(left, size) if size > 1 else (left, 0)
        if count:
            parts.append(f"{count:g} {unit}{'s' * (count != 1)}")
    return " ".join(parts)


def say_clock_time(when: datetime, now: datetime) -> str:
    """``14:35``; with seconds where it is near, with the date where that is not today's."""
    time = f"{when:%H:%M:%S}" if when - now < _NEAR else f"{when:%H:%M}"
    return time if when.date() == now.date() else f"{when:%Y-%m-%d} {time}"
