"""What a run can go on from: the newest saved state, else the newest checkpoint, that can be read and still fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import CheckpointDamaged
from retro_gamer_core.policies.checkpoint_policy import read_progress
from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.runs.refusals import check_own, damage_explained, misfit_explained, refuse_odd_seconds
from retro_gamer_core.runs.saved_state import read_state
from retro_gamer_core.training.alarms import WatchState
from retro_gamer_core.training.checkpoint_averages import CheckpointAverages
from retro_gamer_core.training.compatibility import (
    check_compatible,
    memory_still_fits,
    only_added_characters,
)
from retro_gamer_core.training.greedy_evaluation import EvaluationRecord
from retro_gamer_core.training.loop import LoopCounts

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.contracts import Learner
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.loop import TrainingLoop


@dataclass(frozen=True)
class _Told:
    """What states and checkpoints both say of those who watched, with the types that it must have."""

    alarms: WatchState | None
    evaluation: EvaluationRecord | None


@dataclass(frozen=True)
class _StateTold(_Told):
    config: Mapping[str, Any]
    seconds: float
    averages: CheckpointAverages
    loop: Mapping[str, Any]
    loggers: Mapping[str, Any]
    checkpoints: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        refuse_odd_seconds(self.seconds)


@dataclass(frozen=True)
class SavedState:
    """Everything needed to go on exactly there."""

    path: Path
    contents: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> SavedState:
        """The state in a file.

        Raises:
            CheckpointDamaged: it cannot be read, or says what cannot be.
        """
        contents = read_state(path)
        with damage_explained(path):
            restored(_StateTold, {"alarms": None, "evaluation": None, **contents})
            LoopCounts.read(contents["loop"])
        return cls(path, contents)

    @property
    def trained_as(self) -> dict[str, Any]:
        """The configuration it was saved with, in sections."""
        return self.contents["config"]

    @property
    def seconds(self) -> float:
        """How long had been trained."""
        return self.contents["seconds"]

    @property
    def averages(self) -> CheckpointAverages:
        """Over the episodes since the checkpoint before."""
        return restored(CheckpointAverages, self.contents["averages"])

    @property
    def alarms(self) -> dict[str, Any] | None:
        """Which had been told by then, and what they were watching."""
        return self.contents.get("alarms")

    @property
    def evaluation(self) -> dict[str, Any] | None:
        """How good it had been until then."""
        return self.contents.get("evaluation")

    @property
    def checkpoints(self) -> list[int]:
        """After which episodes training had written checkpoints that may be thinned out."""
        return self.contents.get("checkpoints", [])

    def load_into(self, loop: TrainingLoop, config: RunConfig) -> list[str]:
        """Go on from here. Returns what could not be kept, each in a sentence.

        Raises:
            CheckpointIncompatible: a part refuses what it saved.
        """
        saved = self.contents["loop"]
        with misfit_explained(self.path.name):
            if not (
                memory_still_fits(self.trained_as, config.to_sections())
                and self._memory_takes_its_state(loop, config)
            ):
                loop.learner.load_state_dict(saved["learner"])
                loop.continue_with_empty_memory(turns=saved["turns"], episodes=saved["episodes"])
                return [
                    "the memory or the games are set up differently now, so what was learned is kept and what "
                    "was remembered is not"
                ]
            if not loop.load_state_dict(saved):
                return [
                    "the running games could not be played again the same, so fresh ones have begun: the game "
                    "or max_turns_per_episode has changed, or the game depends on more than Python's random "
                    "(the time, a file, a generator of its own)"
                ]
        return []

    def _memory_takes_its_state(self, loop: TrainingLoop, config: RunConfig) -> bool:
        """Memories may keep what fits of one of another capacity; one of somebody's own may not know how."""
        before = self.trained_as["training"].get("memory_capacity")
        if before == config.training.memory_capacity:
            return True
        try:
            loop.memory.load_state_dict(self.contents["loop"]["memory"])
        except Exception:  # whatever its author's code met
            return False
        return True


