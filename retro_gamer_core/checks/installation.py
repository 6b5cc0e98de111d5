"""Checks of all that is installed: every plugin, the parts that others have written, and every game."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from retro_gamer_core.checks.game import check_game
from retro_gamer_core.checks.parts import check_part, import_findings
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.findings import Finding, Findings, finding
from retro_gamer_core.games.finding import InstalledGame, find_game, installed_games
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.plugins.discovery import INSTALLED_TWICE, brought_twice

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins


def check_installation(
    plugins: Plugins,
    games: Sequence[InstalledGame] | None = None,
    *,
    seed: int = 0,
    tell: Callable[[str], None] = lambda what: None,
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
            code = "plugin-broken" if record.status == "broken" else "plugin-partly-used"
            yield finding(code, f"the plugin {record.provider}: {trouble.cause}{where}", hint=trouble.fix)
        if record.status == "ok" and not record.built_in:
            yield from import_findings(record.name, record.module)
    if brought_twice():
        yield finding("installed-twice", INSTALLED_TWICE)
    for sentence in plugins.unknown_names:
        yield finding("plugin-unknown", sentence)


def _parts(plugins: Plugins, seed: int, tell: Callable[[str], None]) -> Iterator[Finding]:
    for kind in KINDS:
        for part in plugins.parts(kind).values():
            if not part.provider.built_in:
                tell(str(part))
                yield from _of(str(part), check_part(kind, part.name, plugins=plugins, seed=seed, quick=True))


def _games(games: Sequence[InstalledGame], seed: int, tell: Callable[[str], None]) -> Iterator[Finding]:
    for game in games:
        thing = f"the game {game.name}"
        tell(thing)
        try:
            if game.problem:
                raise RetroGamerError(game.problem)
            found = find_game(game.name)
        except RetroGamerError as error:
            yield finding(
                "game-unusable", ": ".join(filter(None, [thing, error.problem.what, error.problem.where]))
            )
        else:
            yield from _of(thing, check_game(found, seed=seed, quick=True))


def _of(thing: str, findings: Findings) -> list[Finding]:
    return [replace(each, what=f"{thing}: {each.what}") for each in findings.at_least("warning")]
