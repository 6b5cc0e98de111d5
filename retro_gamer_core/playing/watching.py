"""Playing a game that plays itself, for somebody to look at: in the terminal, or as printed frames; a board as text."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Protocol

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.console_screen import state_that_fits, too_small
from retro_gamer_core.playing.frames import CharacterCodes, Frame, characters_on

if TYPE_CHECKING:
    from blessed import Terminal
    from blessed.keyboard import Keystroke
    from retro.game import Game

    from retro_gamer_core.playing.chance import Chance

_TURNS_PRINTED = (10, 100)
_QUIT_KEYS = ("KEY_ENTER", "KEY_ESCAPE")

_ROOM_BESIDE = 36
"""Columns of what is shown beside the board."""


class Beside(Protocol):
    """What is shown beside the board: its lines are read after each turn."""

    lines: list[str]

    def pressed(self, key: Keystroke) -> None:
        """A person pressed a key."""


class _LeftPart:
    """A terminal without its rightmost columns, which the view of retro-games leaves alone, then."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    @property
    def width(self) -> int:
        return self._terminal.width - _ROOM_BESIDE

    def __getattr__(self, name: str) -> Any:
        return getattr(self._terminal, name)


def watch(
    game: Game,
    chance: Chance,
    framerate: float,
    max_turns: int,
    score: str,
    beside: Beside | None = None,
    each_turn: Callable[[], object] = lambda: None,
) -> str:
    """Play in the terminal until the game ends, somebody quits, or ``max_turns`` are over.

    Where the terminal has too few rows for all of the state, ``score`` is the value that is shown for certain. What
    stands ``beside`` the board has its lines drawn there, and hears which keys a person presses. ``each_turn`` is
    called once the game has begun and after each turn, before the lines are drawn.
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
    left = terminal if beside is None else _LeftPart(terminal)
    try:
        with terminal.fullscreen(), terminal.hidden_cursor(), terminal.cbreak():
            if beside and terminal.width < (needed := game.view_size[0] + 2 + _ROOM_BESIDE):
                raise RetroGamerError(
                    f"the window is too narrow: the board and what is shown beside it need {needed} columns, and it "
                    f"has {terminal.width}",
                    hint="make it wider, or leave the values beside the board out",
                )
            # retro-games itself begins where it then draws one thing over another.
            state = state_that_fits(game, (left.width, left.height), score)
            game.view = TerminalView(left, color=game.color, show_state=state)
            with chance:
                game.start()
            each_turn()
            return _turn_by_turn(game, chance, terminal, framerate, max_turns, beside, each_turn)
    except TerminalTooSmall as error:
        raise too_small(str(error)) from error  # the window has become smaller
    except KeyboardInterrupt:
        return "stopped"
    finally:
        game.view = None


def _turn_by_turn(
    game: Game,
    chance: Chance,
    terminal: Terminal,
    framerate: float,
    max_turns: int,
    beside: Beside | None,
    each_turn: Callable[[], object],
) -> str:
    while game.playing and game.turn_number < max_turns:
        over = perf_counter() + 1 / framerate
        with chance:
            game.step()
        each_turn()
        if beside:
            _draw(terminal, beside.lines)
        # Waiting for a key is how the time of a turn is spent, so that quitting is felt at once.
        while (key := terminal.inkey(timeout=max(0.0, over - perf_counter()))) or perf_counter() < over:
            if key and key.name in _QUIT_KEYS:
                return "stopped"
            if key and beside:
                beside.pressed(key)
    if not game.playing:
        sleep(min(1.0, 6 / framerate))  # long enough to see how it ended
    return _how_it_ended(game, max_turns)


def _draw(terminal: Terminal, lines: list[str]) -> None:
    top = max(0, (terminal.height - len(lines)) // 2)
    encoding = sys.stdout.encoding or "ascii"
    rows = [
        terminal.move_xy(terminal.width - _ROOM_BESIDE + 1, top + number)
        + f"{line.encode(encoding, 'replace').decode(encoding)[: _ROOM_BESIDE - 2]:{_ROOM_BESIDE - 2}}"
        for number, line in enumerate(lines)
    ]
    print(terminal.normal + "".join(rows), end="", flush=True)


def print_frames(
    game: Game,
    chance: Chance,
    max_turns: int,
    say: Callable[[str], None],
    beside: Beside | None = None,
) -> str:
    """Play to the end without a terminal; print the frames of a few turns and the last one."""

    def show() -> None:
        below = [] if beside is None else beside.lines
        say("\n".join([f"turn {game.turn_number}", framed(board_lines(game)), *below]))

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
    """The lines inside a border: a wide character hides an empty cell to its right, as on a terminal."""
    rule = "+" + "-" * max(map(len, lines), default=0) + "+"
    return "\n".join([rule, *(f"|{_in_columns(line)}|" for line in lines), rule])


def _in_columns(line: str) -> str:
    from rich.cells import cell_len

    shown = ""
    for character in line:
        if character == " " and shown and cell_len(shown[-1]) == 2:
            shown += "\0"  # hidden
        else:
            shown += character if character.isprintable() else "?"
    return shown.replace("\0", "")
