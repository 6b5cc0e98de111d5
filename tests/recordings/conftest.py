"""Games to record: those that come with retro-games, and two that are hard to take down."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from retro.examples import beast, nav, snake
from retro.game import Game

from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.playing.environment import complete_metadata

ARROWS = ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"]
STEPS = {"KEY_LEFT": (-1, 0), "KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_DOWN": (0, 1)}


class Wanderer:
    """Goes where its own generator sends it, unless a key is pressed; ends in the corner."""

    name = "<script>alert('wanderer')</script>"
    character = "犬"
    position = (2, 2)
    color = "red_on_black"

    def __init__(self) -> None:
        self.own = random.Random(random.random())
        self.own_numpy = np.random.default_rng(random.randrange(2**32))

    def handle_keystroke(self, key: Any, game: Game) -> None:
        self.go(STEPS[key.name], game)

    def play_turn(self, game: Game) -> None:
        self.go(self.own.choice(list(STEPS.values())), game)
        game.state["<b>score"] += int(self.own_numpy.integers(3)) - random.randrange(2)
        if self.position == (5, 3):
            game.end()

    def go(self, step: tuple[int, int], game: Game) -> None:
        x, y = (a + b for a, b in zip(self.position, step, strict=True))
        if game.on_board((x, y)):
            self.position = x, y


class Shy(Wanderer):
    """The same, with what can be neither pickled nor copied: a generator function, and its order in a set."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = (n for n in range(10**9))
        self.places = {(x, y) for x in range(6) for y in range(4)}

    def play_turn(self, game: Game) -> None:
        next(self.numbers)
        self.places.discard(self.position)
        if self.places:
            self.position = random.choice(list(self.places))
        super().play_turn(game)


class Closed(Wanderer):
    """The same, with a function of its own that means this one, so that no copy of it would be its own."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

        def counted() -> int:
            self.count += 1
            return self.count

        self.counted = counted

    def play_turn(self, game: Game) -> None:
        super().play_turn(game)
        game.state["<b>score"] += self.counted() % 3


def wandering_with(character: type) -> Callable[[], Game]:
    def create_game() -> Game:
        return Game([character()], {"<b>score": 0}, board_size=(6, 4))

    return create_game


GAMES: dict[str, tuple[Callable[[], Game], str]] = {
    "snake": (snake.create_game, "reward"),
    "nav": (nav.create_game, "score"),
    "beast": (beast.create_game, "score"),
    "own generators": (wandering_with(Wanderer), "<b>score"),
    "no pickling": (wandering_with(Shy), "<b>score"),
    "a closure": (wandering_with(Closed), "<b>score"),
}


@pytest.fixture(scope="session", params=GAMES)
def any_game(request) -> tuple[Callable[[], Game], GameMetadata]:
    create_game, reward = GAMES[request.param]
    metadata = GameMetadata(actions=ARROWS, reward=reward, score=reward)
    complete_metadata(metadata, create_game)
    return create_game, metadata
