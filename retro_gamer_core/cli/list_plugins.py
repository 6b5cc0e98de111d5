"""``retro-gamer plugins``: every plugin, whether it works, and every part that can be named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from retro_gamer_core.cli.arguments import AS_JSON
from retro_gamer_core.errors import Problem
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.options import Setting
from retro_gamer_core.plugins.diagnosis import how_to_install, missing
from retro_gamer_core.plugins.records import PluginRecord, ProvidedPart, Provider
from retro_gamer_core.plugins.registry import Plugins, installed_plugins
from retro_gamer_core.terminal.printing import next_step, say, say_json, table, warn


@click.command("plugins")
@AS_JSON
def list_plugins(as_json: bool) -> None:
    """Show every plugin and part, and what is broken.

    A plugin is an installed package that adds encoders, networks, memories, learners, loggers, games,
    recipes or commands. A broken one stops only what needs it.
    """
    plugins = installed_plugins()
    if as_json:
        say_json(_for_programs(plugins))
        return
    say("Plugins", bold=True)
    lacking = _lacking(plugins)
    _print_plugins(plugins.records, lacking)
    say()
    say("Parts, by the names they have in config.toml", bold=True)
    table(
        ("kind", "name", "from plugin", "what it does"),
        [
            *((part.kind, part.name, part.provider.plugin, part.part.summary) for part in _parts(plugins)),
            *(
                ("recipe", recipe.name, provider.plugin, recipe.summary)
                for recipe, provider in plugins.recipes().values()
            ),
        ],
    )
    for warning in plugins.warnings:
        warn(f"\nWarning: {warning}")
    for module in sorted({module for modules in lacking.values() for module in modules}):
        warn(
            f"\n{module} is not installed: what needs it is listed, and works after {how_to_install(module)}"
        )
    fixes = [record.problem.fix for record in plugins.records if record.problem]
    next_step(*(fix for fix in fixes if fix.startswith("pip ")), "retro-gamer list")


def _print_plugins(records: Sequence[PluginRecord], lacking: Mapping[Provider, list[str]]) -> None:
    rows = [
        (
            record.name,
            f"{record.distribution} {record.version}",
            _status(record, lacking.get(record.provider, [])),
            _offers(record),
        )
        for record in records
    ]
    table(("plugin", "package", "status", "offers"), rows)
    for record in records:
        if record.problem is not None:
            became = "is broken" if record.status == "broken" else "is used only in part"
            what = f"{record.provider} {became}: {record.problem.cause}"
            say()
            say(str(Problem(what, where=record.problem.where, hint=record.problem.fix)))


def _status(record: PluginRecord, lacking: list[str]) -> str:
    if record.status == "broken":
        return "BROKEN"
    if lacking:
        return f"needs {' and '.join(lacking)}"
    return "ok, but see below" if record.problem else record.status


def _lacking(plugins: Plugins) -> dict[Provider, list[str]]:
    """What is not installed and is needed to use the parts of a plugin."""
    found: dict[Provider, list[str]] = {}
    for part in _parts(plugins):
        modules = found.setdefault(part.provider, [])
        modules += [module for module in missing(part.part) if module not in modules]
    return found


def _offers(record: PluginRecord) -> str:
    if record.status != "ok":
        return "-"
    by_kind: dict[str, list[str]] = {}
    for kind, name in record.offers:
        by_kind.setdefault(kind, []).append(name)
    return (
        "; ".join(f"{kind}: {', '.join(names)}" for kind, names in by_kind.items()) or "listens to training"
    )


def _parts(plugins: Plugins) -> list[ProvidedPart]:
    return [part for kind in KINDS for part in plugins.parts(kind).values()]


def _options(settings: Sequence[Setting] | None) -> list[dict[str, Any]] | None:
    """Flat; None where only the factory, which is not imported for this, could tell."""
    if settings is None:
        return None
    facts = [vars(setting) | vars(setting.option) for setting in settings]
    return [{name: fact for name, fact in each.items() if name != "option"} for each in facts]


def _for_programs(plugins: Plugins) -> dict[str, Any]:
    provided = {
        "recipes": plugins.recipes().values(),
        "commands": plugins.commands().values(),
        "games": plugins.games(),
    }
    return {
        "plugins": plugins.records,
        "parts": [
            {
                "kind": part.kind,
                **vars(part.part),
                **vars(part.provider),
                "options": _options(plugins.options_declared_apart(part)),
                "missing": missing(part.part),
            }
            for part in _parts(plugins)
        ],
        **{
            name: [{**vars(description), **vars(provider)} for description, provider in things]
            for name, things in provided.items()
        },
        "warnings": plugins.warnings,
    }
