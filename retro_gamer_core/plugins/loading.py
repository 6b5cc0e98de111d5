"""Importing one plugin and asking what it offers, so that nothing it does can harm another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pluggy

from retro_gamer_core import hookspecs
from retro_gamer_core.parts import Command, GameDescription, Part, Recipe
from retro_gamer_core.plugins.diagnosis import Diagnosed, Diagnosis, of_import
from retro_gamer_core.plugins.discovery import FoundPlugin
from retro_gamer_core.plugins.hook_diagnosis import HOOKS, line_of, of_answer, of_call, of_offers, of_plugin
from retro_gamer_core.plugins.import_strings import import_object
from retro_gamer_core.plugins.records import PluginRecord, Status

#: The hooks that offer something: what kind of thing, and the type that describes it.
OFFERING_HOOKS: Mapping[str, tuple[str, type]] = {
    "retro_gamer_encoders": ("encoder", Part),
    "retro_gamer_networks": ("network", Part),
    "retro_gamer_memories": ("memory", Part),
    "retro_gamer_learners": ("learner", Part),
    "retro_gamer_loggers": ("logger", Part),
    "retro_gamer_games": ("game", GameDescription),
    "retro_gamer_recipes": ("recipe", Recipe),
    "retro_gamer_commands": ("command", Command),
}


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin after the attempt to load it.

    Args:
        record: what became of it.
        offers: the kind and the description of each thing it offers.
        hooks: calls the hooks of this plugin and of no other; None unless its status is ok.
        error: the exception behind ``record.problem``, where there was one.
    """

    record: PluginRecord
    offers: tuple[tuple[str, Any], ...] = ()
    hooks: pluggy.HookRelay | None = None
    error: BaseException | None = None


def leave_out(found: FoundPlugin) -> LoadedPlugin:
    """A blocked plugin: listed, and never imported."""
    return LoadedPlugin(_record(found, "blocked"))


def load(found: FoundPlugin) -> LoadedPlugin:
    """Import a plugin, check it, and collect what it offers. Whatever fails is diagnosed; Ctrl-C passes."""
    answered: tuple[str, ...] = ()
    # A manager for each plugin: its failures, and even its name, are then nothing to the others.
    manager = pluggy.PluginManager("retro_gamer")
    try:
        plugin = import_object(found.import_string, found.provider.distribution)
        implementations = _register(manager, plugin)
        answered = tuple(name for name in HOOKS if name in implementations)
        _refuse(of_plugin(plugin, implementations))
        manager.add_hookspecs(hookspecs)
        offers = []
        for hook, (kind, wanted) in OFFERING_HOOKS.items():
            if hook in answered:
                where = line_of(implementations[hook].function)
                answer = _ask(manager.hook, hook, wanted, module=found.import_string, where=where)
                offers += [(kind, offer) for offer in answer]
    except Diagnosed as failure:
        record = _record(found, "broken", hooks=answered, problem=failure.diagnosis)
        return LoadedPlugin(record, error=failure.__cause__)
    except Exception as error:  # an object that cannot even be looked at
        record = _record(found, "broken", problem=of_import(found.import_string, error))
        return LoadedPlugin(record, error=error)
    names = tuple((kind, offer.name) for kind, offer in offers)
    return LoadedPlugin(_record(found, "ok", hooks=answered, offers=names), tuple(offers), manager.hook)


def _register(manager: pluggy.PluginManager, plugin: Any) -> dict[str, pluggy.HookImpl]:
    """The function for each hook name. No specification is known to the manager yet, so any name will do."""
    manager.register(plugin, "plugin")
    return {caller.name: caller.get_hookimpls()[0] for caller in manager.get_hookcallers(plugin) or ()}


def _ask(hooks: pluggy.HookRelay, hook: str, wanted: type, *, module: str, where: str) -> tuple[Any, ...]:
    try:
        answers = getattr(hooks, hook)()
        answer: Any = answers[0] if answers else None  # pluggy drops the answer None
        _refuse(of_answer(hook, wanted, answer, where))
        offers = tuple(answer)
    except (KeyboardInterrupt, Diagnosed):
        raise
    except BaseException as error:
        raise Diagnosed(of_call(hook, module, error)) from error
    _refuse(of_offers(hook, wanted, offers, where))
    return offers


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
