"""Does it fit the retro arcade? What is said is held against what retro-games draws on such a screen."""

from __future__ import annotations

import re
import sys
from contextlib import suppress

import pytest
from blessed import Terminal
from retro.errors import TerminalTooSmall
from retro.game import Game
from retro.views.terminal import TerminalView

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.console_screen import (
    CONSOLE_SCREEN,
    console_note,
    console_problem,
    state_that_fits,
)
from retro_gamer_core.games.finding import find_game

#: The largest boards that fit, by how many lines of state are shown below them.
LARGEST = {0: (76, 19), 1: (76, 19), 2: (76, 18), 3: (76, 16), 4: (76, 14), 5: (76, 12), 8: (76, 6)}


class Dot:
    character = "@"

    def __init__(self, position):
        self.position = position


def game_of(width: int, height: int, lines: int, **more) -> Game:
    """A board with something in each corner."""
    corners = {(x, y) for x in (0, width - 1) for y in (0, height - 1)}
    return Game(map(Dot, corners), {f"k{i}": i for i in range(lines)}, board_size=(width, height), **more)


class Screen:
    """A terminal that keeps what it is sent: where it is told to write, and scrolling up at the end."""

    PIECE = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[H|\x1b[78]|\x1b[\[(][0-9;?]*[A-Za-z]|(\n)|([^\x1b\n]+)")

    def __init__(self, columns: int, rows: int) -> None:
        self.lines = [[" "] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.saved = (0, 0)

    def feed(self, text: str) -> None:
        for piece in self.PIECE.finditer(text):
            row, column, newline, written = piece.groups()
            if row:
                self.x = max(0, min(int(column) - 1, len(self.lines[0]) - 1))
                self.y = max(0, min(int(row) - 1, len(self.lines) - 1))
            elif newline:
                self.x, self.y = 0, self.y + 1
                if self.y == len(self.lines):
                    self.lines = [*self.lines[1:], [" "] * len(self.lines[0])]
                    self.y -= 1
            elif written:
                for character in written:
                    self.lines[self.y][min(self.x, len(self.lines[0]) - 1)] = character
                    self.x += 1
            elif piece[0] == "\x1b7":
                self.saved = (self.x, self.y)
            elif piece[0] == "\x1b8":
                self.x, self.y = self.saved

    def __str__(self) -> str:
        return "\n".join("".join(line).rstrip() for line in self.lines)


class Arcade(Terminal):
    width, height = CONSOLE_SCREEN


@pytest.fixture
def drawn(capsys):
    """``drawn(game)``: the screen of the arcade after retro-games has drawn the game's first turn."""

    def drawn(game: Game) -> str:
        terminal = Arcade(kind="xterm", stream=sys.stdout, force_styling=True)
        game.view = TerminalView(terminal, show_state=game.show_state)
        game.input_source = NoKeys()
        game.start()
        capsys.readouterr()
        game.step()
        screen = Screen(*CONSOLE_SCREEN)
        screen.feed(capsys.readouterr().out)
        return str(screen)

    return drawn


class NoKeys:
    def collect(self):
        return set()


def picture(width: int, height: int, lines: int) -> str:
    """What the game should look like: all its edges, its corners and its state."""
    edge = "═" * width
    between = [f"╠{edge}╣", *(f"║{f'k{i}: {i}':{width}}║" for i in range(lines))] if lines else []
    inside = [f"@{' ' * (width - 2)}@" if y in (0, height - 1) else " " * width for y in range(height)]
    return "\n".join([f"╔{edge}╗", *(f"║{row}║" for row in inside), *between, f"╚{edge}╝"])


def without_margins(screen: str) -> str:
    rows = [row for row in screen.split("\n") if row]
    margin = min(len(row) - len(row.lstrip()) for row in rows)
    return "\n".join(row[margin:] for row in rows)


@pytest.mark.parametrize(("lines", "size"), LARGEST.items())
def test_the_largest_board_that_is_said_to_fit_is_drawn_whole(drawn, lines, size):
    game = game_of(*size, lines)
    assert console_problem(game) is None
    assert without_margins(drawn(game)) == picture(*size, lines)


@pytest.mark.parametrize("wider", [(1, 0), (0, 1)])
@pytest.mark.parametrize(("lines", "size"), LARGEST.items())
def test_one_cell_more_and_it_is_not(drawn, lines, size, wider):
    size = (size[0] + wider[0], size[1] + wider[1])
    game = game_of(*size, lines)
    problem = console_problem(game)
    assert f"a board of {size[0]}×{size[1]}" in problem.what
    assert "make the board at most {}×{}".format(*LARGEST[lines]) in problem.hint
    with suppress(TerminalTooSmall):
        assert without_margins(drawn(game)) != picture(*size, lines)


def test_what_is_hidden_needs_no_room():
    assert console_problem(game_of(20, 16, 9))
    assert console_problem(game_of(20, 16, 9, show_state=["k1"])) is None
    assert console_problem(game_of(20, 19, 9, show_state=False)) is None
    assert console_problem(game_of(200, 100, 3, view_size=(20, 10))) is None


def test_the_games_of_retro_games():
    """None of them was made for the arcade."""
    note = console_note(find_game("snake").factory())
    assert note == (
        "a board of 32×16 with 5 lines of state below needs a terminal of 36×28 characters, and the retro "
        "arcade's has 80×24; there it would fit if you show at most 3 of these lines (show_state) or make the "
        "board at most 76×12"
    )
    assert "a terminal of 29×30" in console_note(find_game("nav").factory())
    assert "a terminal of 44×25" in console_note(find_game("beast").factory())


def test_so_much_state_that_no_board_fits():
    hint = console_problem(game_of(4, 4, 30)).hint
    assert "board" not in hint and "show at most 9 of these lines" in hint
    assert console_note(game_of(90, 30, 30)).endswith("if you show less of the state")


def test_state_is_left_out_until_the_rest_is_drawn_whole(drawn):
    snake = find_game("snake").factory()
    assert state_that_fits(snake, (36, 28), "score") == ["apple_dx", "apple_dy", "energy", "reward", "score"]
    shown = state_that_fits(snake, CONSOLE_SCREEN, "score")
    assert shown == ["score", "apple_dx", "apple_dy"]
    game = game_of(32, 16, 5)
    game.show_state = state_that_fits(game, CONSOLE_SCREEN, "k0")
    assert without_margins(drawn(game)) == picture(32, 16, 3)
    assert state_that_fits(game_of(20, 19, 3, show_state=False), CONSOLE_SCREEN, "k0") == []


def test_a_board_that_does_not_fit_even_without_state():
    with pytest.raises(
        RetroGamerError, match="80×24 characters, and the board of 25×25 needs at least 29×30"
    ):
        state_that_fits(find_game("nav").factory(), CONSOLE_SCREEN, "score")
