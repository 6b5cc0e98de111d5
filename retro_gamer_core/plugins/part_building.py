"""From the description of a part to the part itself, with every mistake explained on the way."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from retro_gamer_core.errors import ConfigurationError, PartNotFound, PluginError, Problem, RetroGamerError
from retro_gamer_core.options import Setting, signature_of
from retro_gamer_core.parts import Kind
from retro_gamer_core.plugins.diagnosis import in_words, last_line_in
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.plugins.needed_modules import refuse_without
from retro_gamer_core.plugins.own_code import is_pythons_own
from retro_gamer_core.plugins.part_options import CALLED_WITH, options_declared_by, takes_any_option
from retro_gamer_core.plugins.records import ProvidedPart
from retro_gamer_core.suggestions import did_you_mean

#: What the first parameters of a function are called that a person names, where not as in ``CALLED_WITH``.
_GIVEN_TO_FUNCTIONS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "encoder": (("metadata",), ("game",), ("frame",)),
    "network": (("spec", "n_outputs"), ("n_inputs", "n_outputs"), ("n_outputs",), ("spec",), ("n_inputs",)),
}


def load_factory(part: ProvidedPart) -> Any:
    """Import what builds the part. What a person named is looked at, and never called where it can be no part.

    Raises:
        PartNotFound: a person named a module or attribute that is not there, or can be no part of this kind.
        PluginError: it is there and its code fails, or a plugin promised it in vain.
        RetroGamerError: it needs something that is not installed, such as torch.
    """
    refuse_without(part.part, str(part))
    named = part.part.factory
    if part.provider.distribution is not None:
        return load_attribute(named, what=str(part), provider=part.provider)
    if is_pythons_own(named.partition(":")[0]):
        raise _no_part(part, "it names something of Python's own library")
    found = load_attribute(named, what=str(part), provider=part.provider)
    problem = _why_no_part(found, part.kind)
    if problem:
        raise _no_part(part, problem)
    return found


def options_of(part: ProvidedPart) -> tuple[Setting, ...]:
    """The options that it declares: in ``Part.options``, else in its factory; that one is then imported."""
    return options_declared_by(_declaration_of(part), part.kind)


def options_in_effect(part: ProvidedPart, written: Mapping[str, Any]) -> dict[str, Any]:
    """What the factory of the part is called with, where these options are written down.

    A declaration beside the factory speaks for it, so its defaults are passed. A factory that declares its own
    has them already.
    """
    if part.part.options is None:
        return dict(written)
    defaults = {option.name: option.default for option in options_of(part) if not option.required}
    return defaults | dict(written)


def build_part(part: ProvidedPart, args: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Call the factory of the part with ``args`` and ``options``.

    Only the names of the options are looked at; their values were, where they were written.

    Raises:
        ConfigurationError: options it does not have; all of them.
        PluginError: the factory cannot be called like this, raises, or makes something that is
            not what ``retro_gamer_core.contracts`` asks of this kind.
        RetroGamerError: whatever of this family the factory raises itself.
    """
    factory = load_factory(part)
    _check_options(part, options)
    _check_call(part, factory, args, options_in_effect(part, options))
    try:
        built = factory(*args, **options_in_effect(part, options))
    except RetroGamerError:
        raise
    except Exception as error:
        problem = f"building it ended with {in_words(error)}"
        raise _cannot_build(part, problem, where=last_line_in(part.part.factory, error)) from error
    _check_contract(part, built)
    return built


def missing_from(thing: Any, protocol: type) -> list[str]:
    """What a protocol of ``retro_gamer_core.contracts`` asks for and ``thing`` does not have."""
    methods = [name for name, value in vars(protocol).items() if _is_from(protocol, value)]
    return [name for name in protocol.__annotations__ if not hasattr(thing, name)] + [
        f"{name}()" for name in methods if not callable(getattr(thing, name, None))
    ]


