"""The games that are installed, with what is known about each one without importing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.descriptions import describe
from retro_gamer_core.games.entry_points import RegisteredGame, registered_games
from retro_gamer_core.games.module_files import locate


@dataclass(frozen=True)
class InstalledGame:
    """A game that an installed package registers.

    Args:
        name: what to call it.
        entry: its ``module:factory``, or only its module; another name for it.
        distribution, version: the package that registers it, which need not be the one it lies in.
        board_size: (width, height) in cells, where its description says so.
        described: whether it can be trained on without writing a description first.
        problem: why it cannot be used as it stands, in a sentence; empty when it can.
    """

    name: str
    entry: str
    distribution: str
    version: str
    board_size: tuple[int, int] | None
    described: bool
    problem: str


def installed_games() -> list[InstalledGame]:
    """Every registered game, by name; where several packages use one name, each of theirs."""
    games = registered_games()
    return [_looked_at(game, [other for other in games if other.name == game.name]) for game in games]


def _looked_at(game: RegisteredGame, of_this_name: Sequence[RegisteredGame]) -> InstalledGame:
    metadata = None
    problems = []
    if len(of_this_name) > 1:
        others = " and ".join(other.owner for other in of_this_name if other is not game)
        problems.append(f"{others} has a game of this name too; this one is also called {game.entry}")
    file = locate(game.module)
    if file is None:
        command = f"pip install --force-reinstall {game.distribution}"
        problems.append(f"its module {game.module} is not there; try: {command}")
    else:
        try:
            metadata = describe(file, game.factory, game.name).metadata()
        except RetroGamerError as error:
            problems.append(": ".join(filter(None, [error.problem.where, error.problem.what])))
    return InstalledGame(
        name=game.name,
        entry=game.entry,
        distribution=game.distribution,
        version=game.version,
        board_size=metadata.board_size if metadata else None,
        described=metadata is not None,
        problem="; ".join(problems),
    )
