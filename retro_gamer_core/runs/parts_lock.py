"""``parts.lock``: which code the parts of a run came from, so that a change is noticed, not suffered.

Weights only mean something to the network and the encoder they were learned with. The file is
written when training starts, and compared when it goes on or the result is played.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.distributions import NAMES, WITH_TORCH
from retro_gamer_core.errors import Problem, RetroGamerError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.runs.atomic_files import write_text

if TYPE_CHECKING:
    from retro_gamer_core.plugins.records import ProvidedPart
    from retro_gamer_core.plugins.registry import Plugins

_HEADING = "# Written by retro-gamer: which code each part of this run came from. Not meant to be edited.\n\n"


@dataclass(frozen=True)
class LockedPart:
    """One part of a run, and the code it was built from.

    Args:
        kind, name, factory: what it is, its name in the config, and the import string of its factory.
        plugin: the entry point or module that offers it.
        distribution, version: what pip knows that by; None for a file of the student's own.
        options: every option with its value, defaults included.
        sha256: of the file that makes it; None for what came with retro-gamer.
    """

    kind: str
    name: str
    factory: str
    plugin: str
    distribution: str | None = None
    version: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    sha256: str | None = None

    def is_code_of(self, other: ProvidedPart | LockedPart) -> bool:
        """Whether both are made by the same name in the same file, whatever that is called by now."""
        factory = other.factory if isinstance(other, LockedPart) else other.part.factory
        same_name = factory.partition(":")[2] == self.factory.partition(":")[2]
        return self.sha256 is not None and self.sha256 == other.sha256 and same_name

    def __str__(self) -> str:
        source = f", {self.distribution} {self.version}" if self.distribution else ""
        return f"{self.name} ({self.factory}{source})"


_NOT_IN_PLAY = {kind.name for kind in KINDS.values() if kind.several or not kind.section}


@dataclass(frozen=True)
class Difference:
    """A part is not what it was; ``serious`` if what was learned will hardly fit it any more."""

    problem: Problem
    serious: bool


def lock_of(parts: Iterable[tuple[ProvidedPart, Mapping[str, Any]]]) -> list[LockedPart]:
    """What to remember of the parts a run is built from, each with its options."""
    return [
        LockedPart(
            kind=provided.kind,
            name=provided.part.name,
            factory=provided.part.factory,
            plugin=provided.provider.plugin,
            distribution=provided.provider.distribution,
            version=provided.provider.version,
            options=dict(options),
            sha256=provided.sha256,
        )
        for provided, options in parts
    ]


def write_lock(path: Path, parts: Iterable[LockedPart]) -> None:
    """Write ``parts.lock``, whole or not at all. TOML has no None: such options are left out."""
    import tomlkit

    tables = [_without_none(asdict(part)) for part in parts]
    write_text(path, _HEADING + tomlkit.dumps({"lock_version": 1, "part": tables}))


def read_lock(path: Path) -> list[LockedPart]:
    """Read ``parts.lock``; a run that has none yet gives an empty list.

    Raises:
        RetroGamerError: it was edited into something else.
    """
    if not path.is_file():
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["part"]
        return [LockedPart(**table) for table in tables]
    except (ValueError, KeyError, TypeError) as error:
        raise RetroGamerError(
            f"{path.name} cannot be read: {error}",
            where=str(path),
            why="nobody can tell whether the parts of this run are still the same",
            hint="delete it; it is written again when training starts",
        ) from error


def differences(locked: Iterable[LockedPart], installed: Iterable[LockedPart]) -> list[Difference]:
    """What changed between the parts a run was trained with and those it would be built from now.

    Loggers, wrappers and players are passed over: what was learned plays without them. An option that changed is
    told of what was learned with, an encoder or a network; so another default of a newer version is noticed, too.
    """
    now = {part.kind: part for part in installed}
    return [
        difference
        for was in locked
        if was.kind not in _NOT_IN_PLAY
        for difference in _differences_of(was, now.get(was.kind))
    ]


def adopted(sections: Mapping[str, Any], locked: Iterable[LockedPart], plugins: Plugins) -> dict[str, Any]:
    """The same settings, naming a plugin's part where a file of one's own that they name has become one.

    It has where the plugin's file is the locked one to the last byte: what ``retro-gamer promote`` makes.
    """
    found = {name: dict(table) if isinstance(table, Mapping) else table for name, table in sections.items()}
    for was in locked:
        kind = KINDS.get(was.kind)
        if was.distribution is not None or kind is None or kind.several:
            continue
        for part in plugins.parts(was.kind).values():
            for table, key in ((kind.section, kind.key), (kind.table, "name")):
                if was.is_code_of(part) and found.get(table, {}).get(key) == was.name:
                    found[table][key] = part.name
    return found


def _differences_of(was: LockedPart, now: LockedPart | None) -> Iterator[Difference]:
    told = f"the {was.kind} was {was}, and is now {now or 'missing'}"
    only_fits = f"what was learned only fits the {was.kind} it was learned with"
    plays_worse = f"if the {was.kind} works differently now, the learner plays worse than it did"
    if now is None:
        yield _difference(told, only_fits, _way_back(was, now), serious=True)
        return
    if was.distribution != now.distribution and was.is_code_of(now):
        pass  # the file has become a plugin, or the plugin is read from its file
    elif (now.name, now.factory) != (was.name, was.factory):
        yield _difference(told, only_fits, _way_back(was, now), serious=True)
    elif _source(now) != _source(was):
        yield _difference(told, plays_worse, _way_back(was, now))
    elif now.distribution is None and was.sha256 and now.sha256 and was.sha256 != now.sha256:
        told = f"the file of the {was.kind} {was.name} is not the one that it was trained with"
        why = f"was: SHA-256 {was.sha256[:12]}…, now: {now.sha256[:12]}…; {plays_worse}"
        yield _difference(told, why, "bring the old file back, or start a new run")
    if now.name == was.name and was.kind in ("encoder", "network"):
        changed = [
            name
            for name, value in was.options.items()
            if name in now.options and _text(now.options[name]) != _text(value)
        ]
        for name in changed[:1]:
            value = was.options[name]
            told = f"{name} of the {was.kind} {was.name} was {value!r}, and is now {now.options[name]!r}"
            way_back = f"write {name} = {value!r} in [{KINDS[was.kind].section}]"
            yield _difference(told, only_fits, way_back, serious=True)


def _difference(told: str, why: str, way_back: str, *, serious: bool = False) -> Difference:
    return Difference(Problem(told, "parts.lock", why, way_back), serious)


def _text(value: Any) -> str:
    """A value as text that is equal where the value is: what an altered file holds may not let itself be compared."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    return repr(float(value) if type(value) is int and abs(value) < 2**53 else value)


def _way_back(was: LockedPart, now: LockedPart | None) -> str:
    if now is not None and now.name != was.name:
        return f'write {was.kind} = "{was.name}" in config.toml again, or start a new run'
    if was.distribution and was.version:
        return f'pip install "{was.distribution}=={was.version}", or start a new run'
    return f"bring {was.factory} back, or start a new run"


def _source(part: LockedPart) -> tuple[str | None, Any]:
    """What its code came with; of retro-gamer's own, whether torch came with it makes no difference."""
    built_in = part.distribution in NAMES
    return (WITH_TORCH if built_in else part.distribution), _release(part.version)


def _release(version: str | None) -> tuple[int, ...] | str | None:
    """Major, minor and micro: what comes after them (``.dev1``, ``.post1``, ``+local``) changes nothing."""
    found = re.match(r"v?(?:[0-9]+!)?([0-9]+(?:\.[0-9]+)*)", version or "")
    if not found:
        return version
    numbers = [int(number) for number in found[1].split(".")]
    return tuple([*numbers, 0, 0][:3])


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value if item is not None]
    return value
