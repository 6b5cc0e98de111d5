"""How training is shown: a moving line on a terminal, one plain line a checkpoint elsewhere."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from retro_gamer_core.cli.printing import warn
from retro_gamer_core.runs.training_log_format import format_duration

if TYPE_CHECKING:
    from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Outcome, RunInfo
    from retro_gamer_core.training.trainer import Trainer


def progress_for(trainer: Trainer) -> AbstractContextManager[Any]:
    """What suits standard error: a terminal or a file."""
    shown = LiveProgress if sys.stderr.isatty() else PlainProgress
    return shown(trainer.loop.episodes, trainer.config.training.training_episodes)


class Notes:
    """Prints notes and nothing else, where somebody else shows how training goes."""

    def training_started(self, run: RunInfo, choices: list[str]) -> None: ...

    def note(self, line: str) -> None:
        warn(f"Note: {line}")

    def episode_finished(self, episode: EpisodeFinished) -> None: ...

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None: ...

    def training_finished(self, outcome: Outcome) -> None: ...


class PlainProgress(Notes, AbstractContextManager["PlainProgress"]):
    """Prints a line for each checkpoint and each note. Also the base of what is shown live."""

    def __init__(self, episodes_before: int, episodes: int) -> None:
        self._before = episodes_before
        self._episodes = episodes
        self._began = monotonic()

    def __exit__(self, *error: object) -> None:
        pass

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        warn(f"Training {run.game}: {self._episodes:,} episodes. Ctrl-C stops and saves.")

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        warn(self._line(checkpoint))

    def _line(self, checkpoint: CheckpointSaved) -> str:
        return (
            f"episode {checkpoint.episode:,} of {self._episodes:,}: average reward "
            f"{checkpoint.average_reward:+.1f}, {checkpoint.average_turns:.0f} turns a game, "
            f"{checkpoint.epsilon:.0%} random, {checkpoint.turns_per_second:,.0f} turns/s, "
            f"{self._time_left(checkpoint.episode)}"
        )

    def _time_left(self, episode: int) -> str:
        """By the pace of this session so far; games get longer as they get better, so it is a guess."""
        played, left = episode - self._before, self._episodes - episode
        if left <= 0:
            return "the last one"
        if played <= 0:
            return "time left unknown"
        seconds = (monotonic() - self._began) / played * left
        done_at = datetime.now() + timedelta(seconds=seconds)
        return f"about {format_duration(seconds)} left (till {done_at:%H:%M})"


class LiveProgress(PlainProgress):
    """A bar that moves with every few episodes; checkpoints scroll by above it."""

    def __init__(self, episodes_before: int, episodes: int) -> None:
        super().__init__(episodes_before, episodes)
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("episode"),
            MofNCompleteColumn(),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[facts]}", markup=False),
            console=Console(stderr=True),
            refresh_per_second=5,
        )
        self._task = self._bar.add_task("", total=episodes, completed=episodes_before, facts="")
        self._reward = 0.0
        self._turns_before: int | None = None

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def note(self, line: str) -> None:
        self._bar.console.print(f"Note: {line}", markup=False, highlight=False)

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        self._bar.console.print(self._line(checkpoint), markup=False, highlight=False)

    def episode_finished(self, episode: EpisodeFinished) -> None:
        if self._turns_before is None:
            self._turns_before, self._reward = episode.total_turns - episode.turns, episode.total_reward
        self._reward += (episode.total_reward - self._reward) * 0.02
        rate = (episode.total_turns - self._turns_before) / max(0.1, monotonic() - self._began)
        facts = f"reward {self._reward:+.1f} · {rate:,.0f} turns/s · {self._time_left(episode.number)}"
        self._bar.update(self._task, completed=episode.number, facts=facts)
