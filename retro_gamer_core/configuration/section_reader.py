"""One section of the config at a time: the core's own settings in it, and the options of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """A part that goes by the name in the config, with its options."""

    kind: Kind
    name: str
    options: dict[str, Setting]
    left_alone: bool = False
    """Whether its code was not imported, so that any option may be its own."""

    @property
    def section(self) -> str:
        """The section that it shares with others."""
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
            why = f"both say which {kind} is meant"
            where = f"[{kind.table}] and [{kind.section}] in {self.file}"
            self.problems.append(Problem(what, where, why, f"remove one of them, say that in [{kind.table}]"))
        return name

    def find(self, kind: Kind, name: str | None) -> FoundPart | None:
        """The part of that name; None where there is none, which is then explained, or its name was wrong."""
        if name is None:
            return None
        try:
            part = self._plugins.find_part(kind.name, name)
            left_alone = not self._import_own and part.provider.distribution is None
            options = () if left_alone else self._plugins.options_of(part)
        except PartNotFound as error:
            in_own = not kind.section or "name" in self.table(kind.table or "-")
            where = self.where(kind.table, "name") if in_own else self.where(kind.section, kind.key)
            self.problems.append(replace(error.problem, where=where))
            return None
        found = FoundPart(kind, name, {option.name: option for option in options}, left_alone)
        taken = {option.name for option in SECTION_KEYS.get(found.section, ())}
        self.know(found.section or kind.table, set(found.options) - taken)
        return found

    def options(self, section: str, parts: Sequence[FoundPart | None] = ()) -> dict[str, Any]:
        """The options of these parts that are written in this section. A wrong one is left out."""
        taken = {option.name for option in SECTION_KEYS.get(section, ())}
        values = {}
        for key, value in self.table(section).items():
            if key in taken:
                continue
            owners = [part for part in parts if part and key in part.options]
            if len(owners) > 1:
                self._claimed_twice(key, section, owners)
            elif owners and self._is_right(section, owners[0].options[key], value):
                values[key] = list(value) if isinstance(value, tuple) else value
            elif unseen := [part for part in parts if part and part.left_alone and not owners]:
                unseen[0].options[key] = Setting(key, "any")
                values[key] = value
            elif not owners and None not in parts:
                self.unknown(key, section)
        return values

    def chosen(self, part: FoundPart, shared: Mapping[str, Any]) -> PartChoice:
        """A part with its options: those in the section that it shares with others, and those in its own table."""
        options = {key: value for key, value in shared.items() if key in part.options}
        table = part.kind.table
        own = {} if not table else {key: v for key, v in self.table(table).items() if key != "name"}
        for key, value in own.items():
            if key in options:
                what, why = f"{key} stands twice", f"one is in [{part.section}], the other in [{table}]"
                self.problems.append(Problem(what, f"[{table}] in {self.file}", why, "remove one of them"))
            elif key in part.options and not self._is_right(table, part.options[key], value):
                continue
            elif key not in part.options and not part.left_alone:
                self.problems.append(unknown_key(key, part.options, section=table, file=self.file))
            options[key] = list(value) if isinstance(value, tuple) else value
        return PartChoice(part.kind.name, part.name, options, tuple(own))

    def defaults(self, section: str, parts: Sequence[FoundPart | None]) -> dict[str, Any]:
        """The defaults of those options of these parts that are not written in this section."""
        table = self.table(section)
        taken = {*table, *(option.name for option in SECTION_KEYS.get(section, ()))}
        options = [option for part in parts if part for option in part.options.values()]
        return {option.name: option.default for option in options if option.name not in taken}

    def unknown(self, key: str, section: str) -> None:
        """Explain a key that its section does not have, with the likeliest way out."""
        here = self._keys_of.get(section, set())
        written_in = self.document.as_written(section, key)[0].section
        problem = unknown_key(key, here, section=written_in, file=self.file)
        hint = self._elsewhere(key) or self._of_another_part(key)
        if hint is None and nearest(key, here) is None:
            hint = self._almost_elsewhere(key)
        self.problems.append(problem if hint is None else replace(problem, hint=hint))

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
        matches = ((section, nearest(key, keys)) for section, keys in self._keys_of.items())
        return next(
            (f"did you mean {match!r}? It belongs in [{section}]" for section, match in matches if match),
            None,
        )

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

    def _claimed_twice(self, key: str, section: str, owners: Sequence[FoundPart]) -> None:
        self.problems.append(
            Problem(
                f"{key} could be meant for {' or for '.join(map(str, owners))}",
                where=self.where(section, key),
                why="both have an option of that name, and they may understand it differently",
                hint=f"move it into {' or '.join(f'[{part.kind.table}]' for part in owners)}, the table of that "
                "part alone",
            )
        )
