"""The two sides of a duel: what each needs for its games to be counted, and whether they really meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.errors import Problem, ProblemsFound, RetroGamerError
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.suggestions import did_you_mean
from retro_gamer_core.training.loading import load_run

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.games.metadata import GameMetadata


@dataclass(frozen=True)
class Side:
    """One of the two: a run, and the game in which its character is driven by the keyboard."""

    run: RunDirectory
    config: RunConfig
    game: FoundGame

    @property
    def name(self) -> str:
        """The name of its character."""
        return self.config.metadata.player or ""

    @property
    def path(self) -> Path:
        """The run's directory, absolute."""
        return self.run.path.resolve()

    @property
    def metadata(self) -> GameMetadata:
        return self.config.metadata

    def fresh_game(self) -> Game:
        return fresh_game(self.game.factory, self.game.name)


def open_sides(first: Path, second: Path) -> tuple[Side, Side]:
    """Both sides, checked as far as that goes without playing.

    Raises:
        RunNotFound: one of them is no run.
        ProblemsFound: naming everything that keeps them from playing each other.
    """
    runs = [RunDirectory.open(path) for path in (first, second)]
    if runs[0].path.resolve() == runs[1].path.resolve():
        raise RetroGamerError(
            f"{first} cannot play a duel against itself",
            why="each side learns to beat the other, so each has a run of its own",
            hint="name two runs: one made for each side's own training game",
        )
    sides = [Side(run, *load_run(run)) for run in runs]
    if problems := list(_problems(sides)):
        raise ProblemsFound("These two runs cannot play a duel yet:", problems)
    return sides[0], sides[1]


def not_asked(side: Side, other: Side, asked: Iterable[Path]) -> RetroGamerError:
    """The error for a game of ``side`` that never asks for the other side, so that they would never meet.

    Args:
        asked: the runs for which it did ask.
    """
    keys = ", ".join(f'"{key}"' for key in other.metadata.actions)
    path = other.run.path.as_posix()
    elsewhere = ", ".join(sorted(map(str, asked)))
    return RetroGamerError(
        f"the game of {side.run.path} never asks what {other.name} does"
        + (f"; the Opponent in it is for another run, {elsewhere}" if elsewhere else ""),
        where=side.game.name,
        why=f"{other.name} would go on as it always does in there, whatever it has learned",
        hint=f'from retro_gamer import Opponent,  make one  Opponent("{path}", keys=[{keys}]),  and in each turn press '
        f"its get_action(game) for {other.name}; the path is looked for from where you type the command",
    )


def winner_of(side: Side, game: Game, names: tuple[str, str]) -> str:
    """Who has won this game; "" while nobody has.

    Raises:
        RetroGamerError: the game says it is somebody who does not play.
    """
    winner = game.state.get(side.metadata.winner)
    if not winner:
        return ""
    if winner not in names:
        raise RetroGamerError(
            f"the game says that {winner!r} has won, and the two who play are {names[0]!r} and {names[1]!r}",
            where=f'state["{side.metadata.winner}"] in {side.game.name}',
            why="wins are counted by the name of the character",
            hint=did_you_mean(str(winner), names),
        )
    return str(winner)


def _problems(sides: list[Side]) -> Iterator[Problem]:
    for side in sides:
        where = f"[metadata] in {side.run.config}"
        if not side.metadata.player:
            yield Problem(
                f"the description of {side.game.name} does not name its player",
                where=where,
                why="the two sides are told apart by the names of their characters, and what was learned finds its "
                "own character by that name in the game of the other",
                hint='player = "chaser", the name of the character that this run plays; best also in the '
                "pyproject.toml of the game",
            )
        if not side.metadata.winner:
            yield Problem(
                f"the description of {side.game.name} does not say who has won",
                where=where,
                why="wins are what a duel counts",
                hint='winner = "winner", and in the game: begin with "winner": "" in its state, and write '
                'game.state["winner"] = "chaser", the name of the character, before game.end()',
            )
    names = [side.metadata.player for side in sides]
    if names[0] and names[1] and names[0].casefold() == names[1].casefold():
        yield Problem(
            f"both sides play the character {names[0]!r}",
            where=" and ".join(str(side.run.config) for side in sides),
            why="in a duel they are in one game, where each needs a name of its own",
            hint="give them different names, in the game and as player in both descriptions",
        )
        return
    games = [any_game(side.game.factory, side.game.name) for side in sides]
    size, other_size = ("×".join(map(str, game.board_size)) for game in games)
    if size != other_size:
        yield Problem(
            f"the boards differ: {size} for {sides[0].run.path}, {other_size} for {sides[1].run.path}",
            why="what was learned on a board of one size says nothing about another size",
            hint="make both training games with the same board",
        )
    for side, other, game in ((sides[0], sides[1], games[0]), (sides[1], sides[0], games[1])):
        for name in filter(None, names):
            if name not in game.agents_by_name:
                yield Problem(
                    f"the game of {side.run.path} has no character named {name!r}",
                    where=side.game.name,
                    why="both sides play in it",
                    hint=did_you_mean(name, game.agents_by_name),
                )
        needed = {side.metadata.winner: "it says who has won"} if side.metadata.winner else {}
        for key, why in (needed | dict.fromkeys(other.config.observe_state, f"{other.name} sees it")).items():
            if key not in game.state:
                yield Problem(
                    f"the state of the game of {side.run.path} has nothing called {key!r}",
                    where=side.game.name,
                    why=why,
                    hint=did_you_mean(key, game.state),
                )
