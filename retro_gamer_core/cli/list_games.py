"""``retro-gamer list``: the games that are installed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import click

from retro_gamer_core.cli.arguments import AS_JSON
from retro_gamer_core.games.finding import InstalledGame, installed_games
from retro_gamer_core.terminal.printing import next_step, say, say_json, table, typed, warn


@click.command("list")
@AS_JSON
def list_games(as_json: bool) -> None:
    """Show the games that are installed.

    A game of your own need not be installed: name its file, as in --game my_game.py.
    """
    games = installed_games()
    if as_json:
        say_json({"games": [_for_programs(game) for game in games]})
        return
    if not games:
        say("No game is installed.")
        next_step("pip install retro-games")
        return
    _print_games(games)
    _mention_broken_plugins()
    next_step(typed("retro-gamer", "create", "--game", _easiest(games), "--output", "runs/first"))


def _print_games(games: Sequence[InstalledGame]) -> None:
    problems = [game for game in games if game.problem]
    rows = [
        (
            game.name,
            f"{game.distribution} {game.version}",
            _board(game),
            ("yes" if game.described else "no") + (f" [{problems.index(game) + 1}]" if game.problem else ""),
        )
        for game in games
    ]
    table(("game", "package", "board", "described"), rows)
    if problems:
        say()
    for number, game in enumerate(problems, start=1):
        say(f"[{number}] {game.name}: {game.problem}")


def _easiest(games: Sequence[InstalledGame]) -> str:
    """The described game with the smallest board, as a first one to try."""
    cells = {
        game.name: math.prod(game.board_size)
        for game in games
        if game.described and game.board_size and not game.problem
    }
    return min(cells, key=cells.__getitem__, default="my_game.py")


def _board(game: InstalledGame) -> str:
    if game.board_size is None:
        return "found by create"
    width, height = game.board_size
    return f"{width}×{height}"


def _mention_broken_plugins() -> None:
    from retro_gamer_core.plugins.registry import installed_plugins

    broken = [record.name for record in installed_plugins().records if record.status == "broken"]
    if broken:
        warn(f"\nBroken, and therefore not used: {', '.join(broken)}; to see why: retro-gamer plugins")


def _for_programs(game: InstalledGame) -> dict[str, object]:
    return {
        "name": game.name,
        "entry": game.entry,
        "distribution": game.distribution,
        "version": game.version,
        "board": game.board_size,
        "described": game.described,
        "problem": game.problem or None,
    }
