"""What a key that no section has was probably meant to be: misspelt, misplaced, or of another part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from retro_gamer_core.errors import Problem
from retro_gamer_core.options import unknown_key
from retro_gamer_core.parts import KINDS
from retro_gamer_core.suggestions import nearest

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins


class KnownKeys:
    """The keys that each section of this config may have."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self._of_section: dict[str, set[str]] = {}

    def add(self, section: str, keys: Iterable[str]) -> None:
        """Say that ``section`` may have these keys."""
        self._of_section.setdefault(section, set()).update(keys)

    def homes_of(self, key: str) -> list[str]:
        """The sections that may have this key."""
        return [section for section, keys in self._of_section.items() if key in keys]

    def problem(self, key: str, section: str, *, written_in: str, file: str) -> Problem:
        """The problem of a key that its section does not have, with the likeliest way out."""
        here = self._of_section.get(section, set())
        problem = unknown_key(key, here, section=written_in, file=file)
        hint = self._elsewhere(key) or self._of_another_part(key)
        if hint is None and nearest(key, here) is None:
            hint = self._almost_elsewhere(key)
        return problem if hint is None else Problem(problem.what, problem.where, problem.why, hint)

    def _elsewhere(self, key: str) -> str | None:
        homes = self.homes_of(key)
        return f"move it to [{homes[0]}], where {key} belongs" if homes else None

    def _of_another_part(self, key: str) -> str | None:
        owners = [
            f'the {kind} "{part.name}"'
            for kind in KINDS
            for part in self._plugins.parts(kind).values()
            if any(option.name == key for option in self._plugins.options_declared_apart(part) or ())
        ]
        return f"{key} is an option of {' and '.join(owners)}, not used here: remove it" if owners else None

    def _almost_elsewhere(self, key: str) -> str | None:
        for section, keys in self._of_section.items():
            match = nearest(key, keys)
            if match is not None:
                return f"did you mean {match!r}? It belongs in [{section}]"
        return None
