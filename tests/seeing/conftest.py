"""Games made up by hypothesis, and small ones written by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st
from retro.game import Game
from retro.input import ProgrammaticInput

CHARACTERS = "ab#é█"


class Sprite:
    """A character with just the attributes it was given: an absent one is not the same as None."""

    def __init__(self, look: dict[str, Any]) -> None:
        self.become(look)

    def become(self, look: dict[str, Any]) -> None:
        vars(self).clear()
        vars(self).update(look)


@dataclass
class Director:
    """Changes the others as written in a script, turn by turn, from behind the scenes."""

    script: list[dict[str, Any]]
    cast: list[Sprite] = field(default_factory=list)
    display = False

    def play_turn(self, game: Game) -> None:
        if game.turn_number > len(self.script):
            game.end()
            return
        scene = self.script[game.turn_number - 1]
        game.state.update(scene["state"])
        for number, look in scene["changes"]:
            if self.cast:
                self.cast[number % len(self.cast)].become(look)
        for number in scene["leaving"]:
            if self.cast:
                game.remove_agent(self.cast.pop(number % len(self.cast)))
        for look in scene["entering"]:
            self.enter(look, game)

    def enter(self, look: dict[str, Any], game: Game) -> None:
        # retro-games lets no character in whose z is None, and lets it become None afterwards.
        sprite = Sprite({**look, "z": 0})
        game.add_agent(sprite)
        sprite.become(look)
        self.cast.append(sprite)


@dataclass
class Play:
    """A game that can be put on again and again: its board, first scene and script."""

    board_size: tuple[int, int]
    first: list[dict[str, Any]]
    state: dict[str, Any]
    script: list[dict[str, Any]]

    def __call__(self) -> Game:
        director = Director(self.script)
        game = Game([director], {}, board_size=self.board_size)
        game.state.update(self.state)
        for look in self.first:
            director.enter(look, game)
        return game


@st.composite
def looks(draw: st.DrawFn, board_size: tuple[int, int]) -> dict[str, Any]:
    letters = st.sampled_from(CHARACTERS)
    look: dict[str, Any] = {"character": draw(st.one_of(letters, st.sampled_from(["", "ab", " "])))}
    look.update(
        draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "z": st.sampled_from([None, 0, 0, 1, 2, -1]),
                    "display": st.booleans(),
                    "size": st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3)),
                },
            )
        )
    )
    width, height = look.get("size") or (1, 1)
    if "size" in look:
        row = st.text(st.sampled_from(CHARACTERS + " "), max_size=width)
        grid = st.lists(row, max_size=height)
        look["character"] = draw(st.one_of(st.just(look["character"]), grid, grid.map(tuple)))
    if look.get("display", True):
        x, y = st.integers(0, board_size[0] - width), st.integers(0, board_size[1] - height)
    else:
        x = y = st.integers(-3, 12)
    look["position"] = draw(st.tuples(x, y))
    return look


NUMBERS = st.integers(-100, 100) | st.floats(-1e6, 1e6, width=32) | st.booleans()


@st.composite
def plays(draw: st.DrawFn) -> Play:
    board_size = draw(st.tuples(st.integers(3, 7), st.integers(3, 5)))
    look = looks(board_size)
    state = st.fixed_dictionaries(
        {
            "score": st.integers(-10, 10),
            "lives": NUMBERS,
            "fast": st.booleans(),
            "heading": st.tuples(NUMBERS, NUMBERS),
            "alone": st.tuples(NUMBERS),
            "nothing": st.just(()),
        }
    )
    scene = st.fixed_dictionaries(
        {
            "state": state,
            "changes": st.lists(st.tuples(st.integers(0, 9), look), max_size=3),
            "leaving": st.lists(st.integers(0, 9), max_size=1),
            "entering": st.lists(look, max_size=2),
        }
    )
    return Play(
        board_size,
        draw(st.lists(look, max_size=6)),
        draw(state),
        draw(st.lists(scene, min_size=1, max_size=4)),
    )


@pytest.fixture(scope="session")
def made_up_games() -> st.SearchStrategy[Play]:
    """Factories of games full of overlaps, heights, large characters, comings and goings."""
    return plays()


class Walker:
    """Moves on a key, and only then: retro-games itself does not notice."""

    name = "walker"
    character = "@"

    def __init__(self, position: tuple[int, int] = (1, 1)) -> None:
        self.position = position

    def handle_keystroke(self, keystroke: Any, game: Game) -> None:
        x, y = self.position
        moved = {
            "KEY_LEFT": (x - 1, y),
            "KEY_RIGHT": (x + 1, y),
            "KEY_UP": (x, y - 1),
            "KEY_DOWN": (x, y + 1),
        }
        position = moved.get(keystroke.name, self.position)
        if game.on_board(position):
            self.position = position


@pytest.fixture(scope="session")
def walker() -> type[Walker]:
    return Walker


@dataclass
class Dice:
    """Throws a die each turn: it moves, scores, and now and then ends the game or breaks it."""

    end_at: float = 0.1
    raise_at: float = 0.0
    draw: Callable[[], float] = random.random
    name = "dice"
    character = "a"
    position = (0, 0)

    def handle_keystroke(self, keystroke: Any, game: Game) -> None:
        game.state["score"] += ord(str(keystroke)) / 8

    def play_turn(self, game: Game) -> None:
        self.position = (int(8 * self.draw()), int(4 * self.draw()))
        self.character = "ab#"[int(3 * self.draw())]
        game.state["luck"] = self.draw()
        game.state["score"] += round(8 * self.draw()) / 8
        if self.draw() < self.raise_at:
            raise ZeroDivisionError("the die fell off the table")
        if self.draw() < self.end_at:
            game.end()


@pytest.fixture(scope="session")
def dice() -> Callable[..., Callable[[], Game]]:
    """``dice(end_at=…, raise_at=…, draw=…)``: a factory of games that are random through and through."""

    def factory(**settings: Any) -> Callable[[], Game]:
        return lambda: Game([Dice(**settings)], {"score": 0.0, "luck": 0.0}, board_size=(8, 4))

    return factory


@pytest.fixture(scope="session")
def started() -> Callable[..., Game]:
    """``started(game, view)``: the game with keys to press, begun."""

    def start(game: Game, view: Any = None) -> Game:
        game.input_source, game.view = ProgrammaticInput(), view
        game.start()
        return game

    return start
