"""Settings are declared once: where the code takes them, with an ``Option`` beside each type.

A frozen dataclass, or the signature of a factory, says name, type and default in Python's own words::

    @dataclass(frozen=True)
    class Settings:
        learning_rate: Annotated[float, Option("How far each update moves the weights.", above=0, high=1)] = 1e-4
        loss: Annotated[Literal["huber", "squared"], Option("How a wrong guess is counted.")] = "huber"

``settings_of`` reads such a declaration. What it gives validates ``config.toml``, explains a mistake and
writes the table in the documentation, so none of these can disagree with what the code receives.
"""

from __future__ import annotations

import collections.abc
import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, MISSING, dataclass, fields, is_dataclass, replace
from functools import partial
from inspect import Parameter
from math import inf
from typing import Annotated, Any, Literal, get_args, get_origin

from retro_gamer_core.errors import ConfigurationError, PluginError, Problem
from retro_gamer_core.suggestions import did_you_mean
from retro_gamer_core.toml_text import toml_setting, toml_value

Type = Literal["int", "float", "bool", "str", "int_list", "str_list", "table", "any"]

# What each type is in words, and what a value of it, or each item of a list, is an instance of.
_TYPES: dict[str, tuple[str, Any]] = {
    "int": ("a whole number", int),
    "float": ("a number", (int, float)),
    "bool": ("true or false", bool),
    "str": ("text in quotes", str),
    "int_list": ("a list of whole numbers, such as [128, 64]", int),
    "str_list": ('a list of texts, such as ["score"]', str),
    "table": ("a table of its own", Mapping),
    "any": ("anything", object),
}

_MEANING = re.compile(r"^( *)(\w+) *(?:\([^)]*\))?: +(\S.*(?:\n\1 +\S.*)*)", re.MULTILINE)
"""``name: meaning`` in a docstring, with the lines below that stand further to the right."""


@dataclass(frozen=True)
class Option:
    """What a type alone does not say about a setting; it stands in ``Annotated``.

    Name, type and default are those of the parameter or field; the only texts allowed are a ``Literal``.

    Args:
        meaning: what it does and what raising or lowering it changes, in plain words.
        low, high: the inclusive range of a number, or of each number in a list.
        above: an exclusive lower limit, for values such as a rate that may not be 0.
        hint: a value to try, written as it would stand in ``config.toml``.
        typical: the range people use, for the documentation.
        allow_empty: whether an empty list is allowed.

    Example::

        def build(metadata, *, radius: Annotated[int, Option("How far it sees.", low=1)] = 3): ...
    """

    meaning: str = ""
    _: KW_ONLY
    low: float | None = None
    high: float | None = None
    above: float | None = None
    hint: str = ""
    typical: str = ""
    allow_empty: bool = True


@dataclass(frozen=True)
class Setting:
    """One key of ``config.toml``, as it was declared.

    Args:
        name: the key, and the keyword argument of the factory.
        type: what kind of value it takes.
        default: the value when nothing is written; None means "chosen for you" (or absent), and is
            then accepted as a value, too.
        option: what it means and which values make sense.
        choices: the only texts allowed; ``()`` for any.
        required: it was declared without a default.
    """

    name: str
    type: Type
    default: Any = None
    option: Option = Option()
    choices: tuple[str, ...] = ()
    required: bool = False

    def problem_with(self, value: Any, *, where: str = "") -> Problem | None:
        """What is wrong with ``value``, or None when it is fine."""
        if value is None and self.default is None and not self.required:
            return None
        complaint = self._complaint(value)
        if complaint is None:
            return None
        return Problem(
            f"{toml_setting(self.name, value)}: {complaint}",
            where=where,
            why=self.option.meaning,
            hint=f"{self.name} = {self.option.hint or toml_value(self.default)}",
        )

    def _complaint(self, value: Any) -> str | None:
        if not _has_type(value, self.type):
            return f"this must be {_TYPES[self.type][0]}"
        if self.choices and value not in self.choices:
            return f"not one of the choices; {did_you_mean(value, self.choices)}"
        if isinstance(value, (list, tuple)) and not value and not self.option.allow_empty:
            return "the list is empty"
        numbers = value if self.type == "int_list" else [value] if self.type in ("int", "float") else []
        return next(filter(None, map(self._out_of_range, numbers)), None)

    def _out_of_range(self, number: float) -> str | None:
        low, high, above = self.option.low, self.option.high, self.option.above
        if number != number or abs(number) == inf:
            return "this must be an ordinary number"
        if above is not None and number <= above:
            return f"this must be greater than {_plainly(above)}"
        if low is not None and number < low:
            return f"this must be at least {_plainly(low)}"
        if high is not None and number > high:
            return f"this must be at most {_plainly(high)}"
        return None