def _why_no_part(found: Any, kind: Kind) -> str:
    """Why this cannot make a part of the kind, seen without calling it; empty where it can."""
    made_of = found.func if isinstance(found, partial) else found
    owner = getattr(made_of, "__module__", None) or type(made_of).__module__
    if is_pythons_own(owner) or not callable(found):
        return f"it is {found!r}"
    if hasattr(found, "__getattr__"):
        return ""  # it may have any method
    if inspect.isclass(found):
        missing = [name for name in missing_from(found, _protocol(kind)) if name.endswith("()")]
        return f"the class {found.__name__} has no {', '.join(missing)}" if missing else ""
    try:
        parameters = list(signature_of(found).parameters.values())
    except (TypeError, ValueError):
        return "nobody can tell what it is called with"
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if any(
        tuple(names[: len(given)]) == given for given in _GIVEN_TO_FUNCTIONS.get(kind, (CALLED_WITH[kind],))
    ):
        return ""
    asked = [
        p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    return f"it is a function that asks for {', '.join(asked) or 'nothing'}"


def _no_part(part: ProvidedPart, problem: str) -> PartNotFound:
    given = ") or (".join(
        ", ".join(names) for names in _GIVEN_TO_FUNCTIONS.get(part.kind, (CALLED_WITH[part.kind],))
    )
    article = "an" if part.kind == "encoder" else "a"
    return PartNotFound(
        f"{part} is no {part.kind}: {problem}",
        where=repr(part.part.factory),
        why="what cannot be such a part is not called: it could do anything",
        hint=f"name a class that has the methods of {article} {part.kind}, or a function of ({given or 'nothing'})",
    )


def _protocol(kind: Kind) -> type:
    from retro_gamer_core import contracts

    return getattr(contracts, kind.capitalize())


def _declaration_of(part: ProvidedPart) -> Any:
    if part.part.options is None:
        factory = load_factory(part)
        if not callable(factory):
            raise _cannot_build(part, f"{part.part.factory} is not a function or class")
        return factory
    return load_attribute(part.part.options, what=f"the options of {part}", provider=part.provider)


def _check_options(part: ProvidedPart, options: Mapping[str, Any]) -> None:
    if not options or takes_any_option(_declaration_of(part)):
        return
    known = [option.name for option in options_of(part)]
    problems = [
        Problem(f"{name} is not an option of {part}", hint=did_you_mean(name, known))
        for name in options
        if name not in known
    ]
    if problems:
        raise ConfigurationError(f"{part} cannot be built with these options:", problems)


def _check_call(
    part: ProvidedPart, factory: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any]
) -> None:
    try:
        signature = signature_of(factory)
    except TypeError as error:
        raise _cannot_build(part, f"{part.part.factory} is not a function or class") from error
    except ValueError:  # some callables written in C have no signature
        return
    try:
        signature.bind(*args, **options)
    except TypeError as error:
        article = "an" if part.kind == "encoder" else "a"
        why = f"{article} {part.kind} is built as factory({', '.join(CALLED_WITH[part.kind])}, **options)"
        raise _cannot_build(part, f"{error}", why=why) from error


def _check_contract(part: ProvidedPart, built: Any) -> None:
    from retro_gamer_core import ObservationSpec

    if built is None:
        raise _cannot_build(part, "its factory gave nothing back", hint="end it with return")
    if part.kind == "network":  # what else it must do is known where tensors are
        if not callable(getattr(built, "forward", None)):
            why = "a network is a torch.nn.Module"
            raise _cannot_build(part, f"its {type(built).__name__} has no forward()", why=why)
        return
    protocol = _protocol(part.kind)
    missing = missing_from(built, protocol)
    if missing:
        why = f"every {part.kind} does what retro_gamer_core.contracts.{protocol.__name__} says"
        raise _cannot_build(part, f"its {type(built).__name__} has no {', '.join(missing)}", why=why)
    if part.kind == "encoder" and not isinstance(built.spec, ObservationSpec):
        why = "the spec is a retro_gamer_core.ObservationSpec: it tells what is seen, and in which shape"
        raise _cannot_build(part, f"its spec is of type {type(built.spec).__name__}", why=why)


def _is_from(protocol: type, value: Any) -> bool:
    # typing puts functions of its own into every protocol.
    return inspect.isfunction(value) and value.__module__ == protocol.__module__


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
