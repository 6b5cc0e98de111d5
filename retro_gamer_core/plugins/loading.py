"""Importing one plugin and asking what it offers, so that nothing it does can harm another.

What pluggy would let pass without a word, or raise for, is looked for first and told as a ``Diagnosis``.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from typing import Any

import pluggy

from retro_gamer_core.hookspecs import hooks
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.parts import API_VERSION, Command, GameDescription, Part, Recipe
from retro_gamer_core.plugins.diagnosis import SINCE_API_1, Diagnosed, Diagnosis, of_hook, of_import
from retro_gamer_core.plugins.import_strings import import_object
from retro_gamer_core.plugins.records import Claim, PluginRecord
from retro_gamer_core.suggestions import did_you_mean, nearest

Implementations = dict[str, pluggy.HookImpl]


@dataclass
class LoadedPlugin:
    """A plugin after the attempt to load it.

    Args:
        record: what became of it.
        offers: each thing it offers.
        hooks: its answer to each hook; none where it is broken.
        error: the exception behind ``record.problem``, where there was one.
    """

    record: PluginRecord
    offers: tuple[Claim, ...] = ()
    hooks: Implementations = field(default_factory=dict)
    error: BaseException | None = None


def offering_hooks() -> dict[str, tuple[str, type]]:
    """The hooks that offer something: what kind of thing, and the type that describes it."""
    return {kind.hook: (kind.name, Part) for kind in KINDS.values()} | {
        "retro_gamer_games": ("game", GameDescription),
        "retro_gamer_recipes": ("recipe", Recipe),
        "retro_gamer_commands": ("command", Command),
    }


def load(found: PluginRecord, manager: pluggy.PluginManager) -> LoadedPlugin:
    """Import a plugin, check it, and collect what it offers. Whatever fails is diagnosed; Ctrl-C passes.

    Args:
        found: the plugin, not imported yet.
        manager: knows the plugins that were loaded before.
    """
    record = found
    offers: list[Claim] = []
    try:
        with redirect_stdout(sys.stderr):  # what a plugin prints must not stand in the output for programs
            plugin = import_object(found.module, found.distribution)
            implementations = _register(manager, plugin, found)
            record = replace(found, hooks=tuple(hook for hook in hooks() if hook in implementations))
            _refuse(_problems_of(plugin, implementations))
            for hook, (kind, wanted) in offering_hooks().items():
                if hook in implementations:
                    answer = _ask(implementations[hook], hook, wanted, module=found.module)
                    offers += [Claim(kind, offer.name, offer, found.provider) for offer in answer]
    except Exception as error:
        # Else it is an object that cannot even be looked at.
        problem = error.diagnosis if isinstance(error, Diagnosed) else of_import(found.module, error)
        cause = error.__cause__ if isinstance(error, Diagnosed) else error
        return LoadedPlugin(replace(record, status="broken", problem=problem), error=cause)
    named = tuple((claim.kind, claim.name) for claim in offers)
    return LoadedPlugin(replace(record, status="ok", offers=named), tuple(offers), implementations)


def call(implementation: pluggy.HookImpl, arguments: Mapping[str, Any]) -> Any:
    """Call one plugin's answer to a hook with those of the arguments that it asks for."""
    return implementation.function(*[arguments[name] for name in implementation.argnames])


