"""How games end: by themselves, never, or with an error."""

from __future__ import annotations

from collections.abc import Iterator

from retro_gamer_core.checks.finding import Finding, problem, warning
from retro_gamer_core.checks.games.look import GameLook
from retro_gamer_core.errors import GameError
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.plugins.diagnosis import in_words


def game_raises(look: GameLook) -> Iterator[Finding]:
    """In random play, the game's code failed."""
    if look.seen.error is None:
        return
    error, game, turn = look.seen.error
    if isinstance(error, GameError):
        yield factory_fails(error)
    else:
        failed, games = look.seen.endings["error"], look.seen.games
        yield raised(
            look, error, f"{failed:,} of {games:,} games, first in turn {turn} of game {game}", failed
        )


def factory_fails(error: GameError) -> Finding:
    """The finding of a game that could not be made."""
    found = error.problem
    where = f" ({found.where})" if found.where else ""
    return problem("factory-fails", f"{found.what}{where}", why=found.why, hint=found.hint)


def raised(look: GameLook, error: BaseException, when: str, times: int = 1) -> Finding:
    """The finding of an error that the game's code has raised."""
    where = where_raised(error, look.source)
    return problem(
        "game-raises",
        f"the game's code failed in {when}: {in_words(error)}{f' ({where})' if where else ''}",
        why="such a game ends there and then, and a run stops when too many of them do",
        hint=f"correct that line; the same seed ({look.seed}) fails again",
        number=times,
    )


def game_never_ends(look: GameLook) -> Iterator[Finding]:
    """No game ended before the turn limit."""
    cut, ended = look.seen.endings["turn limit"], look.seen.endings["game over"]
    if cut and not ended:
        yield warning(
            "game-never-ends",
            f"none of {cut:,} game(s) with random keys ended within {look.max_turns:,} turns",
            why="training cuts each of them short there, and nobody ever sees a game won or lost",
            hint="call game.end() when the game is won or lost; if it takes long, raise max_turns_per_episode",
            number=look.max_turns,
        )
