"""How training is shown: a moving line on a terminal, one plain line a checkpoint elsewhere."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import Problem
from retro_gamer_core.terminal.streams import warn
from retro_gamer_core.terminal.training_goal import EpisodeGoal, Goal, TimeGoal
from retro_gamer_core.training.time_budget import SteadyClock

if TYPE_CHECKING:
    from retro_gamer_core.events import (
        AlarmRaised,
        CheckpointSaved,
        EpisodeFinished,
        Evaluated,
        Outcome,
        RunInfo,
    )
    from retro_gamer_core.training.time_budget import TimeBudget
    from retro_gamer_core.training.trainer import Trainer


def progress_for(trainer: Trainer, budget: TimeBudget | None = None) -> AbstractContextManager[Any]:
    """What suits standard error: a terminal or a file."""
    shown = LiveProgress if sys.stderr.isatty() else PlainProgress
    if budget is not None:
        return shown(TimeGoal(budget))
    return shown(EpisodeGoal(trainer.loop.episodes, trainer.config.training.training_episodes))


class Notes:
    """Prints notes and nothing else, where somebody else shows how training goes."""

    def training_started(self, run: RunInfo, choices: list[str]) -> None: ...

    def note(self, line: str) -> None:
        warn(f"Note: {line}")

    def alarm_raised(self, alarm: AlarmRaised) -> None:
        warn(_in_words(alarm))

    def evaluated(self, evaluation: Evaluated) -> None: ...

    def episode_finished(self, episode: EpisodeFinished) -> None: ...

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None: ...

    def training_finished(self, outcome: Outcome) -> None: ...


class PlainProgress(Notes, AbstractContextManager["PlainProgress"]):
    """Prints a line for each checkpoint, evaluation and note. Also the base of what is shown live."""

    def __init__(self, goal: Goal) -> None:
        self._goal = goal

    def __exit__(self, *error: object) -> None:
        pass

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        warn(f"Training {run.game}: {self._goal.announcement()}. Ctrl-C stops and saves.")

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        warn(self._line(checkpoint))

    def evaluated(self, evaluation: Evaluated) -> None:
        warn(_evaluation_line(evaluation))

    def _line(self, checkpoint: CheckpointSaved) -> str:
        return (
            f"{self._goal.reached(checkpoint.episode)}: average reward "
            f"{checkpoint.average_reward:+.1f}, {checkpoint.average_turns:.0f} turns a game, "
            f"{checkpoint.epsilon:.0%} random, {checkpoint.turns_per_second:,.0f} turns/s, "
            f"{self._goal.time_left(checkpoint.episode)}"
        )


class LiveProgress(PlainProgress):
    """A bar that moves with every few episodes; checkpoints scroll by above it."""

    def __init__(self, goal: Goal) -> None:
        super().__init__(goal)
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[facts]}", markup=False),
            console=Console(stderr=True),
            refresh_per_second=5,
        )
        self._task = self._bar.add_task(goal.announcement(), total=goal.total, facts="")
        self._bar.update(self._task, completed=goal.start)
        self._seconds_since_it_began = SteadyClock()
        self._reward = 0.0
        self._turns_before: int | None = None
        self._greedy = ""

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # the terminal may have been closed
            self._bar.stop()

    def note(self, line: str) -> None:
        self._bar.console.print(f"Note: {line}", markup=False, highlight=False)

    def alarm_raised(self, alarm: AlarmRaised) -> None:
        self._bar.console.print(_in_words(alarm), markup=False, highlight=False)

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        self._bar.console.print(self._line(checkpoint), markup=False, highlight=False)

    def evaluated(self, evaluation: Evaluated) -> None:
        self._greedy = f" · {_greedy(evaluation)}"
        self._bar.console.print(_evaluation_line(evaluation), markup=False, highlight=False)

    def episode_finished(self, episode: EpisodeFinished) -> None:
        if self._turns_before is None:
            self._turns_before, self._reward = episode.total_turns - episode.turns, episode.total_reward
        self._reward += (episode.total_reward - self._reward) * 0.02
        rate = (episode.total_turns - self._turns_before) / max(0.1, self._seconds_since_it_began())
        reward = f"reward {self._reward:+.1f}{self._greedy}"
        facts = f"{reward} · {rate:,.0f} turns/s · {self._goal.time_left(episode.number)}"
        self._bar.update(
            self._task,
            description=self._goal.counted(episode.number),
            completed=self._goal.done(episode.number),
            facts=facts,
        )


def _greedy(evaluation: Evaluated) -> str:
    return f"greedy {evaluation.compared} {evaluation.reached:,.1f}"


def _evaluation_line(evaluation: Evaluated) -> str:
    random = evaluation.random_reached
    games = f"{evaluation.games} game{'s' * (evaluation.games > 1)}"
    best = ", the best so far" if evaluation.is_best else ""
    return f"  without random keys: {_greedy(evaluation)} in {games} (random play: {random:,.1f}){best}"


def _in_words(alarm: AlarmRaised) -> str:
    """What, why and what to try, as errors are told."""
    return str(Problem(f"Warning: {alarm.what} ({alarm.code})", why=alarm.why, hint=alarm.hint))
