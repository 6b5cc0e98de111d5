"""Can what was learned then still be used now? Each change is explained as was, now, why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retro_gamer_core.errors import CheckpointIncompatible
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.runs.refusals import Sections

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


def check_compatible(was: Sections, now: Sections, *, name: str, run: str) -> None:
    """Compare the configuration that something was trained with to the one of today.

    Args:
        was, now: sections as ``RunConfig.to_sections`` gives them.
        name: what was trained, for the message: a checkpoint's file name.
        run: the run directory, for the message.

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


def only_added_characters(was: Sections, now: Sections) -> bool:
    """Whether the character set of today begins with the one of then and goes on."""
    before = was.get("metadata", {}).get("character_set") or []
    after = now.get("metadata", {}).get("character_set") or []
    return len(after) > len(before) and list(after[: len(before)]) == list(before)


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
