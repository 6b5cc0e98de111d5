"""What a run can go on from: the newest saved state, else the newest checkpoint, that can be read and still fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import CheckpointDamaged
from retro_gamer_core.policies.checkpoints import load_checkpoint_into, read_checkpoint
from retro_gamer_core.runs.parts_lock import LockedPart, adopted, read_lock
from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.runs.refusals import check_own, damage_explained, misfit_explained, refuse_odd_seconds
from retro_gamer_core.runs.saved_state import read_state
from retro_gamer_core.training.alarms import WatchState
from retro_gamer_core.training.compatibility import (
    check_compatible,
    memory_still_fits,
    only_added_characters,
)
from retro_gamer_core.training.greedy_evaluation import EvaluationRecord
from retro_gamer_core.training.loop import LoopCounts
from retro_gamer_core.training.run_keeper import CheckpointAverages

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.loop import TrainingLoop


@dataclass(frozen=True)
class _Told:
    """What every saved file says, with the types that it must have."""

    config: Mapping[str, Any]
    seconds: float
    episode: int
    turns: int
    averages: CheckpointAverages
    checkpoints: list[int]
    alarms: WatchState | None
    evaluation: EvaluationRecord | None
    loggers: dict[str, Any]

    def __post_init__(self) -> None:
        refuse_odd_seconds(self.seconds)


@dataclass(frozen=True)
class Saved:
    """What a file holds that training can go on from: a saved state or a checkpoint.

    Args:
        path: the file.
        told: what it says of the run, checked.
        contents: all that is in it, by name.
        has_memory: whether going on is exact: the memory and the games are in it too, and not only what was learned.
    """

    path: Path
    told: _Told
    contents: Mapping[str, Any]
    has_memory: bool

    @classmethod
    def state(cls, path: Path) -> Saved:
        """Everything needed to go on exactly there.

        Raises:
            CheckpointDamaged: it cannot be read, or says what cannot be.
        """
        contents = read_state(path)
        with damage_explained(path):
            counts = LoopCounts.read(contents["loop"])
            values = {"checkpoints": [], **contents, "episode": counts.episodes, "turns": counts.turns}
            return cls(path, _told(values), contents, has_memory=True)

    @classmethod
    def checkpoint(cls, path: Path, plugins: Plugins) -> Saved:
        """What was learned until then; what was remembered is not in it.

        Raises:
            CheckpointDamaged: it cannot be read, or says what cannot be.
        """
        contents = read_checkpoint(path, plugins)
        with damage_explained(path):
            seconds = contents["total_training_seconds"]
            values = {
                **contents,
                "config": contents["config_snapshot"],
                "seconds": seconds,
                "turns": contents["total_steps"],
                "averages": {"since": seconds},
                "checkpoints": [],  # somebody chose to go back to this one: it stays, and so do those before it
                "loggers": {},
            }
            return cls(path, _told(values), contents, has_memory=False)

    @property
    def parts_lock(self) -> list[LockedPart]:
        """The parts it was saved with; empty where it does not say so."""
        return [LockedPart(**part) for part in self.contents.get("parts_lock", [])]

    @property
    def trained_as(self) -> Mapping[str, Any]:
        """The configuration it was saved with, in sections."""
        return self.told.config

    def load_into(self, loop: TrainingLoop, config: RunConfig) -> list[str]:
        """Go on from here. Returns what could not be kept, each in a sentence.

        Raises:
            CheckpointIncompatible: a part refuses what it saved.
        """
        if not self.has_memory:
            load_checkpoint_into(loop.learner, self.contents, self.path.name)
            loop.continue_with_empty_memory(turns=self.told.turns, episodes=self.told.episode)
            return [
                "a checkpoint holds what was learned but no memories, so the next "
                f"{config.training.learning_starts:,} turns are only watched"
            ]
        with misfit_explained(self.path.name):
            saved = self.contents["loop"]
            if not (
                memory_still_fits(self.trained_as, config.to_sections())
                and self._memory_takes_its_state(loop, config)
            ):
                loop.learner.load_state_dict(saved["learner"])
                loop.continue_with_empty_memory(turns=self.told.turns, episodes=self.told.episode)
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


def _told(values: Mapping[str, Any]) -> _Told:
    known = {"alarms": None, "evaluation": None, **values}
    return restored(_Told, {each.name: known[each.name] for each in fields(_Told)})


@dataclass(frozen=True)
class Found:
    """The newest of what can be read, if anything can, and what was passed over on the way."""

    saved: Saved | None = None
    damaged: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def newest_saved(run: RunDirectory, plugins: Plugins) -> Found:
    """Look through the saved states, newest first, and then through the checkpoints."""
    damaged: list[Path] = []
    notes: list[str] = []
    for read, paths in (
        (Saved.state, run.newest_states()),
        (partial(Saved.checkpoint, plugins=plugins), reversed(run.checkpoints())),
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


def characters_to_return_to(
    saved: Saved, config: RunConfig, run: RunDirectory, plugins: Plugins
) -> list[str] | None:
    """Where the two differ only in characters at the end of the set, those that it was saved with. Else None.

    Raises:
        CheckpointIncompatible: the configuration has changed too much.
    """
    was, now = saved.trained_as, config.to_sections()
    check_own(was, name=saved.path.name)  # what is not ours may name no characters to compare
    characters = None
    grows = config.training.unknown_character_strategy == "extend"
    with damage_explained(saved.path):
        locked = saved.parts_lock or read_lock(run.parts_lock)
        was, now = adopted(was, locked, plugins), adopted(now, locked, plugins)
        # Characters were added since, and will be met again; or a script still begins with those of its first day.
        if grows and (only_added_characters(was, now) or only_added_characters(now, was)):
            characters = list(was["metadata"]["character_set"])
            now = {**now, "metadata": {**now["metadata"], "character_set": characters}}
        check_compatible(was, now, name=saved.path.name, run=str(run.path))
    return characters