def settings_of(declared: Any, *, without: Collection[str] = ()) -> tuple[Setting, ...]:
    """The settings that a dataclass or the signature of a callable declares, in their order.

    A parameter without an ``Option`` is a setting, too: its type comes from the annotation, else from the
    default. Where no ``Option`` says its meaning, that is what the docstring says: ``name: meaning``, with
    further lines of it indented. ``*args`` and ``**options`` add nothing, for a misspelt setting must not vanish
    in them. But a class that takes ``**options`` passes them on: it has the settings of its base class, too, or
    those of the dataclass that one of them names as ``Options``.

    Args:
        declared: a dataclass, a class, a function.
        without: names that are no settings, because somebody else fills them.

    Raises:
        PluginError: an annotation with an ``Option`` cannot be read.
    """
    found: dict[str, Setting] = {}
    for each in _declaring(declared):
        explained = {
            name: " ".join(meaning.split())
            for _, name, meaning in _MEANING.findall(inspect.getdoc(each) or "")
        }
        for name, annotation, default in _declarations(each):
            passed_by_it = each is not declared and default is Parameter.empty
            if name not in without and name not in found and not passed_by_it:
                found[name] = _setting(name, annotation, default, explained.get(name, ""))
    return tuple(found.values())


def _declaring(declared: Any) -> Iterator[Any]:
    """What declares the settings: this itself and, of a class, what its ``**options`` are passed on to."""
    if not inspect.isclass(declared) or is_dataclass(declared):
        yield declared
        return
    for each in declared.__mro__:
        yield each
        if "Options" in vars(each):
            yield vars(each)["Options"]
        if "Options" in vars(each) or all(p.kind is not Parameter.VAR_KEYWORD for p in parameters_of(each)):
            return


def check_settings(settings: Any) -> None:
    """Refuse an object of an annotated dataclass whose values make no sense.

    Raises:
        ConfigurationError: with every problem; it is a ``ValueError``.
    """
    declared = settings_of(type(settings))
    problems = [each.problem_with(getattr(settings, each.name)) for each in declared]
    if any(problems):
        raise ConfigurationError("This cannot be made:", list(filter(None, problems)))


def problems_in(
    values: Mapping[str, Any], settings: Sequence[Setting], *, section: str, file: str = "config.toml"
) -> list[Problem]:
    """Every problem in one section: values out of range and keys that nobody knows."""
    known = {setting.name: setting for setting in settings}
    problems = [
        known[key].problem_with(value, where=f"[{section}] in {file}")
        if key in known
        else unknown_key(key, known, section=section, file=file)
        for key, value in values.items()
    ]
    return [problem for problem in problems if problem]


def unknown_key(key: str, known: Iterable[str], *, section: str, file: str = "config.toml") -> Problem:
    """The problem of a key that no part and no setting goes by."""
    return Problem(
        f"{key} is not a setting of [{section}]",
        where=f"[{section}] in {file}",
        why="a misspelt setting would be ignored without a word, and the default used in its place",
        hint=did_you_mean(key, known),
    )


def signature_of(factory: Callable[..., Any]) -> inspect.Signature:
    """The signature, whose annotations may be text.

    Raises:
        TypeError: it cannot be called.
        ValueError: it is one of those written in C that have no signature.
    """
    if sys.version_info >= (3, 14):  # annotations that only a type checker can evaluate would raise
        from annotationlib import Format

        return inspect.signature(factory, annotation_format=Format.FORWARDREF)
    return inspect.signature(factory)


