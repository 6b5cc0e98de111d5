"""What a run can go on from: the newest saved state, else the newest checkpoint, that can be read and still fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import CheckpointDamaged, CheckpointIncompatible
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.policies.checkpoints import load_checkpoint_into, read_checkpoint
from retro_gamer_core.runs.parts_lock import adopted, read_lock
from retro_gamer_core.runs.plain_values import restored, restored_from
from retro_gamer_core.runs.refusals import check_own, damage_explained, misfit_explained
from retro_gamer_core.runs.saved_state import read_state
from retro_gamer_core.training.alarms import WatchState
from retro_gamer_core.training.greedy_evaluation import EvaluationRecord
from retro_gamer_core.training.loop import LoopCounts
from retro_gamer_core.training.recorded_games import MomentsTold
from retro_gamer_core.training.run_keeper import CheckpointAverages

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.refusals import Sections
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.loop import TrainingLoop


#: Changing one of these makes what was learned useless.
_WHY = {
    ("metadata", "actions"): "the network has one output for each action",
    ("metadata", "reward"): "everything learned so far is about the old reward",
    ("metadata", "character_set"): "each character has inputs of its own in the network",
    ("metadata", "board_size"): "each cell of the board has inputs of its own in the network",
    ("metadata", "spatial"): "it decides in which order the network is given the cells",
    ("metadata", "player"): "a learner may see the board from this character's place",
    ("preprocessing", "*"): "the learner would see something else than it learned from",
    ("model", "*"): "the weights only fit a network of the same shape",
    ("training", "learner"): "another algorithm keeps other things",
}

#: Changing one of these keeps the weights usable, but not the memory and the games that go with them.
_MEMORY_DEPENDS_ON = ("memory", "games_in_step", "n_step", "gamma", "seed")

#: A century. No training has lasted longer.
_MOST_SECONDS = 1e10

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
    recorded: MomentsTold | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.seconds <= _MOST_SECONDS:
            raise ValueError(f"it was trained for {self.seconds} seconds")


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
            "recorded": contents.get("recorded"),
            # "checkpoints" is empty: somebody chose to go back to this one, so it stays, and those before it.
        }
        with damage_explained(path):
            return cls(path, restored(_Told, values), contents, has_memory=False)

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
        sections = config.to_sections()
        before, now = self.told.config["training"], sections["training"]
        if any(before.get(key) != now.get(key) for key in _MEMORY_DEPENDS_ON):
            return False
        wrapping = self.told.config.get("wrapping") or {}  # what was saved before there were any names none
        if {"wrappers": [], **wrapping} != sections["wrapping"]:
            return False  # it remembers other rewards
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
        # A saved state does not say with which parts, and the file of the run does.
        locked = saved.contents.get("parts_lock") or read_lock(run.parts_lock)
        was, now = adopted(was, locked, plugins), adopted(now, locked, plugins)
        before, after = (list(each["metadata"].get("character_set") or []) for each in (was, now))
        both = min(len(before), len(after))
        # Characters were added since, and will be met again; or a script still begins with those of its first day.
        if grows and len(before) != len(after) and before[:both] == after[:both]:
            characters = before
            now = {**now, "metadata": {**now["metadata"], "character_set": characters}}
        _refuse_another_problem(was, now, name=saved.path.name, run=str(run.path))
    return characters


def _refuse_another_problem(was: Sections, now: Sections, *, name: str, run: str) -> None:
    """Compare the configuration that the file ``name`` was saved with to the one of today.

    Raises:
        CheckpointIncompatible: naming every change that matters.
    """
    changes: list[str] = []
    for (section, keys), why in _WHY.items():
        before, after = _with_own_tables(was, section), _with_own_tables(now, section)
        for key in sorted({*before, *after}) if keys == "*" else [keys]:
            if before.get(key) != after.get(key):
                changes += ["", f"  {key} in [{section}]", f"    was: {_shown(before, key)}"]
                changes += [f"    now: {_shown(after, key)}", f"    why it matters: {why}"]
    if not changes:
        return
    raise CheckpointIncompatible(
        f"{name} was trained on a different problem than {run} describes now.\nWhat changed:\n"
        + "\n".join(changes),
        hint=f"put the old values back in config.toml, or begin afresh: retro-gamer clean {run}, then "
        f"retro-gamer train {run}",
    )


def _with_own_tables(sections: Sections, section: str) -> dict[str, Any]:
    """A section with the options that stand in the tables of its parts."""
    merged = dict(sections.get(section, {}))
    for kind in KINDS.values():
        if kind.table and kind.section == section:
            own = {**sections.get(kind.table, {})}
            merged |= {key: value for key, value in own.items() if key != "name" and key not in merged}
    return merged


def _shown(section: Mapping[str, Any], key: str) -> str:
    return repr(section[key]) if key in section else "(not set)"
