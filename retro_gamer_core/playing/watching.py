"""Playing a game that plays itself, for somebody to look at: in the terminal, or as printed frames; a board as text."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.console_screen import state_that_fits, too_small
from retro_gamer_core.playing.frames import CharacterCodes, Frame, characters_on

if TYPE_CHECKING:
    from blessed import Terminal
    from retro.game import Game

    from retro_gamer_core.playing.chance import Chance

_TURNS_PRINTED = (10, 100)
_QUIT_KEYS = ("KEY_ENTER", "KEY_ESCAPE")


def watch(game: Game, chance: Chance, framerate: float, max_turns: int, score: str) -> str:
    """Play in the terminal until the game ends, somebody quits, or ``max_turns`` are over.

    Where the terminal has too few rows for all of the state, ``score`` is the value that is shown for certain.
    Returns how it ended, in words.

    Raises:
        RetroGamerError: the terminal is too small for the board.
    """
    # blessed asks the terminal what it can do. One that never answers would leave people before an empty screen.
    os.environ.setdefault("BLESSED_QUERY_TIMEOUT_SECONDS", "0.5")
    from blessed import Terminal
    from retro.errors import TerminalTooSmall
    from retro.views.terminal import TerminalView

    terminal = Terminal()
    try:
        with terminal.fullscreen(), terminal.hidden_cursor(), terminal.cbreak():
            # retro-games itself begins where it then draws one thing over another.
            state = state_that_fits(game, (terminal.width, terminal.height), score)
            game.view = TerminalView(terminal, color=game.color, show_state=state)
            with chance:
                game.start()
            return _turn_by_turn(game, chance, terminal, framerate, max_turns)
    except TerminalTooSmall as error:
        raise too_small(str(error)) from error  # the window has become smaller
    except KeyboardInterrupt:
        return "stopped"
    finally:
        game.view = None


def _turn_by_turn(game: Game, chance: Chance, terminal: Terminal, framerate: float, max_turns: int) -> str:
    while game.playing and game.turn_number < max_turns:
        began = perf_counter()
        with chance:
            game.step()
        # Waiting for a key is how the time of a turn is spent, so that quitting is felt at once.
        key = terminal.inkey(timeout=max(0.0, 1 / framerate - (perf_counter() - began)))
        if key and key.name in _QUIT_KEYS:
            return "stopped"
    if not game.playing:
        sleep(min(1.0, 6 / framerate))  # long enough to see how it ended
    return _how_it_ended(game, max_turns)


def print_frames(game: Game, chance: Chance, max_turns: int, say: Callable[[str], None]) -> str:
    """Play to the end without a terminal; print the frames of a few turns and the last one."""

    def show() -> None:
        say(f"turn {game.turn_number}\n{framed(board_lines(game))}")

    with chance:
        game.start()
    show()
    while game.playing and game.turn_number < max_turns:
        with chance:
            game.step()
        if game.turn_number in _TURNS_PRINTED and game.playing:
            show()
    show()
    return _how_it_ended(game, max_turns)


def _how_it_ended(game: Game, max_turns: int) -> str:
    return f"stopped at the limit of {max_turns} turns" if game.playing else "game over"


def game_raised(error: Exception, where: str, game: Game, seed: int) -> Exception:
    """What to raise for an error met while a game was being watched."""
    if isinstance(error, RetroGamerError):
        return error
    return GameError(
        f"the game raised {type(error).__name__}: {error}",
        where=f"{where or 'outside the game’s own files'} (turn {game.turn_number}, seed {seed})",
        hint="mend the game, then play the same seed again",
    )


def board_lines(game: Game) -> list[str]:
    """One line a row, as wide as the board."""
    shown = sorted(characters_on(game))
    frame = Frame(game.board_size, CharacterCodes(shown))
    frame.begin(game)
    letters = [" ", *(character[:1] or " " for character in shown)]
    return ["".join(letters[code] for code in row) for row in frame.codes]


def framed(lines: list[str]) -> str:
    """The lines inside a border."""
    rule = "+" + "-" * max(map(len, lines), default=0) + "+"
    return "\n".join([rule, *(f"|{line}|" for line in lines), rule])
