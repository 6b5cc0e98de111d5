"""Writes what a training run leaves behind, and keeps the clock and the averages that go with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import PluginError, RetroGamerError
from retro_gamer_core.events import CheckpointSaved, EpisodeFinished
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.runs.parts_lock import LockedPart, differences, read_lock, write_lock
from retro_gamer_core.runs.plain_values import plain
from retro_gamer_core.runs.run_directory import RunDirectory, episode_of
from retro_gamer_core.runs.saved_state import write_state
from retro_gamer_core.training.checkpoint_averages import CheckpointAverages
from retro_gamer_core.training.resuming import Saved, SavedState
from retro_gamer_core.training.time_budget import SteadyClock

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.contracts import Learner
    from retro_gamer_core.training.alarms import AlarmWatch
    from retro_gamer_core.training.greedy_evaluation import GreedyEvaluation
    from retro_gamer_core.training.loop import TrainingLoop


class RunKeeper:
    """Keeps the files of one run.

    Args:
        run: the directory.
        config: what is saved beside what was learned, as it is at that moment.
        lock: which code each part comes from.
        alarms: what was told already, and what they were watching, is saved with the rest.
        evaluation: so is how good it has been so far.
    """

    def __init__(
        self,
        run: RunDirectory,
        config: RunConfig,
        lock: list[LockedPart],
        alarms: AlarmWatch,
        evaluation: GreedyEvaluation,
    ) -> None:
        self._run = run
        self._config = config
        self._lock = lock
        self._alarms = alarms
        self._evaluation = evaluation
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
        """Take clock and averages back to where they stood."""
        self._seconds_before = saved.seconds
        self._averages = saved.averages
        if saved.alarms:
            self._alarms.load_state_dict(saved.alarms)
        if saved.evaluation:
            self._evaluation.load_state_dict(saved.evaluation)
        self._checkpoints = list(saved.checkpoints)
        if isinstance(saved, SavedState):
            self._state_saved = self._clock()

    def count(self, episode: EpisodeFinished) -> None:
        """Let an episode count in the averages of the next checkpoint."""
        self._averages.add(episode)

    def renew_lock(self) -> list[str]:
        """Lock the parts of today. Returns those that come from other code than they did, each in a sentence.

        Options are compared elsewhere.
        """
        changed = differences(read_lock(self._run.parts_lock), self._lock)
        write_lock(self._run.parts_lock, self._lock)
        return [difference.problem.what for difference in changed]

    def make_room(
        self, *, damaged: Iterable[Path], finished: bool, restarted_at: tuple[str, int] | None
    ) -> None:
        """Nothing that was saved before is written over: what belongs to another future is moved aside.

        Args:
            damaged: files that cannot be read.
            finished: whether all episodes have been played, so that ``final.pt`` is still the end.
            restarted_at: the name of the earlier checkpoint that training goes on from, and its episode.
        """
        self._set_aside([*damaged], "damaged")
        final = [] if finished else [self._run.final_checkpoint]
        if restarted_at is None:
            self._set_aside(final, "finished earlier")
        else:
            name, episode = restarted_at
            later = [path for path in self._run.checkpoints() if (episode_of(path) or 0) > episode]
            self._set_aside([*later, *final, *self._run.newest_states()], f"before resuming {name}")

    def save_state(self, loop: TrainingLoop, loggers: dict[str, Any]) -> None:
        """Everything needed to go on exactly here, beside the state saved before."""
        loop.check_learner()
        state = {
            "config": self._config.to_sections(),
            "seconds": self.seconds,
            "averages": self._averages.state_dict(),
            "checkpoints": self._checkpoints,
            "alarms": self._alarms.state_dict(),
            "evaluation": self._evaluation.state_dict(),
            "loop": loop.state_dict(),
            "loggers": loggers,
        }
        write_state(self._run.state_path(loop.turns), state)
        self._run.prune_states()
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
            self._write_checkpoint(loop, self._run.final_checkpoint)
        elif not self._run.checkpoint_path(loop.episodes).exists():
            self._write_numbered(loop)

    def save_best(self, loop: TrainingLoop) -> None:
        """Keep what was learned so far as ``best.pt``."""
        self._write_checkpoint(loop, self._run.best_checkpoint)

    def _write_numbered(self, loop: TrainingLoop) -> Path:
        """Write ``ep_0500.pt``, and thin out the others where there are too many now."""
        path = self._run.checkpoint_path(loop.episodes)
        self._write_checkpoint(loop, path)
        written = [*self._checkpoints, loop.episodes]
        self._checkpoints = self._run.thin_checkpoints(written, self._config.training.keep_checkpoints)
        return path

    def _write_checkpoint(self, loop: TrainingLoop, path: Path) -> None:
        loop.check_learner()
        progress = {
            "episode": loop.episodes,
            "total_steps": loop.turns,
            "total_training_seconds": self.seconds,
            "config_snapshot": self._config.to_sections(),
            "parts_lock": [asdict(part) for part in self._lock],
            "alarms": self._alarms.state_dict(),
            "evaluation": self._evaluation.state_dict(),
        }
        progress = plain(progress, "progress")
        replace_file(path, lambda temporary: _write_readable(loop.learner, temporary, progress, path.name))

    def _set_aside(self, paths: list[Path], reason: str) -> None:
        if any(path.exists() for path in paths):
            self._run.set_aside(paths, reason)


def _write_readable(learner: Learner, path: Path, progress: dict[str, Any], name: str) -> None:
    """Let the learner write a checkpoint, and read it back: what cannot be read must take no other's place.

    Raises:
        PluginError: it cannot be read back, or has lost how far training was.
    """
    learner.save_checkpoint(path, progress)
    try:
        held = learner.read_checkpoint(path)
        if held["episode"] != progress["episode"] or held["total_steps"] != progress["total_steps"]:
            raise ValueError("it has lost the progress that it was given")
    except (OSError, MemoryError):
        raise
    except Exception as error:
        reason = error.problem.why if isinstance(error, RetroGamerError) else in_words(error)
        learner_name = f"{type(learner).__module__}.{type(learner).__name__}"
        raise PluginError(
            f"{name} has not been saved: it could not be read back. {reason}",
            where=f"save_checkpoint of {learner_name}",
            why="a checkpoint that nobody can read is none; those before it are untouched",
            hint="let the learner, the network and the optimiser keep nothing but tensors, numbers and text: "
            "an object in the state_dict of a network of your own is the usual cause",
        ) from error
