"""Writes what a training run leaves behind, and keeps the clock and the averages that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from retro_gamer_core.events import CheckpointSaved, EpisodeFinished
from retro_gamer_core.policies.checkpoints import write_checkpoint
from retro_gamer_core.runs.parts_lock import LockedPart, differences, read_lock, write_lock
from retro_gamer_core.runs.run_directory import RunDirectory, episode_of
from retro_gamer_core.runs.saved_state import write_state
from retro_gamer_core.training.time_budget import SteadyClock

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.records import ProvidedPart
    from retro_gamer_core.training.loop import TrainingLoop
    from retro_gamer_core.training.resuming import Found, Saved


@dataclass
class CheckpointAverages:
    """Sums of what the episodes brought, until a checkpoint makes averages of them.

    ``since`` is how many seconds had been trained when the first of them began.
    """

    since: float = 0.0
    episodes: int = 0
    reward: float = 0.0
    turns: int = 0
    loss: float = 0.0
    losses: int = 0

    def add(self, episode: EpisodeFinished) -> None:
        self.episodes += 1
        self.reward += episode.total_reward
        self.turns += episode.turns
        if episode.average_loss is not None:
            self.loss += episode.average_loss
            self.losses += 1

    def checkpoint(self, path: Path, last: EpisodeFinished, *, total_seconds: float) -> CheckpointSaved:
        """The averages, as a checkpoint at ``path`` taken after the episode ``last``."""
        count = max(1, self.episodes)
        seconds = total_seconds - self.since
        return CheckpointSaved(
            path=path,
            episode=last.number,
            first_episode=last.number - count + 1,
            average_reward=self.reward / count,
            average_turns=self.turns / count,
            average_loss=self.loss / self.losses if self.losses else None,
            epsilon=last.epsilon,
            seconds=seconds,
            total_seconds=total_seconds,
            total_turns=last.total_turns,
            turns_per_second=self.turns / seconds if seconds > 0 else 0.0,
        )


class Stateful(Protocol):
    """What can be saved, and taken back to where it stood."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> Any: ...


@dataclass
class RunKeeper:
    """Keeps the files of one run.

    Args:
        run: the directory.
        config: what is saved beside what was learned, as it is at that moment.
        lock: which code each part comes from.
        learner: the part that names the format of checkpoints.
        things: what is saved by name in states and in checkpoints, whatever it is.
    """

    run: RunDirectory
    config: RunConfig
    lock: list[LockedPart]
    learner: ProvidedPart
    things: Mapping[str, Stateful]

    def __post_init__(self) -> None:
        self._averages = CheckpointAverages()
        self._checkpoints: list[int] = []  # after which episodes, earlier sessions included
        self._clock = SteadyClock()
        self._seconds_before = 0.0
        self._began: float | None = None
        self._state_saved = float("-inf")

    @property
    def seconds(self) -> float:
        """Seconds of training, those of earlier sessions included."""
        return self._seconds_before + (0.0 if self._began is None else self._clock() - self._began)

    @property
    def seconds_since_state(self) -> float:
        """Seconds since a state was saved or loaded; infinitely many before the first."""
        return self._clock() - self._state_saved

    def start_clock(self) -> None:
        self._began = self._clock()

    def stop_clock(self) -> None:
        self._seconds_before, self._began = self.seconds, None

    def go_on_from(self, saved: Saved) -> None:
        """Take clock, averages and everything else that is kept by name back to where they stood."""
        self._seconds_before = saved.told.seconds
        self._averages = saved.told.averages
        self._checkpoints = saved.told.checkpoints
        for name, thing in self.things.items():
            if saved.contents.get(name):
                thing.load_state_dict(saved.contents[name])
        if saved.has_memory:
            self._state_saved = self._clock()

    def count(self, episode: EpisodeFinished) -> None:
        """Let an episode count in the averages of the next checkpoint."""
        self._averages.add(episode)

    def renew_lock(self) -> list[str]:
        """Lock the parts of today. Returns those that come from other code than they did, each in a sentence.

        Options are compared elsewhere.
        """
        changed = differences(read_lock(self.run.parts_lock), self.lock)
        write_lock(self.run.parts_lock, self.lock)
        return [difference.problem.what for difference in changed]

    def make_room(self, found: Found, *, finished: bool) -> None:
        """Nothing that was saved before is written over: what belongs to another future is moved aside.

        Args:
            found: what training goes on from, and what cannot be read.
            finished: whether all episodes have been played, so that ``final.pt`` is still the end.
        """
        self._set_aside([*found.damaged], "damaged")
        aside, reason = [] if finished else [self.run.final_checkpoint], "finished earlier"
        if found.saved and not found.saved.has_memory:  # an earlier checkpoint
            episode = found.saved.told.episode
            aside += [path for path in self.run.checkpoints() if (episode_of(path) or 0) > episode]
            aside += [*self.run.newest_states(), *self.run.recordings(after=found.saved.told.turns)]
            reason = f"before resuming {found.saved.path.name}"
        self._set_aside(aside, reason)

    def save_state(self, loop: TrainingLoop, loggers: Stateful) -> None:
        """Everything needed to go on exactly here, beside the state saved before."""
        loop.check_learner()
        state = {
            "config": self.config.to_sections(),
            "seconds": self.seconds,
            "checkpoints": self._checkpoints,
            **{name: thing.state_dict() for name, thing in self.things.items()},
            "averages": asdict(self._averages),
            "loop": loop.state_dict(),
            "loggers": loggers.state_dict(),
        }
        write_state(self.run.state_path(loop.turns), state)
        self.run.prune_states()
        self._state_saved = self._clock()

    def save_checkpoint(self, loop: TrainingLoop, last: EpisodeFinished) -> CheckpointSaved:
        """A checkpoint after the episode ``last``, with the averages since the one before."""
        path = self._write_numbered(loop)
        saved = self._averages.checkpoint(path, last, total_seconds=self.seconds)
        self._averages = CheckpointAverages(since=saved.total_seconds)
        return saved

    def save_last(self, loop: TrainingLoop, *, finished: bool) -> None:
        """Leave a checkpoint of where training stopped, so that there is something to play."""
        if finished:
            self._write_checkpoint(loop, self.run.final_checkpoint)
        elif not self.run.checkpoint_path(loop.episodes).exists():
            self._write_numbered(loop)

    def save_best(self, loop: TrainingLoop) -> None:
        """Keep what was learned so far as ``best.pt``."""
        self._write_checkpoint(loop, self.run.best_checkpoint)

    def _write_numbered(self, loop: TrainingLoop) -> Path:
        """Write ``ep_0500.pt``, and thin out the others where there are too many now."""
        path = self.run.checkpoint_path(loop.episodes)
        self._write_checkpoint(loop, path)
        written = [*self._checkpoints, loop.episodes]
        self._checkpoints = self.run.thin_checkpoints(written, self.config.training.keep_checkpoints)
        return path

    def _write_checkpoint(self, loop: TrainingLoop, path: Path) -> None:
        loop.check_learner()
        progress = {
            "episode": loop.episodes,
            "total_steps": loop.turns,
            "total_training_seconds": self.seconds,
            "config_snapshot": self.config.to_sections(),
            "parts_lock": [asdict(part) for part in self.lock],
            **{name: thing.state_dict() for name, thing in self.things.items()},
        }
        write_checkpoint(path, progress, loop.learner, self.learner)

    def _set_aside(self, paths: list[Path], reason: str) -> None:
        if any(path.exists() for path in paths):
            self.run.set_aside(paths, reason)
