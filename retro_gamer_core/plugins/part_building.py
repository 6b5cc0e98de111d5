"""From the description of a part to the part itself, with every mistake explained on the way.

A factory is called by name: it gets what it asks for out of what its kind is given (``Kind.called_with``), and
the options that are written. So the same function works as a file and as a plugin.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import partial
from inspect import Parameter
from typing import Any

from retro_gamer_core.errors import ConfigurationError, PartNotFound, PluginError, Problem, RetroGamerError
from retro_gamer_core.kinds import KINDS, Kind
from retro_gamer_core.options import Setting, parameters_of, settings_of, signature_of
from retro_gamer_core.plugins.diagnosis import in_words, last_line_in, refuse_without
from retro_gamer_core.plugins.import_strings import import_object, load_attribute
from retro_gamer_core.plugins.own_code import is_pythons_own
from retro_gamer_core.plugins.records import ProvidedPart
from retro_gamer_core.suggestions import did_you_mean

_ANY_NUMBER = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def kind_of(factory: Any) -> str | None:
    """What a class or function makes, told by its methods or what it asks for; None if that cannot be told."""
    if inspect.isclass(factory):
        return kind_with(dir(factory))
    try:
        asked = _required(signature_of(factory).parameters.values())
    except (TypeError, ValueError):
        return None
    if not asked:
        return "game"
    kinds = KINDS.values()
    by_first = {name: kind.name for kind in kinds for name in (kind.called_with[0], *kind.turn_argument)}
    return ({name: kind.name for kind in kinds for name in kind.called_with} | by_first).get(asked[0])


def kind_with(methods: Collection[str]) -> str | None:
    """The kind of part that a class with these methods is, or comes nearest to."""
    shares: dict[str, float] = {}
    for kind in KINDS.values():
        if kind.method in methods:
            asked = _methods_of(import_object(kind.protocol))
            shares[kind.name] = sum(name in methods for name in asked) / len(asked)
    return max(shares, key=shares.__getitem__, default=None)


def load_factory(part: ProvidedPart) -> Any:
    """Import what builds the part. What a person named is looked at, and never called where it can be no part.

    Raises:
        PartNotFound: a person named a module or attribute that is not there, or can be no part of this kind.
        PluginError: it is there and its code fails, or a plugin promised it in vain.
        RetroGamerError: it needs something that is not installed, such as torch.
    """
    refuse_without(part.part, str(part))
    kind, named, of_person = KINDS[part.kind], part.part.factory, part.provider.distribution is None
    if of_person and is_pythons_own(named.partition(":")[0]):
        problem = "it names something of Python's own library"
    else:
        found = load_attribute(named, what=str(part), provider=part.provider)
        problem = _why_no_part(found, kind) if of_person else ""
    if problem:
        raise PartNotFound(
            f"{part} is no {kind}: {problem}",
            where=repr(named),
            why="what cannot be such a part is not called: it could do anything",
            hint=f"name a class that has the methods of {kind.article} {kind}, or a function that asks for "
            f"{' or '.join(_given_to(kind))}",
        )
    if not callable(found):
        raise _cannot_build(part, f"{named} is not a function or class")
    return found


def options_of(part: ProvidedPart) -> tuple[Setting, ...]:
    """The options that it declares: in ``Part.options``, else in its factory; that one is then imported.

    A ``**kwargs`` adds none.
    """
    return options_declared_by(_declaration_of(part), part.kind)


def options_declared_by(declared: Any, kind: str) -> tuple[Setting, ...]:
    """The options that a factory of this kind takes, or that a dataclass (or another callable) declares."""
    given = () if hasattr(declared, "__dataclass_fields__") else _given_to(KINDS[kind])
    return settings_of(declared, without=given)


def options_in_effect(part: ProvidedPart, written: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of a part with its value, defaults included, where these are written down."""
    return {each.name: each.default for each in options_of(part) if not each.required} | dict(written)


def build_part(part: ProvidedPart, options: Mapping[str, Any] | None = None, /, **given: Any) -> Any:
    """Import the factory of the part and call it with what it asks for.

    Args:
        part: what ``Plugins.find_part`` found.
        options: those of its options that are not to have their default. Only their names are looked at; their
            values were, where they were written.
        given: what the platform gives to parts of this kind; see ``retro_gamer_core.contracts``.

    Raises:
        ConfigurationError: options it does not have; all of them.
        PluginError: the factory asks for something else, raises, or makes something that is not what the
            Protocol of its kind asks for.
        RetroGamerError: whatever of this family the factory raises itself.
    """
    factory, options = load_factory(part), options or {}
    _check_options(part, options)
    # A declaration beside the factory speaks for it. A factory that declares its own options has the defaults.
    passed = options if part.part.options is None else options_in_effect(part, options)
    try:
        built = _called(part, factory, given, passed)
    except RetroGamerError:
        raise
    except Exception as error:
        problem = f"building it ended with {in_words(error)}"
        raise _cannot_build(part, problem, where=last_line_in(part.part.factory, error)) from error
    _check_contract(part, built)
    return built