def parameters_of(factory: Callable[..., Any]) -> list[Parameter]:
    """The parameters of what has a signature; else none."""
    try:
        return list(signature_of(factory).parameters.values())
    except (TypeError, ValueError):
        return []


def required_parameters(factory: Callable[..., Any]) -> list[str]:
    """The names of those parameters that must be given."""
    variable = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return [p.name for p in parameters_of(factory) if p.default is p.empty and p.kind not in variable]


def _declarations(declared: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name, annotation and default (``Parameter.empty`` where there is none) of each setting."""
    names = _names_known_to(declared)
    if is_dataclass(declared):
        for field in fields(declared):
            default = field.default if field.default_factory is MISSING else field.default_factory()
            default = Parameter.empty if default is MISSING else default
            yield field.name, _evaluated(field.type, names, field.name), default
        return
    for parameter in parameters_of(declared):
        if parameter.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            yield parameter.name, _evaluated(parameter.annotation, names, parameter.name), parameter.default


def _names_known_to(declared: Any) -> dict[str, Any]:
    if is_dataclass(declared):
        own = vars(sys.modules[declared.__module__])
    else:
        called: Any = declared.__init__ if inspect.isclass(declared) else inspect.unwrap(declared)
        called = called.func if isinstance(called, partial) else called
        own = getattr(called if hasattr(called, "__globals__") else called.__call__, "__globals__", {})
    # What is imported for type checkers alone is found all the same, if it is one of Python's own types.
    return {**vars(collections.abc), **vars(typing), **own}


def _evaluated(annotation: Any, names: dict[str, Any], parameter: str) -> Any:
    """An annotation that is text (``from __future__ import annotations``) as what it stands for."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, names)
    except Exception as error:
        if "Option(" not in annotation:
            return Any
        raise PluginError(
            f"the annotation of {parameter} cannot be read: {type(error).__name__}: {error}",
            where=names.get("__file__", ""),
            why="it says which values make sense, so without it a mistake in config.toml would pass",
            hint="import every name in it where the module is loaded, not only for type checkers",
        ) from error


def _setting(name: str, annotation: Any, default: Any, explained: str) -> Setting:
    option = Option()
    if get_origin(annotation) is Annotated:
        annotation, *beside = get_args(annotation)
        option = next((found for found in beside if isinstance(found, Option)), option)
    option = option if option.meaning else replace(option, meaning=explained)
    type_, choices = _type_of(annotation, default)
    required = default is Parameter.empty
    return Setting(name, type_, None if required else default, option, choices, required)


def _type_of(annotation: Any, default: Any) -> tuple[Type, tuple[str, ...]]:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation, *others) = [one for one in get_args(annotation) if one is not type(None)]
        if others:
            return "any", ()
    if annotation is Parameter.empty:
        # `dropout=0` stands for any number unless its author wrote `: int`.
        annotation = float if type(default) is int else type(default)
        annotation = annotation if annotation in (bool, float, str) else Any
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin is Literal and all(isinstance(choice, str) for choice in inner):
        return "str", inner
    if annotation in (bool, int, float, str):
        return annotation.__name__, ()
    if origin in (list, tuple, collections.abc.Sequence) and set(inner) - {...} in ({int}, {str}):
        return f"{inner[0].__name__}_list", ()  # type: ignore[return-value]
    return ("table" if origin in (dict, collections.abc.Mapping) else "any"), ()


def _has_type(value: Any, type_: Type) -> bool:
    classes = _TYPES[type_][1]
    is_list = type_.endswith("_list")
    items = value if is_list and isinstance(value, (list, tuple)) else [value]
    # bool is a subclass of int in Python, and `true` is not a number of anything.
    fits = [
        isinstance(item, classes) and (type(item) is not bool or classes in (bool, object)) for item in items
    ]
    return all(fits) and (items is value or not is_list)


def _plainly(number: float) -> str:
    """Without the exponent that ``:g`` gives a large whole number."""
    return str(int(number)) if number == int(number) else f"{number:g}"
