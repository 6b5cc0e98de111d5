"""Importing one plugin and asking what it offers, so that nothing it does can harm another.

What pluggy would let pass without a word, or raise for, is looked for first and told as a ``Diagnosis``.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from typing import Any

import pluggy

from retro_gamer_core.hookspecs import hooks
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.parts import API_VERSION, Command, GameDescription, Part, Recipe
from retro_gamer_core.plugins.diagnosis import (
    SINCE_API_1,
    Diagnosed,
    Diagnosis,
    in_words,
    is_of_api_1,
    last_line_in,
    of_import,
)
from retro_gamer_core.plugins.discovery import FoundPlugin
from retro_gamer_core.plugins.import_strings import import_object
from retro_gamer_core.plugins.records import PluginRecord, Status
from retro_gamer_core.suggestions import did_you_mean, nearest

_PREFIX = "retro_gamer_"

Implementations = Mapping[str, pluggy.HookImpl]


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin after the attempt to load it.

    Args:
        record: what became of it.
        offers: the kind and the description of each thing it offers.
        error: the exception behind ``record.problem``, where there was one.
    """

    record: PluginRecord
    offers: tuple[tuple[str, Any], ...] = ()
    error: BaseException | None = None


def offering_hooks() -> dict[str, tuple[str, type]]:
    """The hooks that offer something: what kind of thing, and the type that describes it."""
    return {kind.hook: (kind.name, Part) for kind in KINDS.values()} | {
        "retro_gamer_games": ("game", GameDescription),
        "retro_gamer_recipes": ("recipe", Recipe),
        "retro_gamer_commands": ("command", Command),
    }


def leave_out(found: FoundPlugin) -> LoadedPlugin:
    """A blocked plugin: listed, and never imported."""
    return LoadedPlugin(_record(found, "blocked"))


def load(found: FoundPlugin, manager: pluggy.PluginManager) -> LoadedPlugin:
    """Import a plugin, check it, and collect what it offers. Whatever fails is diagnosed; Ctrl-C passes.

    Only a plugin that is fine stays registered in ``manager``.
    """
    answered: tuple[str, ...] = ()
    offers = []
    try:
        with redirect_stdout(sys.stderr):  # what a plugin prints must not stand in the output for programs
            plugin = import_object(found.import_string, found.provider.distribution)
            implementations = _register(manager, plugin, found)
            answered = tuple(name for name in hooks() if name in implementations)
            _refuse(next(_problems_of(plugin, implementations), None))
            for hook, (kind, wanted) in offering_hooks().items():
                if hook in implementations:
                    answer = _ask(implementations[hook], hook, wanted, module=found.import_string)
                    offers += [(kind, offer) for offer in answer]
    except Diagnosed as failure:
        if manager.has_plugin(str(found)):
            manager.unregister(name=str(found))
        record = _record(found, "broken", hooks=answered, problem=failure.diagnosis)
        return LoadedPlugin(record, error=failure.__cause__)
    except Exception as error:  # an object that cannot even be looked at
        record = _record(found, "broken", problem=of_import(found.import_string, error))
        return LoadedPlugin(record, error=error)
    names = tuple((kind, offer.name) for kind, offer in offers)
    return LoadedPlugin(_record(found, "ok", hooks=answered, offers=names), tuple(offers))


def call(implementation: pluggy.HookImpl, arguments: Mapping[str, Any]) -> Any:
    """Call one plugin's answer to a hook with those of the arguments that it asks for."""
    return implementation.function(*[arguments[name] for name in implementation.argnames])


