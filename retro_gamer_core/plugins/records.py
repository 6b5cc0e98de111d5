"""Who provides what: plain records of plugins and parts, for printing, comparing and asking."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from retro_gamer_core.distributions import NAMES, WITH_TORCH
from retro_gamer_core.parts import Part
from retro_gamer_core.plugins.diagnosis import Diagnosis
from retro_gamer_core.plugins.own_code import directories, file_of

Status = Literal["ok", "broken", "blocked"]


@dataclass(frozen=True)
class Provider:
    """Where something comes from: a plugin, or a module named by its import path.

    Args:
        plugin: the name of the plugin's entry point, or the module.
        distribution: what was installed with pip; None for a module named by its import path.
        version: of that distribution.
    """

    plugin: str
    distribution: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        if self.distribution is None:
            return f"{self.plugin} (named by its import path)"
        return f"{self.plugin} ({self.distribution} {self.version})"

    @property
    def built_in(self) -> bool:
        return self.distribution is not None and folded(self.distribution) in NAMES

    def goes_by(self, *names: str) -> bool:
        """Whether one of ``names`` is the entry point or the distribution; case and ``-`` or ``_`` do not matter.

        The built-in ones go by ``retro-gamer`` whether torch came with them or not.
        """
        own = {folded(self.plugin), folded(self.distribution or self.plugin)}
        return not (own | {WITH_TORCH} if self.built_in else own).isdisjoint(map(folded, names))


class Claim(NamedTuple):
    """A name, claimed by a plugin for what ``description`` describes."""

    kind: str
    name: str
    description: Any
    provider: Provider


@dataclass(frozen=True)
class ProvidedPart:
    """A part, its kind, and who provides it."""

    kind: str
    part: Part
    provider: Provider

    def __str__(self) -> str:
        return f"the {self.kind} {self.part.name!r}"

    @property
    def name(self) -> str:
        return self.part.name

    @cached_property
    def sha256(self) -> str | None:
        """Of the file that makes it, in hexadecimal digits; None for what came with retro-gamer, or has no file."""
        if self.provider.built_in:
            return None
        import hashlib  # here, because few commands look at code

        module = self.part.factory.partition(":")[0]
        file = file_of(module, map(Path, (*directories(), *sys.path)))
        return None if file is None else hashlib.sha256(file.read_bytes()).hexdigest()


@dataclass(frozen=True)
class PluginRecord:
    """One plugin that was found, whatever became of it.

    Args:
        name: its entry point; ``distribution`` and ``version`` are what pip knows it by.
        module: what the entry point names.
        status: ``"ok"``; ``"broken"``, and nothing of it is used; or ``"blocked"``, as is each that nobody has
            imported yet.
        built_in: whether it is part of retro-gamer itself.
        offers: the kind and name of each thing it offers; the kinds of parts, or ``"game"``,
            ``"recipe"`` and ``"command"``.
        hooks: names of the hooks it answers.
        problem: why it is broken; or, with the status ``"ok"``, which name that it offers is
            taken. All the rest of it is used.
    """

    name: str
    distribution: str
    version: str
    module: str
    status: Status
    built_in: bool
    offers: tuple[tuple[str, str], ...] = ()
    hooks: tuple[str, ...] = ()
    problem: Diagnosis | None = None

    @property
    def provider(self) -> Provider:
        return Provider(self.name, self.distribution, self.version)


def folded(name: str) -> str:
    """One spelling for all the spellings of a name that pip takes to be the same."""
    return re.sub(r"[-_.]+", "-", name).casefold()
