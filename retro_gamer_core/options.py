"""One setting: its default, what is allowed, what it means. Core and plugins describe theirs alike.

The same description validates ``config.toml``, explains a mistake, makes the command line option
and writes the table in the documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from retro_gamer_core.errors import Problem
from retro_gamer_core.suggestions import did_you_mean

Type = Literal["int", "float", "bool", "str", "int_list", "str_list", "table", "any"]

_IN_WORDS: dict[str, str] = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text in quotes",
    "int_list": "a list of whole numbers, such as [128, 64]",
    "str_list": 'a list of texts, such as ["score"]',
    "table": "a table of its own",
}


@dataclass(frozen=True)
class Option:
    """A setting of the platform or of a part.

    Args:
        name: the key in ``config.toml`` and the keyword argument of the factory.
        default: the value when nothing is written; None means "chosen for you" (or absent).
        type: what kind of value it takes; None is always accepted where the default is None.
        meaning: what it does and what raising or lowering it changes, in plain words.
        low, high: the inclusive range of a number, or of each number in a list.
        above: an exclusive lower limit, for values such as a rate that may not be 0.
        choices: the only texts allowed.
        hint: a value to try, written as it would stand in ``config.toml``.
        typical: the range people use, for the documentation.
        allow_empty: whether an empty list is allowed.
    """

    name: str
    default: Any
    type: Type
    meaning: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    hint: str = ""
    typical: str = ""
    allow_empty: bool = True

    def problem_with(self, value: Any, *, where: str = "") -> Problem | None:
        """What is wrong with ``value``, or None when it is fine."""
        if value is None and self.default is None:
            return None
        complaint = self._complaint(value)
        if complaint is None:
            return None
        return Problem(
            f"{self.name} = {_as_toml(value)}: {complaint}",
            where=where,
            why=self.meaning,
            hint=f"{self.name} = {self.hint or _as_toml(self.default)}",
        )

    def _complaint(self, value: Any) -> str | None:
        if not _has_type(value, self.type):
            return f"this must be {_IN_WORDS[self.type]}"
        if self.choices and value not in self.choices:
            if isinstance(value, str):
                return f"not one of the choices; {did_you_mean(value, self.choices)}"
            return "not one of the choices: " + ", ".join(self.choices)
        if self.type in ("int_list", "str_list") and not value and not self.allow_empty:
            return "the list is empty"
        numbers = value if self.type == "int_list" else [value] if self.type in ("int", "float") else []
        for number in numbers:
            complaint = self._out_of_range(number)
            if complaint:
                return complaint
        return None

    def _out_of_range(self, number: float) -> str | None:
        if number != number or number in (float("inf"), float("-inf")):
            return "this must be an ordinary number"
        if self.above is not None and number <= self.above:
            return f"this must be greater than {_plainly(self.above)}"
        if self.low is not None and number < self.low:
            return f"this must be at least {_plainly(self.low)}"
        if self.high is not None and number > self.high:
            return f"this must be at most {_plainly(self.high)}"
        return None


def problems_in(
    values: Mapping[str, Any], options: Sequence[Option], *, section: str, file: str = "config.toml"
) -> list[Problem]:
    """Every problem in one section: values out of range and keys that nobody knows."""
    known = {option.name: option for option in options}
    problems = []
    for key, value in values.items():
        if key not in known:
            problems.append(unknown_key(key, known, section=section, file=file))
            continue
        problem = known[key].problem_with(value, where=f"[{section}] in {file}")
        if problem:
            problems.append(problem)
    return problems


def unknown_key(key: str, known: Iterable[str], *, section: str, file: str = "config.toml") -> Problem:
    """The problem of a key that no part and no setting goes by."""
    return Problem(
        f"{key} is not a setting of [{section}]",
        where=f"[{section}] in {file}",
        why="a misspelt setting would be ignored without a word, and the default used in its place",
        hint=did_you_mean(key, known),
    )


def _has_type(value: Any, type_: Type) -> bool:
    # bool is a subclass of int in Python, and `true` is not a number of anything.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match type_:
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return is_number
        case "bool":
            return isinstance(value, bool)
        case "str":
            return isinstance(value, str)
        case "int_list":
            return isinstance(value, (list, tuple)) and all(
                isinstance(item, int) and not isinstance(item, bool) for item in value
            )
        case "str_list":
            return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
        case "table":
            return isinstance(value, Mapping)
    return True


def _plainly(number: float) -> str:
    """Without the exponent that ``:g`` gives a large whole number."""
    return str(int(number)) if number == int(number) else f"{number:g}"


def _as_toml(value: Any) -> str:
    """The value as it would stand in a TOML file, near enough to read."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_as_toml(item) for item in value) + "]"
    return str(value)
