"""Checks of all that is installed: every plugin, the parts that others have written, and every game."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from retro_gamer_core.checks.finding import Finding, Findings, note, problem, warning
from retro_gamer_core.checks.games.checking import check_game
from retro_gamer_core.checks.parts.checking import check_part
from retro_gamer_core.checks.parts.imports import import_findings
from retro_gamer_core.distributions import WITH_TORCH, WITHOUT_TORCH
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.installed import InstalledGame, installed_games
from retro_gamer_core.parts import KINDS
from retro_gamer_core.plugins.discovery import INSTALLED_TWICE, brought_twice

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins


def _nobody_listens(what: str) -> None: ...


def check_installation(
    plugins: Plugins,
    games: Sequence[InstalledGame] | None = None,
    *,
    seed: int = 0,
    tell: Callable[[str], None] = _nobody_listens,
) -> Findings:
    """The quick checks of everything. Notes on single games and parts are left to a check of these.

    Args:
        games: the installed ones when left out.
        tell: hears what is looked at next.
    """
    games = installed_games() if games is None else games
    found = [*_plugins(plugins), *_parts(plugins, seed, tell), *_games(games, seed, tell)]
    looked_at = f"{len(plugins.records)} plugins and {len(games)} games, quickly"
    return Findings("what is installed here", tuple(found), (looked_at,))


def _plugins(plugins: Plugins) -> Iterator[Finding]:
    for record in plugins.records:
        trouble = record.problem
        if trouble is not None:
            where = f" ({trouble.where})" if trouble.where else ""
            broken = record.status == "broken"
            say = problem if broken else warning
            yield say(
                "plugin-broken" if broken else "plugin-partly-used",
                f"the plugin {record.provider}: {trouble.cause}{where}",
                why="nothing of it is used" if broken else "all the rest of it is used",
                hint=trouble.fix,
            )
        if record.status == "ok" and not record.built_in:
            yield from import_findings(record.name, record.module)
    if brought_twice():
        yield warning(
            "installed-twice",
            INSTALLED_TWICE,
            why="the two may be of different versions, and removing one of them removes files of the other",
            hint=f"pip uninstall {WITH_TORCH} {WITHOUT_TORCH}, then install one of them again",
        )
    for sentence in plugins.unknown_names:
        yield note(
            "plugin-unknown",
            sentence,
            why="it was to be blocked or let in, and is not installed",
            hint="look at RETRO_GAMER_PLUGINS and RETRO_GAMER_NO_PLUGIN, and at --no-plugin",
        )


def _parts(plugins: Plugins, seed: int, tell: Callable[[str], None]) -> Iterator[Finding]:
    for kind in KINDS:
        for part in plugins.parts(kind).values():
            if not part.provider.built_in:
                tell(str(part))
                yield from _of(str(part), check_part(kind, part.name, plugins=plugins, seed=seed, quick=True))


def _games(games: Sequence[InstalledGame], seed: int, tell: Callable[[str], None]) -> Iterator[Finding]:
    for game in games:
        tell(f"the game {game.name}")
        if game.problem:
            yield _unusable(game, game.problem)
            continue
        try:
            found = find_game(game.name)
        except RetroGamerError as error:
            yield _unusable(game, ": ".join(filter(None, [error.problem.what, error.problem.where])))
            continue
        checked = check_game(
            game.name, found.factory, found.metadata, source=found.source_root, seed=seed, quick=True
        )
        yield from _of(f"the game {game.name}", checked)


def _of(thing: str, findings: Findings) -> list[Finding]:
    return [replace(each, what=f"{thing}: {each.what}") for each in findings.at_least("warning")]


def _unusable(game: InstalledGame, what: str) -> Finding:
    return problem(
        "game-unusable",
        f"the game {game.name}: {what}",
        why="it cannot be trained on",
        hint=f"pip install --force-reinstall {game.distribution}, or tell those who wrote it",
    )
