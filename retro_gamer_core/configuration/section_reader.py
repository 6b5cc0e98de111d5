"""One section of the config at a time: the core's own settings in it, and the options of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.migrate import Migrated
from retro_gamer_core.configuration.run_config import PartChoice
from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.errors import PartNotFound, Problem
from retro_gamer_core.kinds import KINDS, Kind
from retro_gamer_core.options import Setting, unknown_key
from retro_gamer_core.suggestions import nearest
from retro_gamer_core.toml_text import toml_setting

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins


@dataclass(frozen=True)
class FoundPart:
    """A part that the config names, with its options.

    It ``takes_any`` where nobody can tell them: it was not found, or its code was not imported.
    """

    kind: Kind
    name: str | None
    options: dict[str, Setting] = field(default_factory=dict)
    takes_any: bool = True

    @property
    def section(self) -> str:
        """The section that it shares with others; ``""`` where it shares none."""
        return f"{self.kind.section}.{self.name}" if self.kind.several else self.kind.section

    def __str__(self) -> str:
        return f'the {self.kind} "{self.name}"'


class SectionReader:
    """Takes values out of sections; whatever is wrong is added to ``problems``.

    A section is named as in the file; ``logging.NAME`` is the table of one logger.
    """

    def __init__(self, document: Migrated, plugins: Plugins, *, import_own: bool = True) -> None:
        self.document = document
        self.file = document.file
        self.problems = list(document.problems)
        self._plugins = plugins
        self._import_own = import_own
        self._keys_of: dict[str, set[str]] = {}

    def complain(self, what: str, where: str, why: str, hint: str) -> None:
        self.problems.append(Problem(what, where, why, hint))

    def know(self, section: str, keys: Iterable[str]) -> None:
        """Say that ``section`` may have these keys."""
        self._keys_of.setdefault(section, set()).update(keys)

    def homes_of(self, key: str) -> list[str]:
        """The sections that may have this key."""
        return [section for section, keys in self._keys_of.items() if key in keys]

    def table(self, section: str) -> dict[str, Any]:
        """Everything in a section; empty where there is none."""
        section, _, logger = section.partition(".")
        table = self.document.table(section)
        content = table.get(logger) if logger else table
        return content if isinstance(content, dict) else {}

    def where(self, section: str, key: str) -> str:
        """Where the person wrote this setting."""
        return f"[{self.document.as_written(section, key)[0].section}] in {self.file}"

    def settings(self, section: str) -> dict[str, Any]:
        """The core's own settings: what is written, else the default. A wrong one is left out."""
        table = self.table(section)
        values = {}
        for option in SECTION_KEYS[section]:
            value = table.get(option.name, option.default)
            if option.name not in table or self._is_right(section, option, value):
                values[option.name] = float(value) if option.type == "float" else value
        self.know(section, (option.name for option in SECTION_KEYS[section]))
        return values

    def name_in_own_table(self, kind: Kind) -> str | None:
        """What the table of the kind's own names; None where it names nothing."""
        table = self.table(kind.table) if kind.table else {}
        name, beside = table.get("name"), self.table(kind.section).get(kind.key)
        if name is None:
            return None
        if not isinstance(name, str):
            self._is_right(kind.table, Setting("name", "str", required=True), name)
            return None
        if beside not in (None, name):
            what = f"{toml_setting('name', name)} and {toml_setting(kind.key, beside)} contradict each other"
            where = f"[{kind.table}] and [{kind.section}] in {self.file}"
            hint = f"remove one of them, say that in [{kind.table}]"
            self.complain(what, where, f"both say which {kind} is meant", hint)
        return name

    def find(self, kind: Kind, name: str | None) -> FoundPart:
        """The part of that name. Where there is none, that is explained; where its name is None, it has been."""
        if name is None:
            return FoundPart(kind, name)
        try:
            part = self._plugins.find_part(kind.name, name)
            if not self._import_own and part.provider.distribution is None:
                return FoundPart(kind, name)
            options = {option.name: option for option in self._plugins.options_of(part)}
        except PartNotFound as error:
            in_own = not kind.section or "name" in self.table(kind.table or "-")
            where = self.where(kind.table, "name") if in_own else self.where(kind.section, kind.key)
            self.problems.append(replace(error.problem, where=where))
            return FoundPart(kind, None)
        found = FoundPart(kind, name, options, takes_any=False)
        for section in filter(None, (found.section, kind.table)):
            self.know(section, set(options) - _of_core(section))
        return found

    def options(self, section: str, parts: Sequence[FoundPart] = ()) -> dict[str, Any]:
        """The options of these parts that are written in this section. A wrong one is left out."""
        values = {}
        for key, value in self.table(section).items():
            if key in _of_core(section):
                continue
            owners = [part for part in parts if key in part.options]
            if not owners and (unseen := [part for part in parts if part.takes_any]):
                unseen[0].options[key] = Setting(key, "any")
                owners = unseen[:1]
            if not owners:
                self.unknown(key, section)
            elif len(owners) > 1:
                tables = " or ".join(f"[{part.kind.table}]" for part in owners)
                self.complain(
                    f"{key} could be meant for {' or for '.join(map(str, owners))}",
                    self.where(section, key),
                    "both have an option of that name, and they may understand it differently",
                    f"move it into {tables}, the table of that part alone",
                )
            elif self._is_right(section, owners[0].options[key], value):
                values[key] = list(value) if isinstance(value, tuple) else value
        return values

    def chosen(self, part: FoundPart, shared: Mapping[str, Any]) -> PartChoice:
        """A part with its options: those in the section that it shares with others, and those in its own table."""
        options = {key: value for key, value in shared.items() if key in part.options}
        own = self.options(part.kind.table, [part])
        for key in [key for key in own if key in options]:
            where = f"[{part.kind.table}] in {self.file}"
            why = f"one is in [{part.section}], the other in [{part.kind.table}]"
            self.complain(f"{key} stands twice", where, why, "remove one of them")
        return PartChoice(part.kind.name, part.name or "", options | own, tuple(own))

    def defaults(self, section: str, parts: Sequence[FoundPart]) -> dict[str, Any]:
        """The defaults of those options of these parts that are not written in this section."""
        taken = {*self.table(section), *_of_core(section)}
        options = [option for part in parts for option in part.options.values()]
        return {option.name: option.default for option in options if option.name not in taken}

    def unknown(self, key: str, section: str) -> None:
        """Explain a key that its section does not have, with the likeliest way out."""
        here = self._keys_of.get(section, set())
        written_in = self.document.as_written(section, key)[0].section
        problem = unknown_key(key, here, section=written_in, file=self.file)
        matches = {elsewhere: nearest(key, keys) for elsewhere, keys in self._keys_of.items()}
        if homes := self.homes_of(key):
            problem = replace(problem, hint=f"move it to [{homes[0]}], where {key} belongs")
        elif owners := self._parts_with(key):
            hint = f"{key} is an option of {' and '.join(owners)}, not used here: remove it"
            problem = replace(problem, hint=hint)
        elif nearest(key, here) is None and (place := next(filter(matches.get, matches), None)):
            hint = f"did you mean {matches[place]!r}? It belongs in [{place}]"
            problem = replace(problem, hint=hint)
        self.problems.append(problem)

    def _parts_with(self, key: str) -> list[str]:
        return [
            f'the {kind} "{part.name}"'
            for kind in KINDS
            for part in self._plugins.parts(kind).values()
            if any(option.name == key for option in self._plugins.options_declared_apart(part) or ())
        ]

    def _is_right(self, section: str, option: Setting, value: Any) -> bool:
        written = self.document.as_written(section, option.name, value)
        same_value = len(written) == 1 and written[0].value is value
        described = replace(option, name=written[0].key) if same_value else option
        problem = described.problem_with(value, where=self.where(section, option.name))
        if problem is None:
            return True
        if not same_value:
            problem = replace(problem, what=f"{' and '.join(map(str, written))} means {problem.what}")
        self.problems.append(problem)
        return False


def _of_core(section: str) -> set[str]:
    """The keys that are no option of a part."""
    in_own_table = section in [kind.table for kind in KINDS.values()]
    return {"name"} if in_own_table else {option.name for option in SECTION_KEYS.get(section, ())}
