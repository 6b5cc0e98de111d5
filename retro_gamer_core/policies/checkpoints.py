"""Checkpoints: what was learned and how far training was, in one file.

The file has the format that the learner's ``Part`` names (``checkpoint_format``), or else that of saved states.
Which one it has is seen from its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import CheckpointDamaged, PluginError, RetroGamerError
from retro_gamer_core.plugins.diagnosis import in_words, refuse_without
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.runs.parts_lock import LockedPart
from retro_gamer_core.runs.plain_values import plain, restored_from
from retro_gamer_core.runs.refusals import damage_explained, misfit_explained
from retro_gamer_core.runs.saved_state import is_state, read_state, write_state

if TYPE_CHECKING:
    from retro_gamer_core.plugins.records import ProvidedPart
    from retro_gamer_core.plugins.registry import Plugins


def checkpoint_of(learner: Any) -> dict[str, Any]:
    """What a learner needs to play."""
    return (learner.checkpoint if hasattr(learner, "checkpoint") else learner.state_dict)()


def load_checkpoint_into(learner: Any, contents: Mapping[str, Any], name: str) -> None:
    """Take a learner to what ``checkpoint_of`` gave, out of the contents of the checkpoint ``name``.

    Raises:
        CheckpointIncompatible: it does not fit the learner.
        CheckpointDamaged: the learner says so.
    """
    with misfit_explained(name):
        try:
            load = learner.load_checkpoint if hasattr(learner, "load_checkpoint") else learner.load_state_dict
            load(contents["learner"])
        except CheckpointDamaged as error:
            found = error.problem
            raise CheckpointDamaged(f"{name}: {found.what}", why=found.why, hint=found.hint) from error


def write_checkpoint(path: Path, progress: Mapping[str, Any], learner: Any, part: ProvidedPart) -> None:
    """Write a checkpoint, whole or not at all, and never one that cannot be read again.

    Args:
        progress: ``episode``, ``total_steps`` and other plain values.
        learner: what has learned.
        part: where it comes from.

    Raises:
        RetroGamerError: something in it cannot be saved, or the disk refused.
        PluginError: what was written cannot be read back, or has lost how far training was.
    """
    contents = {**plain(progress, "progress"), "learner": checkpoint_of(learner)}
    save = _from_format(part, "save") if part.part.checkpoint_format else write_state

    def write(temporary: Path) -> None:
        save(temporary, contents)
        try:
            held = _read(temporary, [part])
            if any(held[key] != progress[key] for key in ("episode", "total_steps")):
                raise ValueError("it has lost the progress that it was given")
        except (OSError, MemoryError):
            raise
        except Exception as error:
            reason = error.problem.why if isinstance(error, RetroGamerError) else in_words(error)
            raise PluginError(
                f"{path.name} has not been saved: it could not be read back. {reason}",
                where=f"checkpoint of {type(learner).__module__}.{type(learner).__name__}",
                why="a checkpoint that nobody can read is none; those before it are untouched",
                hint="let the learner, the network and the optimiser keep nothing but tensors, numbers and text: "
                "an object in the state_dict of a network of your own is the usual cause",
            ) from error

    replace_file(path, write)


@dataclass(frozen=True)
class _Progress:
    """What every checkpoint says, with the types that it must have; 0.4.0 said less."""

    episode: int
    total_steps: int
    learner: Mapping[str, Any]
    total_training_seconds: float = 0.0
    config_snapshot: Mapping[str, Any] = field(default_factory=dict)
    parts_lock: list[LockedPart] = field(default_factory=list)
    evaluation: Mapping[str, Any] | None = None


def read_checkpoint(path: Path, plugins: Plugins) -> dict[str, Any]:
    """What is in a checkpoint: how far training was and with which settings and parts, and ``learner``.

    Raises:
        CheckpointDamaged: it cannot be read, or says what cannot be.
        RetroGamerError: reading it needs something that is not installed.
    """
    found = _read(path, list(plugins.parts("learner").values()))
    with damage_explained(path):
        return {**found, **vars(restored_from(_Progress, found))}


def _read(path: Path, learners: list[ProvidedPart]) -> dict[str, Any]:
    with damage_explained(path):
        if is_state(path):
            return read_state(path)
        damage: CheckpointDamaged | None = None
        for part in learners:
            if part.part.checkpoint_format:
                try:
                    return _from_format(part, "load")(path)
                except CheckpointDamaged as error:
                    damage = damage or error
        raise damage or ValueError("no installed learner has this format")


def _from_format(part: ProvidedPart, function: str) -> Any:
    """``save`` or ``load`` of the format that a learner names."""
    refuse_without(part.part, str(part))
    name = f"{part.part.checkpoint_format}:{function}"
    return load_attribute(name, what=f"the checkpoint_format of {part}", provider=part.provider)
