"""``retro-gamer list`` and ``retro-gamer plugins``: what is installed, whether it works, and how it is named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import click

from retro_gamer_core.cli.arguments import AS_JSON
from retro_gamer_core.errors import Problem
from retro_gamer_core.games.finding import InstalledGame, installed_games
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.options import Setting
from retro_gamer_core.parts import Part, Recipe
from retro_gamer_core.plugins.diagnosis import how_to_install, missing
from retro_gamer_core.plugins.records import PluginRecord, ProvidedPart, Provider
from retro_gamer_core.plugins.registry import Plugins, installed_plugins
from retro_gamer_core.terminal.printing import command, next_step, say, say_json, table, warn


@click.command("list")
@AS_JSON
def list_games(as_json: bool) -> None:
    """Show the games that are installed.

    A game of your own need not be installed: name its file, as in --game my_game.py.
    """
    games = installed_games()
    if as_json:
        told = [{**vars(game), "problem": game.problem or None} for game in games]
        say_json(
            {"games": [{name.removesuffix("_size"): fact for name, fact in each.items()} for each in told]}
        )
        return
    if not games:
        say("No game is installed.")
        next_step("pip install retro-games")
        return
    problems = [game for game in games if game.problem]
    table(
        {
            "game": game.name,
            "package": f"{game.distribution} {game.version}",
            "board": "×".join(map(str, game.board_size)) if game.board_size else "found by create",
            "described": ("yes" if game.described else "no")
            + (f" [{problems.index(game) + 1}]" if game.problem else ""),
        }
        for game in games
    )
    if problems:
        say()
    for number, game in enumerate(problems, start=1):
        say(f"[{number}] {game.name}: {game.problem}")
    broken = [record.name for record in installed_plugins().records if record.status == "broken"]
    if broken:
        warn(f"\nBroken, and therefore not used: {', '.join(broken)}; to see why: retro-gamer plugins")
    next_step(command("create", game=_easiest(games), output="runs/first"))


def _easiest(games: Sequence[InstalledGame]) -> str:
    """The described game with the smallest board, as a first one to try."""
    cells = {
        game.name: math.prod(game.board_size)
        for game in games
        if game.described and game.board_size and not game.problem
    }
    return min(cells, key=cells.__getitem__, default="my_game.py")


@click.command("plugins")
@AS_JSON
def list_plugins(as_json: bool) -> None:
    """Show every plugin and part, and what is broken.

    A plugin is an installed package that adds encoders, networks, memories, learners, loggers, wrappers, players,
    games, recipes or commands. A broken one stops only what needs it.
    """
    plugins = installed_plugins()
    if as_json:
        say_json(_for_programs(plugins))
        return
    parts = _parts(plugins)
    lacking = {record.name: _lacking(record, parts) for record in plugins.records}
    say("Plugins", bold=True)
    table(
        {
            "plugin": record.name,
            "package": f"{record.distribution} {record.version}",
            "status": _status(record, lacking[record.name]),
            "offers": _offers(record),
        }
        for record in plugins.records
    )
    broken = [(record, record.problem) for record in plugins.records if record.problem]
    for record, problem in broken:
        became = "is broken" if record.status == "broken" else "is used only in part"
        what = f"{record.provider} {became}: {problem.cause}"
        say(f"\n{Problem(what, where=problem.where, hint=problem.fix)}")
    say(
        "\nParts, by the names they have in config.toml (executors: behind --on)",
        bold=True,
    )
    named: list[tuple[str, Part | Recipe, Provider]] = [
        (part.kind, part.part, part.provider) for part in parts
    ]
    named += [("recipe", recipe, provider) for recipe, provider in plugins.recipes().values()]
    table(
        {"kind": kind, "name": each.name, "from plugin": provider.plugin, "what it does": each.summary}
        for kind, each, provider in named
    )
    for warning in plugins.warnings:
        warn(f"\nWarning: {warning}")
    for module in sorted({module for modules in lacking.values() for module in modules}):
        warn(
            f"\n{module} is not installed: what needs it is listed, and works after {how_to_install(module)}"
        )
    next_step(*(problem.fix for _, problem in broken if problem.fix.startswith("pip ")), "retro-gamer list")


def _lacking(record: PluginRecord, parts: Sequence[ProvidedPart]) -> list[str]:
    """What is not installed and is needed to use the parts of a plugin."""
    needed = (missing(part.part) for part in parts if part.provider == record.provider)
    return list(dict.fromkeys(module for modules in needed for module in modules))


def _status(record: PluginRecord, lacking: list[str]) -> str:
    if record.status == "broken":
        return "BROKEN"
    if lacking:
        return f"needs {' and '.join(lacking)}"
    return "ok, but see below" if record.problem else record.status


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
