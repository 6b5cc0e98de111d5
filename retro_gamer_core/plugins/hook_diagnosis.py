"""What can be wrong with a plugin that was imported well: its hooks, and what they answer.

Pure functions. Each looks for one mistake and answers with a ``Diagnosis``, or with None where there
is none. pluggy itself lets nearly all of these pass without a word.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pluggy

from retro_gamer_core import hookspecs
from retro_gamer_core.parts import API_VERSION, Command, GameDescription, Part, Recipe
from retro_gamer_core.plugins.diagnosis import SINCE_API_1, Diagnosis, in_words, is_of_api_1, last_line_in
from retro_gamer_core.suggestions import did_you_mean, nearest

_PREFIX = "retro_gamer_"

#: Every hook there is, and its arguments.
HOOKS: Mapping[str, tuple[str, ...]] = {
    name: tuple(inspect.signature(spec).parameters)
    for name, spec in vars(hookspecs).items()
    if name.startswith(_PREFIX)
}


def of_plugin(plugin: Any, implementations: Mapping[str, pluggy.HookImpl]) -> Diagnosis | None:
    """The first thing wrong with a plugin and the functions in it that are marked ``@hookimpl``."""
    return (
        of_api_version(plugin)
        or of_class(plugin)
        or of_misspelt_hooks(implementations)
        or of_missing_markers(plugin, implementations)
        or of_wrappers(implementations)
        or of_arguments(implementations)
        or of_no_hooks(implementations)
    )


def of_api_version(plugin: Any) -> Diagnosis | None:
    version = getattr(inspect.getmodule(plugin), "RETRO_GAMER_API", API_VERSION)
    if not isinstance(version, int):
        cause = f"its RETRO_GAMER_API is {version!r}, not a whole number"
        return Diagnosis("API version not a number", cause, f"RETRO_GAMER_API = {API_VERSION}")
    if version == API_VERSION:
        return None
    if version < API_VERSION:
        return replace(SINCE_API_1, fix=f"{SINCE_API_1.fix} Then write RETRO_GAMER_API = {API_VERSION}")
    cause = f"it was written for plugin API {version}, and this retro-gamer has plugin API {API_VERSION}"
    return Diagnosis("newer retro-gamer needed", cause, "pip install --upgrade retro-gamer")


def of_class(plugin: Any) -> Diagnosis | None:
    if not inspect.isclass(plugin):
        return None
    cause = f"its entry point names the class {plugin.__name__}, not an object made from it"
    fix = f'write plugin = {plugin.__name__}() and let the entry point name "{plugin.__module__}:plugin"'
    return Diagnosis("a class", cause, fix)


def of_misspelt_hooks(implementations: Mapping[str, pluggy.HookImpl]) -> Diagnosis | None:
    for name, implementation in implementations.items():
        if name not in HOOKS and not implementation.optionalhook:
            cause = f"there is no hook {name}"
            return Diagnosis("misspelt hook", cause, _suggest_hook(name), line_of(implementation.function))
    return None


def of_missing_markers(plugin: Any, implementations: Mapping[str, pluggy.HookImpl]) -> Diagnosis | None:
    for name in dir(plugin):
        function = inspect.getattr_static(plugin, name, None)
        if not name.startswith(_PREFIX) or name in implementations or not inspect.isfunction(function):
            continue
        if name in HOOKS:
            cause = f"its function {name} is not marked as a hook"
            return Diagnosis("missing marker", cause, "write @hookimpl above it", line_of(function))
        if _nearest_hook(name):
            cause = f"its function {name} is neither a hook nor marked as one"
            fix = f"{_suggest_hook(name)} Then write @hookimpl above it"
            return Diagnosis("misspelt hook", cause, fix, line_of(function))
    return None


def of_wrappers(implementations: Mapping[str, pluggy.HookImpl]) -> Diagnosis | None:
    for name, implementation in implementations.items():
        if implementation.wrapper or implementation.hookwrapper:
            cause = f"its hook {name} is a wrapper, and would wrap nothing: each plugin is called by itself"
            fix = "write @hookimpl without wrapper"
            return Diagnosis("a wrapper", cause, fix, line_of(implementation.function))
    return None


def of_arguments(implementations: Mapping[str, pluggy.HookImpl]) -> Diagnosis | None:
    for name, implementation in implementations.items():
        known = HOOKS.get(name, ())
        unknown = [argument for argument in implementation.argnames if argument not in known]
        # An argument with a default may belong to another version of the hook, unless it is only misspelt.
        unknown += [a for a in implementation.kwargnames if a not in known and nearest(a, known)]
        if name in HOOKS and unknown:
            cause = f"its hook {name} asks for {unknown[0]!r}, which this hook does not have"
            fix = did_you_mean(unknown[0], known) if known else "this hook takes no arguments"
            return Diagnosis("unknown argument", cause, fix, line_of(implementation.function))
    return None


def of_no_hooks(implementations: Mapping[str, pluggy.HookImpl]) -> Diagnosis | None:
    if implementations:
        return None
    fix = "mark a function such as retro_gamer_encoders with @hookimpl, in the module its entry point names"
    return Diagnosis("no hooks", "it answers no hook of retro-gamer", fix)


def of_call(hook: str, module: str, error: BaseException) -> Diagnosis:
    """Why a hook of a plugin in ``module`` ended with ``error``."""
    if is_of_api_1(error):
        return replace(SINCE_API_1, where=last_line_in(module, error))
    cause = f"its hook {hook} ended with {in_words(error)}"
    return Diagnosis("error in a hook", cause, "correct that line", last_line_in(module, error))


def of_answer(hook: str, wanted: type, answer: Any, where: str) -> Diagnosis | None:
    """Whether a hook answered with several of ``wanted``, whatever these are like."""
    if isinstance(answer, Iterable) and not isinstance(answer, (str, bytes, Mapping)):
        return None
    given = "nothing" if answer is None else f"one {type(answer).__name__}, not several"
    fix = f"return [{wanted.__name__}(…), …], or yield each {wanted.__name__}"
    return Diagnosis("wrong answer", f"its hook {hook} gave {given}", fix, where)


def of_offers(hook: str, wanted: type[Any], offers: Iterable[Any], where: str) -> Diagnosis | None:
    """The first thing wrong with what a hook offers."""
    names = set()
    for offer in offers:
        if not isinstance(offer, wanted):
            cause = f"its hook {hook} gave {offer!r}, which is not a {wanted.__name__}"
            return Diagnosis("wrong answer", cause, f"yield {wanted.__name__}(…)", where)
        if not _is_valid_name(offer.name, wanted):
            fix = "use lower-case letters, digits, - and _ only, and a letter or digit first"
            return Diagnosis("invalid name", f"{offer.name!r} is no name for a {wanted.__name__}", fix, where)
        if offer.name in names and wanted is not GameDescription:
            cause = f"its hook {hook} gives {offer.name!r} twice"
            return Diagnosis("name taken", cause, "give one of them another name", where)
        names.add(offer.name)
        if isinstance(offer, Part) and isinstance(offer.options, (tuple, list)):
            return replace(SINCE_API_1, where=where)
        for field, is_valid, fix in _FIELDS[wanted]:
            if not is_valid(getattr(offer, field)):
                cause = f"the {field} of its {wanted.__name__} {offer.name!r} cannot be used"
                return Diagnosis("wrong answer", cause, f"write {fix}", where)
    return None


def line_of(function: Any) -> str:
    """``file:line`` of a function, or empty."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""


