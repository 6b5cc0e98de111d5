"""Who provides what: plain records of plugins and parts, for printing, comparing and asking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from retro_gamer_core.distributions import NAMES, WITH_TORCH
from retro_gamer_core.parts import Kind, Part
from retro_gamer_core.plugins.diagnosis import Diagnosis

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

    def goes_by(self, name: str) -> bool:
        """Whether ``name`` is the entry point or the distribution; case and ``-`` or ``_`` do not matter.

        The built-in ones go by ``retro-gamer`` whether torch came with them or not.
        """
        names = {folded(self.plugin), folded(self.distribution or "")}
        return folded(name) in (names | {WITH_TORCH} if self.built_in else names)


@dataclass(frozen=True)
class ProvidedPart:
    """A part, its kind, and who provides it."""

    kind: Kind
    part: Part
    provider: Provider

    def __str__(self) -> str:
        return f"the {self.kind} {self.part.name!r}"

    @property
    def name(self) -> str:
        return self.part.name


@dataclass(frozen=True)
class PluginRecord:
    """One plugin that was found, whatever became of it.

    Args:
        name: its entry point; ``distribution`` and ``version`` are what pip knows it by.
        module: what the entry point names.
        status: ``"ok"``; ``"broken"``, and nothing of it is used; or ``"blocked"``, and it was
            not even imported.
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
