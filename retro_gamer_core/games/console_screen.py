"""Does a game fit a screen, such as the retro arcade's? retro-games' own view is asked, for a terminal of that size.

The view refuses less than it cannot show: it begins in some terminals in which it then draws one thing
over another. So what is asked is where it would draw.
"""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING

from retro_gamer_core.errors import Problem, RetroGamerError

if TYPE_CHECKING:
    from retro.game import Game

#: Columns and rows.
CONSOLE_SCREEN = (80, 24)

#: More than any board has, for asking about the other direction alone.
_ENOUGH = 100_000


def console_problem(game: Game) -> Problem | None:
    """Why this game cannot be shown whole on ``CONSOLE_SCREEN``; None when it can.

    Looks at the size of the view, not of the board behind it, and at the state as it is now: a game
    that adds to its state later needs more. What ``debug=True`` draws beside it is left out.
    """
    (width, height), lines = game.view_size, len(_keys_shown(game))
    if _is_whole((width, height), lines, CONSOLE_SCREEN):
        return None
    below = {0: "", 1: " with a line of state below"}.get(lines, f" with {lines} lines of state below")
    columns, rows = _smallest_terminal((width, height), lines)
    return Problem(
        f"a board of {width}×{height}{below} needs a terminal of {columns}×{rows} characters, and the retro "
        f"arcade's has {CONSOLE_SCREEN[0]}×{CONSOLE_SCREEN[1]}",
        where=f"Game(…, board_size=({width}, {height}))",
        why="there, retro-games refuses to begin, or draws one thing over another",
        hint=_what_would_fit((width, height), lines),
        code="board-too-large",
    )


def console_note(game: Game) -> str | None:
    """The same in one sentence."""
    problem = console_problem(game)
    return None if problem is None else f"{problem.what}; there it would fit if you {problem.hint}"


def state_that_fits(game: Game, screen: tuple[int, int], first: str) -> list[str]:
    """Those values of the state that can be shown below the board on a screen of so many columns and rows.

    All that the game shows, if they fit; else ``first`` and as many others as do.

    Raises:
        RetroGamerError: not even the board fits.
    """
    width, height = game.view_size
    shown = _keys_shown(game)
    lines = next((n for n in range(len(shown), -1, -1) if _is_whole((width, height), n, screen)), None)
    if lines is None:
        columns, rows = _smallest_terminal((width, height), 0)
        raise too_small(
            f"it has {screen[0]}×{screen[1]} characters, and the board of {width}×{height} needs at least "
            f"{columns}×{rows}"
        )
    return shown if lines == len(shown) else sorted(shown, key=lambda key: key != first)[:lines]


def too_small(how: str) -> RetroGamerError:
    """The error for a terminal that cannot show a game."""
    return RetroGamerError(
        f"the terminal is too small to show this game: {how}",
        hint="make the window larger or the letters smaller, or send the output through a pipe to see a few "
        "frames as text: retro-gamer play RUN | cat",
    )


def _keys_shown(game: Game) -> list[str]:
    return sorted(game.state) if game.show_state is True else list(game.show_state or ())


def _what_would_fit(size: tuple[int, int], lines: int) -> str:
    columns, rows = CONSOLE_SCREEN
    fewer = [n for n in range(lines) if _is_whole(size, n, CONSOLE_SCREEN)]
    widths = [n for n in range(1, columns) if _is_whole((n, 1), lines, (columns, _ENOUGH))]
    heights = [n for n in range(1, rows) if _is_whole((1, n), lines, (_ENOUGH, rows))]
    ways = [f"show at most {fewer[-1]} of these lines (show_state)"] if fewer else []
    if widths and heights:
        ways.append(f"make the board at most {widths[-1]}×{heights[-1]}")
    return " or ".join(ways) or "show less of the state"


def _smallest_terminal(size: tuple[int, int], lines: int) -> tuple[int, int]:
    width, height = size
    columns = next(n for n in count(width) if _is_whole((width, 1), lines, (n, _ENOUGH)))
    rows = next(n for n in count(height) if _is_whole((1, height), lines, (_ENOUGH, n)))
    return columns, rows


def _is_whole(size: tuple[int, int], lines: int, terminal: tuple[int, int]) -> bool:
    """Whether all edges of the picture lie within the terminal."""
    from retro.errors import TerminalTooSmall
    from retro.views.terminal import TerminalView

    columns, rows = terminal
    view = TerminalView(SimpleNamespace(width=columns, height=rows), show_state=["key"] * lines)
    game = SimpleNamespace(view_size=size, debug=False)
    try:
        view.check_terminal_size(game)
    except TerminalTooSmall:
        return False
    corners = view.get_layout_graph(game).vertices
    # Each piece is printed with a newline behind it, which in the last row pushes everything up.
    return all(0 <= corner.x < columns and 0 <= corner.y < rows - 1 for corner in corners)