def _is_import_string(value: Any) -> bool:
    return isinstance(value, str) and all(value.partition(":"))


_FIELDS: Mapping[type, tuple[tuple[str, Callable[[Any], bool], str], ...]] = {
    Part: (
        ("factory", _is_import_string, 'factory="module:name"'),
        (
            "options",
            lambda value: value is None or _is_import_string(value),
            'options="module:Dataclass", or none',
        ),
        ("replaces", lambda value: value is None or isinstance(value, str), 'replaces="name of a plugin"'),
    ),
    Recipe: (("choose", _is_import_string, 'choose="module:name"'),),
    Command: (("command", _is_import_string, 'command="module:name"'),),
    GameDescription: (("game", lambda value: isinstance(value, str), 'game="module:factory"'),),
}


def _is_valid_name(name: Any, wanted: type) -> bool:
    if wanted is GameDescription:  # games are named as their own packages like to
        return isinstance(name, str) and name != ""
    return isinstance(name, str) and re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) is not None


def _nearest_hook(name: str) -> str | None:
    # Without the prefix, which makes every name look like every other.
    match = nearest(name.removeprefix(_PREFIX), [hook.removeprefix(_PREFIX) for hook in HOOKS])
    return match and _PREFIX + match


def _suggest_hook(name: str) -> str:
    match = _nearest_hook(name)
    return f"did you mean {match}?" if match else "choose one of: " + ", ".join(HOOKS)
