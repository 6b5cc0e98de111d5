"""The settings of a run while older spellings are brought to the current one: what became of what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from retro_gamer_core.configuration.spelling import Spelling, assignment
from retro_gamer_core.errors import Problem
from retro_gamer_core.options import Setting


@dataclass
class Translation:
    """The settings in the current spelling, and where each translated one came from.

    Args:
        sections: the tables; changed in place.
        file: where they are from, for messages.
        sentences: what was translated, for people.
        problems: older settings that could not be understood; ``sections`` no longer has them.
        written: for a current (section, key), what the person wrote in its place.
    """

    sections: dict[str, Any]
    file: str = "config.toml"
    sentences: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    written: dict[tuple[str, str], tuple[Spelling, ...]] = field(default_factory=dict)

    def as_written(self, section: str, key: str, value: Any = None) -> tuple[Spelling, ...]:
        """What the person wrote for this setting: the setting itself, if nothing was translated."""
        return self.written.get((section, key), (Spelling(section, key, value),))

    def table(self, section: str) -> dict[str, Any]:
        """A section to look at and take keys out of; empty where there is none."""
        content = self.sections.get(section)
        return content if isinstance(content, dict) else {}

    def take(self, section: str, option: Setting) -> tuple[Spelling, ...]:
        """Remove an older key. Empty where it is absent, or wrong and then explained."""
        table = self.table(section)
        if option.name not in table:
            return ()
        value = table.pop(option.name)
        written = self.as_written(section, option.name, value)
        problem = option.problem_with(value, where=f"[{written[0].section}] in {self.file}")
        if problem:
            self.problems.append(problem)
            return ()
        return written

    def put(self, section: str, key: str, value: Any, written: tuple[Spelling, ...]) -> None:
        """Write a current setting in place of what is ``written``, and say so."""
        if self._set(section, key, value, written):
            before = f"{_joined(written)} in [{written[0].section}]"
            self.sentences.append(f"{before} now reads {assignment(key, value)} in [{section}]")

    def move(self, section: str, keys: Iterable[str], to: str) -> None:
        """Move settings, their spelling unchanged, to the section they belong in now."""
        table = self.table(section)
        moved = [key for key in keys if key in table]
        for key in moved:
            value = table.pop(key)
            self._set(to, key, value, (Spelling(section, key, value),))
        if moved:
            self.sentences.append(f"{', '.join(moved)} moved from [{section}] to [{to}]")

    def drop(self, section: str, key: str, reason: str) -> None:
        """Remove a key that no longer says anything."""
        table = self.table(section)
        if key in table:
            self.sentences.append(f"{assignment(key, table.pop(key))} in [{section}] is left out: {reason}")

    def _set(self, section: str, key: str, value: Any, written: tuple[Spelling, ...]) -> bool:
        table = self.sections.setdefault(section, {})
        if not isinstance(table, dict):
            return False
        if key in table and table[key] != value:
            self._contradiction(section, key, table[key], written)
            return False
        table[key] = value
        self.written[section, key] = written
        return True

    def _contradiction(self, section: str, key: str, value: Any, written: tuple[Spelling, ...]) -> None:
        older = f"[{written[0].section}]"
        self.problems.append(
            Problem(
                f"{_joined(written)} and {assignment(key, value)} contradict each other",
                where=f"{older} and [{section}] in {self.file}",
                why=f"both set {key} of [{section}], and only one of them can hold",
                hint=f"remove {' and '.join(spelling.key for spelling in written)} from {older}",
            )
        )


def _joined(spellings: Iterable[Spelling]) -> str:
    return " and ".join(map(str, spellings))