def line_of(function: Any) -> str:
    """``file:line`` of a function, or empty."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""


def _register(manager: pluggy.PluginManager, plugin: Any, found: FoundPlugin) -> Implementations:
    """The function for each hook name. The manager knows no specifications, so any name will do."""
    if manager.is_registered(plugin):
        cause = f"{found.import_string} is registered already, by another entry point"
        raise Diagnosed(Diagnosis("name taken", cause, "leave one of the two entry points out"))
    manager.register(plugin, str(found))
    callers = manager.get_hookcallers(plugin) or ()
    return {
        caller.name: each for caller in callers for each in caller.get_hookimpls() if each.plugin is plugin
    }


def _ask(implementation: pluggy.HookImpl, hook: str, wanted: type, *, module: str) -> tuple[Any, ...]:
    where = line_of(implementation.function)
    try:
        answer = call(implementation, {})
        if not isinstance(answer, Iterable) or isinstance(answer, (str, bytes, Mapping)):
            given = "nothing" if answer is None else f"one {type(answer).__name__}, not several"
            fix = f"return [{wanted.__name__}(…), …], or yield each {wanted.__name__}"
            _refuse(Diagnosis("wrong answer", f"its hook {hook} gave {given}", fix, where))
        offers = tuple(answer)
    except (KeyboardInterrupt, Diagnosed):
        raise
    except BaseException as error:
        where = last_line_in(module, error)
        cause = f"its hook {hook} ended with {in_words(error)}"
        found = Diagnosis("error in a hook", cause, "correct that line", where)
        raise Diagnosed(replace(SINCE_API_1, where=where) if is_of_api_1(error) else found) from error
    names: set[str] = set()
    for offer in offers:
        _refuse(_problem_with(offer, hook, wanted, names, where))
        names.add(offer.name)
    return offers


def _problems_of(plugin: Any, implementations: Implementations) -> Iterator[Diagnosis]:
    """What is wrong with a plugin and the functions in it that are marked ``@hookimpl``."""
    version = getattr(inspect.getmodule(plugin), "RETRO_GAMER_API", API_VERSION)
    if not isinstance(version, int):
        cause = f"its RETRO_GAMER_API is {version!r}, not a whole number"
        yield Diagnosis("API version not a number", cause, f"RETRO_GAMER_API = {API_VERSION}")
    elif version < API_VERSION:
        yield replace(SINCE_API_1, fix=f"{SINCE_API_1.fix} Then write RETRO_GAMER_API = {API_VERSION}")
    elif version > API_VERSION:
        cause = f"it was written for plugin API {version}, and this retro-gamer has plugin API {API_VERSION}"
        yield Diagnosis("newer retro-gamer needed", cause, "pip install --upgrade retro-gamer")
    if inspect.isclass(plugin):
        cause = f"its entry point names the class {plugin.__name__}, not an object made from it"
        fix = f'write plugin = {plugin.__name__}() and let the entry point name "{plugin.__module__}:plugin"'
        yield Diagnosis("a class", cause, fix)
    for name, implementation in implementations.items():
        if name not in hooks() and not implementation.optionalhook:
            where = line_of(implementation.function)
            yield Diagnosis("misspelt hook", f"there is no hook {name}", _suggest_hook(name), where)
    yield from _missing_markers(plugin, implementations)
    for name, implementation in implementations.items():
        yield from _problems_with_arguments(name, implementation)
    if not implementations:
        fix = (
            "mark a function such as retro_gamer_encoders with @hookimpl, in the module its entry point names"
        )
        yield Diagnosis("no hooks", "it answers no hook of retro-gamer", fix)


def _missing_markers(plugin: Any, implementations: Implementations) -> Iterator[Diagnosis]:
    for name in dir(plugin):
        function = inspect.getattr_static(plugin, name, None)
        if not name.startswith(_PREFIX) or name in implementations or not inspect.isfunction(function):
            continue
        if name in hooks():
            cause = f"its function {name} is not marked as a hook"
            yield Diagnosis("missing marker", cause, "write @hookimpl above it", line_of(function))
        elif _nearest_hook(name):
            cause = f"its function {name} is neither a hook nor marked as one"
            fix = f"{_suggest_hook(name)} Then write @hookimpl above it"
            yield Diagnosis("misspelt hook", cause, fix, line_of(function))


def _problems_with_arguments(name: str, implementation: pluggy.HookImpl) -> Iterator[Diagnosis]:
    where = line_of(implementation.function)
    if implementation.wrapper or implementation.hookwrapper:
        cause = f"its hook {name} is a wrapper, and would wrap nothing: each plugin is called by itself"
        yield Diagnosis("a wrapper", cause, "write @hookimpl without wrapper", where)
    known = hooks().get(name, ())
    unknown = [argument for argument in implementation.argnames if argument not in known]
    # An argument with a default may belong to another version of the hook, unless it is only misspelt.
    unknown += [a for a in implementation.kwargnames if a not in known and nearest(a, known)]
    if name in hooks() and unknown:
        cause = f"its hook {name} asks for {unknown[0]!r}, which this hook does not have"
        fix = did_you_mean(unknown[0], known) if known else "this hook takes no arguments"
        yield Diagnosis("unknown argument", cause, fix, where)


def _problem_with(offer: Any, hook: str, wanted: type, names: set[str], where: str) -> Diagnosis | None:
    """What is wrong with one thing that a hook offers, beside those of these names."""
    if not isinstance(offer, wanted):
        cause = f"its hook {hook} gave {offer!r}, which is not a {wanted.__name__}"
        return Diagnosis("wrong answer", cause, f"yield {wanted.__name__}(…)", where)
    name: Any = offer.name  # type: ignore[attr-defined]
    # Games are named as their own packages like to.
    pattern = ".+" if wanted is GameDescription else "[a-z0-9][a-z0-9_-]*"
    if not (isinstance(name, str) and re.fullmatch(pattern, name, re.DOTALL)):
        fix = "use lower-case letters, digits, - and _ only, and a letter or digit first"
        return Diagnosis("invalid name", f"{name!r} is no name for a {wanted.__name__}", fix, where)
    if name in names and wanted is not GameDescription:
        cause = f"its hook {hook} gives {name!r} twice"
        return Diagnosis("name taken", cause, "give one of them another name", where)
    if isinstance(offer, Part) and isinstance(offer.options, (tuple, list)):
        return replace(SINCE_API_1, where=where)
    for field, needed, fix in _FIELDS[wanted]:
        value = getattr(offer, field)
        optional = wanted is Part and field != "factory"
        is_import_string = isinstance(value, str) and all(value.partition(":"))
        if not ((optional and value is None) or (is_import_string if needed else isinstance(value, str))):
            cause = f"the {field} of its {wanted.__name__} {name!r} cannot be used"
            return Diagnosis("wrong answer", cause, f"write {fix}", where)
    return None


#: The fields of each description that can be wrong, whether they are import strings, and how they look.
_FIELDS: Mapping[type, tuple[tuple[str, bool, str], ...]] = {
    Part: (
        ("factory", True, 'factory="module:name"'),
        ("options", True, 'options="module:Dataclass", or none'),
        ("replaces", False, 'replaces="name of a plugin"'),
    ),
    Recipe: (("choose", True, 'choose="module:name"'),),
    Command: (("command", True, 'command="module:name"'),),
    GameDescription: (("game", False, 'game="module:factory"'),),
}


def _nearest_hook(name: str) -> str | None:
    # Without the prefix, which makes every name look like every other.
    match = nearest(name.removeprefix(_PREFIX), [hook.removeprefix(_PREFIX) for hook in hooks()])
    return match and _PREFIX + match


def _suggest_hook(name: str) -> str:
    match = _nearest_hook(name)
    return f"did you mean {match}?" if match else "choose one of: " + ", ".join(hooks())


def _refuse(diagnosis: Diagnosis | None) -> None:
    if diagnosis is not None:
        raise Diagnosed(diagnosis)


def _record(found: FoundPlugin, status: Status, **details: Any) -> PluginRecord:
    provider = found.provider
    return PluginRecord(
        provider.plugin,
        provider.distribution or "",
        provider.version or "",
        found.import_string,
        status,
        provider.built_in,
        **details,
    )