@dataclass(frozen=True)
class SavedCheckpoint:
    """What was learned until then; what was remembered is not in it."""

    path: Path
    progress: dict[str, Any]

    @classmethod
    def read(cls, path: Path, read: Callable[[Path], dict[str, Any]]) -> SavedCheckpoint:
        """The checkpoint in a file, which the learner's ``read`` opens.

        Raises:
            CheckpointDamaged: it cannot be read, or says what cannot be.
        """
        progress = read_progress(path, read)
        with damage_explained(path):
            restored(_Told, {key: progress.get(key) for key in ("alarms", "evaluation")})
        return cls(path, progress)

    @property
    def trained_as(self) -> dict[str, Any]:
        """The configuration it was saved with, in sections."""
        return self.progress.get("config_snapshot", {})

    @property
    def seconds(self) -> float:
        """How long had been trained."""
        return self.progress.get("total_training_seconds", 0.0)

    @property
    def averages(self) -> CheckpointAverages:
        """Over no episode yet."""
        return CheckpointAverages(since=self.seconds)

    @property
    def alarms(self) -> dict[str, Any] | None:
        """Which had been told by then, and what they were watching."""
        return self.progress.get("alarms")

    @property
    def evaluation(self) -> dict[str, Any] | None:
        """How good it had been until then."""
        return self.progress.get("evaluation")

    @property
    def checkpoints(self) -> list[int]:
        """None: somebody chose to go back to this one, so it stays, and so do those before it."""
        return []

    def load_into(self, loop: TrainingLoop, config: RunConfig) -> list[str]:
        """Go on from here. Returns what could not be kept, each in a sentence.

        Raises:
            CheckpointIncompatible: the learner refuses what it saved.
        """
        with misfit_explained(self.path.name):
            loop.learner.load_checkpoint(self.path)
        loop.continue_with_empty_memory(turns=self.progress["total_steps"], episodes=self.progress["episode"])
        return [
            "a checkpoint holds what was learned but no memories, so the next "
            f"{config.training.learning_starts:,} turns are only watched"
        ]


Saved = SavedState | SavedCheckpoint


@dataclass(frozen=True)
class Found:
    """The newest of what can be read, if anything can, and what was passed over on the way."""

    saved: Saved | None
    damaged: tuple[Path, ...]
    notes: tuple[str, ...]


def newest_saved(run: RunDirectory, learner: Learner) -> Found:
    """Look through the saved states, newest first, and then through the checkpoints."""
    damaged: list[Path] = []
    notes: list[str] = []
    for read, paths in (
        (SavedState.read, run.newest_states()),
        (partial(SavedCheckpoint.read, read=learner.read_checkpoint), reversed(run.checkpoints())),
    ):
        for path in paths:
            try:
                return Found(read(path), tuple(damaged), tuple(notes))
            except CheckpointDamaged as error:
                damaged.append(path)
                notes.append(f"{error.problem.what}; trying the one before it")
            except FileNotFoundError:  # whoever is training this run has removed it since: an older one
                continue
    return Found(None, tuple(damaged), tuple(notes))


def characters_to_return_to(saved: Saved, config: RunConfig, run: RunDirectory) -> list[str] | None:
    """Where the two differ only in characters at the end of the set, those that it was saved with. Else None.

    Raises:
        CheckpointIncompatible: the configuration has changed too much.
    """
    was, now = saved.trained_as, config.to_sections()
    check_own(was, name=saved.path.name)  # what is not ours may name no characters to compare
    characters = None
    grows = config.training.unknown_character_strategy == "extend"
    with damage_explained(saved.path):
        # Characters were added since, and will be met again; or a script still begins with those of its first day.
        if grows and (only_added_characters(was, now) or only_added_characters(now, was)):
            characters = list(was["metadata"]["character_set"])
            now = {**now, "metadata": {**now["metadata"], "character_set": characters}}
        check_compatible(was, now, name=saved.path.name, run=str(run.path))
    return characters