def build_in_numpy(part: ProvidedPart, options: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """What plays a network without torch: ``Part.in_numpy``, called by name as its factory is.

    Raises:
        PluginError: it asks for something else, or cannot be loaded.
    """
    factory = load_attribute(part.part.in_numpy or "", what=str(part), provider=part.provider)
    return _called(part, factory, given, options_in_effect(part, options), every_option=False)


def missing_from(thing: Any, protocol: type) -> list[str]:
    """What a protocol of ``retro_gamer_core.contracts`` asks for and ``thing`` does not have."""
    return [name for name in protocol.__annotations__ if not hasattr(thing, name)] + [
        f"{name}()" for name in _methods_of(protocol) if not callable(getattr(thing, name, None))
    ]


def _given_to(kind: Kind) -> tuple[str, ...]:
    return (*kind.called_with, *kind.turn_argument)


def _named(parameters: Collection[Parameter]) -> list[str]:
    return [each.name for each in parameters if each.kind not in _ANY_NUMBER]


def _required(parameters: Collection[Parameter]) -> list[str]:
    return _named([each for each in parameters if each.default is each.empty])


def _called(
    part: ProvidedPart,
    factory: Callable[..., Any],
    given: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    every_option: bool = True,
) -> Any:
    """What the factory makes of what it asks for, out of all that is given and set."""
    try:
        signature = signature_of(factory)
    except ValueError as error:  # some callables written in C have none
        raise _cannot_build(part, "nobody can tell what its factory asks for") from error
    parameters = signature.parameters.values()
    known = {**options, **given}
    named = _named(parameters)
    lacking = [name for name in _required(parameters) if name not in known]
    if lacking:
        kind = KINDS[part.kind]
        place = f"[{kind.section or kind.table}]"
        raise _cannot_build(
            part,
            f"it needs a value for {', '.join(map(repr, lacking))}",
            why=f"{kind.article} {kind} is given what it asks for of {', '.join(_given_to(kind))}, by these "
            f"names, and the options written in {place}",
            hint=f"write {lacking[0]} = … in {place}, or give the parameter a default",
        )
    left = {name: value for name, value in options.items() if name not in named}
    rest = {each.name: left for each in parameters if each.kind is Parameter.VAR_KEYWORD}
    if left and every_option and not rest:
        raise _cannot_build(part, f"its factory does not take its own option {next(iter(left))!r}")
    arguments = {name: known[name] for name in named if name in known}
    bound = inspect.BoundArguments(signature, arguments | rest)
    return factory(*bound.args, **bound.kwargs)


def _why_no_part(found: Any, kind: Kind) -> str:
    """Why this cannot make a part of the kind, seen without calling it; empty where it can."""
    made_of = found.func if isinstance(found, partial) else found
    owner = getattr(made_of, "__module__", None) or type(made_of).__module__
    if is_pythons_own(owner) or not callable(found):
        return f"it is {found!r}"
    if hasattr(found, "__getattr__"):
        return ""  # it may have any method
    if inspect.isclass(found):
        missing = [name for name in missing_from(found, import_object(kind.protocol)) if name.endswith("()")]
        return f"the class {found.__name__} has no {', '.join(missing)}" if missing else ""
    try:
        parameters = signature_of(found).parameters.values()
    except (TypeError, ValueError):
        return "nobody can tell what it is called with"
    if not {*_named(parameters)}.isdisjoint(_given_to(kind)):
        return ""
    return f"it is a function that asks for {', '.join(_required(parameters)) or 'nothing'}"


def _declaration_of(part: ProvidedPart) -> Any:
    if part.part.options is None:
        return load_factory(part)
    return load_attribute(part.part.options, what=f"the options of {part}", provider=part.provider)


def _check_options(part: ProvidedPart, options: Mapping[str, Any]) -> None:
    if not options:
        return
    declared = _declaration_of(part)
    known = [option.name for option in options_declared_by(declared, part.kind)]
    unknown = [name for name in options if name not in known]
    if unknown and all(each.kind is not Parameter.VAR_KEYWORD for each in parameters_of(declared)):
        problems = [
            Problem(f"{name} is not an option of {part}", hint=did_you_mean(name, known)) for name in unknown
        ]
        raise ConfigurationError(f"{part} cannot be built with these options:", problems)


def _check_contract(part: ProvidedPart, built: Any) -> None:
    if built is None:
        raise _cannot_build(part, "its factory gave nothing back", hint="end it with return")
    kind, made = KINDS[part.kind], type(built).__name__
    missing = missing_from(built, import_object(kind.protocol))
    if missing:
        why = f"every {kind} does what {kind.protocol.replace(':', '.')} says"
        raise _cannot_build(part, f"its {made} has no {', '.join(missing)}", why=why)
    if kind.name == "encoder":
        from retro_gamer_core import ObservationSpec

        if not isinstance(built.spec, ObservationSpec):
            why = "the spec is a retro_gamer_core.ObservationSpec: it tells what is seen, and in which shape"
            raise _cannot_build(part, f"its spec is of type {type(built.spec).__name__}", why=why)


def _methods_of(protocol: type) -> list[str]:
    # typing puts functions of its own into every protocol.
    functions = inspect.getmembers_static(protocol, inspect.isfunction)
    return [name for name, function in functions if function.__module__ == protocol.__module__]


def _cannot_build(
    part: ProvidedPart, problem: str, *, where: str = "", why: str = "", hint: str = ""
) -> PluginError:
    of_plugin = f" of the plugin {part.provider}" if part.provider.distribution else ""
    return PluginError(
        f"{part}{of_plugin} cannot be built: {problem}",
        where=where or part.part.factory,
        why=why,
        hint=hint or "correct what is named there, then type the same command again",
    )
