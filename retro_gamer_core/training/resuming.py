"""What a run can go on from: the newest saved state, else the newest checkpoint, that can be read and still fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import CheckpointDamaged
from retro_gamer_core.policies.checkpoints import load_checkpoint_into, read_checkpoint
from retro_gamer_core.runs.parts_lock import LockedPart, adopted, read_lock
from retro_gamer_core.runs.plain_values import restored, restored_from
from retro_gamer_core.runs.refusals import check_own, damage_explained, misfit_explained, refuse_odd_seconds
from retro_gamer_core.runs.saved_state import read_state
from retro_gamer_core.training.alarms import WatchState
from retro_gamer_core.training.compatibility import check_compatible, only_added_characters
from retro_gamer_core.training.greedy_evaluation import EvaluationRecord
from retro_gamer_core.training.loop import LoopCounts
from retro_gamer_core.training.run_keeper import CheckpointAverages

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.loop import TrainingLoop


#: Changing one of these keeps the weights usable, but not the memory and the games that go with them.
_MEMORY_DEPENDS_ON = ("memory", "games_in_step", "n_step", "gamma", "seed")

_OTHER_GAMES = (
    "the running games could not be played again the same, so fresh ones have begun: the game "
    "or max_turns_per_episode has changed, or the game depends on more than Python's random "
    "(the time, a file, a generator of its own)"
)


@dataclass(frozen=True)
class _Told:
    """What every saved file says, with the types that it must have."""

    config: Mapping[str, Any]
    seconds: float
    episode: int
    turns: int
    averages: CheckpointAverages
    loggers: dict[str, Any] = field(default_factory=dict)
    checkpoints: list[int] = field(default_factory=list)
    alarms: WatchState | None = None
    evaluation: EvaluationRecord | None = None

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
            counts = restored_from(LoopCounts, contents["loop"])
            values = {**contents, "episode": counts.episodes, "turns": counts.turns}
            return cls(path, restored_from(_Told, values), contents, has_memory=True)

    @classmethod
    def checkpoint(cls, path: Path, plugins: Plugins) -> Saved:
        """What was learned until then; what was remembered is not in it.

        Raises:
            CheckpointDamaged: it cannot be read, or says what cannot be.
        """
        contents = read_checkpoint(path, plugins)
        seconds = contents["total_training_seconds"]
        values = {
            "config": contents["config_snapshot"],
            "seconds": seconds,
            "episode": contents["episode"],
            "turns": contents["total_steps"],
            "averages": {"since": seconds},
            "alarms": contents.get("alarms"),
            "evaluation": contents["evaluation"],
            # "checkpoints" is empty: somebody chose to go back to this one, so it stays, and those before it.
        }
        with damage_explained(path):
            return cls(path, restored(_Told, values), contents, has_memory=False)

    @property
    def parts_lock(self) -> list[LockedPart]:
        """The parts it was saved with; empty where it does not say so."""
        return [LockedPart(**part) for part in self.contents.get("parts_lock", [])]

    def load_into(self, loop: TrainingLoop, config: RunConfig) -> list[str]:
        """Go on from here. Returns what could not be kept, each in a sentence.

        Raises:
            CheckpointIncompatible: a part refuses what it saved.
        """
        if not self.has_memory:
            load_checkpoint_into(loop.learner, self.contents, self.path.name)
            lost = "a checkpoint holds what was learned but no memories, so the next "
            lost += f"{config.training.learning_starts:,} turns are only watched"
        else:
            with misfit_explained(self.path.name):
                if self._memory_fits(loop, config):
                    return [] if loop.load_state_dict(self.contents["loop"]) else [_OTHER_GAMES]
                loop.learner.load_state_dict(self.contents["loop"]["learner"])
            lost = "the memory or the games are set up differently now, so what was learned is kept and what "
            lost += "was remembered is not"
        loop.continue_with_empty_memory(turns=self.told.turns, episodes=self.told.episode)
        return [lost]

    def _memory_fits(self, loop: TrainingLoop, config: RunConfig) -> bool:
        """Whether the saved memory and the running games can be taken over, beside the weights."""
        before, now = self.told.config["training"], config.to_sections()["training"]
        if any(before.get(key) != now.get(key) for key in _MEMORY_DEPENDS_ON):
            return False
        if before.get("memory_capacity") != config.training.memory_capacity:
            # A memory may keep what fits of one of another capacity; one of somebody's own may not know how.
            try:
                loop.memory.load_state_dict(self.contents["loop"]["memory"])
            except Exception:  # whatever its author's code met
                return False
        return True


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
    was, now = saved.told.config, config.to_sections()
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