def line_of(function: Any) -> str:
    """``file:line`` of a function, or empty."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""


def _register(manager: pluggy.PluginManager, plugin: Any, found: PluginRecord) -> Implementations:
    """The function for each hook name. The manager knows no specifications, so any name will do."""
    if manager.is_registered(plugin):
        cause = f"{found.module} is registered already, by another entry point"
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
            raise Diagnosed(Diagnosis("wrong answer", f"its hook {hook} gave {given}", fix, where))
        offers = tuple(answer)
    except (KeyboardInterrupt, Diagnosed):
        raise
    except BaseException as error:
        raise Diagnosed(of_hook(hook, module, error)) from error
    for number, offer in enumerate(offers):
        _refuse(_problems_with(offer, offers[:number], hook, wanted, where))
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
    for name in dir(plugin):
        if name.startswith("retro_gamer_") and name not in implementations:
            yield from _missing_marker(name, inspect.getattr_static(plugin, name, None))
    for name, implementation in implementations.items():
        yield from _problems_with_answer(name, implementation)
    if not implementations:
        fix = (
            "mark a function such as retro_gamer_encoders with @hookimpl, in the module its entry point names"
        )
        yield Diagnosis("no hooks", "it answers no hook of retro-gamer", fix)


def _missing_marker(name: str, function: Any) -> Iterator[Diagnosis]:
    if not inspect.isfunction(function):
        return
    hook, where = _nearest_hook(name), line_of(function)
    if name in hooks():
        cause = f"its function {name} is not marked as a hook"
        yield Diagnosis("missing marker", cause, "write @hookimpl above it", where)
    elif hook:
        cause = f"its function {name} is neither a hook nor marked as one"
        yield Diagnosis("misspelt hook", cause, f"did you mean {hook}? Then write @hookimpl above it", where)


def _problems_with_answer(name: str, implementation: pluggy.HookImpl) -> Iterator[Diagnosis]:
    where = line_of(implementation.function)
    if name not in hooks() and not implementation.optionalhook:
        match = _nearest_hook(name)
        fix = f"did you mean {match}?" if match else f"choose one of: {', '.join(hooks())}"
        yield Diagnosis("misspelt hook", f"there is no hook {name}", fix, where)
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


def _problems_with(
    offer: Any, before: tuple[Any, ...], hook: str, wanted: type, where: str
) -> Iterator[Diagnosis]:
    """What is wrong with one thing that a hook offers after those ``before``."""
    described = wanted.__name__
    if not isinstance(offer, wanted):
        cause = f"its hook {hook} gave {offer!r}, which is not a {described}"
        yield Diagnosis("wrong answer", cause, f"yield {described}(…)", where)
    name: Any = offer.name
    is_game = wanted is GameDescription  # these are named as their own packages like to
    if not isinstance(name, str) or not re.fullmatch(".+" if is_game else _NAME, name, re.DOTALL):
        fix = "use lower-case letters, digits, - and _ only, and a letter or digit first"
        yield Diagnosis("invalid name", f"{name!r} is no name for a {described}", fix, where)
    if not is_game and name in [other.name for other in before]:
        cause = f"its hook {hook} gives {name!r} twice"
        yield Diagnosis("name taken", cause, "give one of them another name", where)
    if isinstance(getattr(offer, "options", None), (tuple, list)):
        yield replace(SINCE_API_1, where=where)
    for attribute, value in vars(offer).items():
        example = _EXAMPLES.get(attribute)
        if example is None or (value is None and attribute in ("options", "replaces")):
            continue
        if not isinstance(value, str) or (":" in example and not all(value.partition(":"))):
            cause = f"the {attribute} of its {described} {name!r} cannot be used"
            yield Diagnosis("wrong answer", cause, f'write {attribute}="{example}"', where)


_NAME = "[a-z0-9][a-z0-9_-]*"
_EXAMPLES = {
    "factory": "module:name",
    "options": "module:Dataclass",
    "replaces": "name of a plugin",
    "choose": "module:name",
    "command": "module:name",
    "game": "name of a module",
}
"""Those attributes of descriptions that can be wrong; with a colon, they are import strings."""


def _nearest_hook(name: str) -> str | None:
    # Without the prefix, which makes every name look like every other.
    without = {hook.removeprefix("retro_gamer_"): hook for hook in hooks()}
    return without.get(nearest(name.removeprefix("retro_gamer_"), without) or "")


def _refuse(problems: Iterator[Diagnosis]) -> None:
    """Whatever is wrong first."""
    for problem in problems:
        raise Diagnosed(problem)
