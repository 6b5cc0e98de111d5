"""A small game to try parts on: collect coins before strength runs out. Quick to play and quick to learn."""

from __future__ import annotations

import random
from typing import Any

from retro.game import Game

WIDTH, HEIGHT = 6, 4
STRENGTH = 30

DESCRIPTION: dict[str, Any] = {
    "actions": ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"],
    "reward": "reward",
    "score": "coins",
    "character_set": ["@", "$"],
    "observe_state": ["strength"],
    "board_size": [WIDTH, HEIGHT],
    "player": "collector",
}

_STEPS = {"KEY_LEFT": (-1, 0), "KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_DOWN": (0, 1)}


class Collector:
    """Walks with the arrow keys; each step towards the coin is worth a little, the coin itself more."""

    name = "collector"
    character = "@"

    def __init__(self) -> None:
        self.position = _anywhere()

    def handle_keystroke(self, keystroke: Any, game: Game) -> None:
        if keystroke.name not in _STEPS:
            return
        coin = game.get_agent_by_name("coin")
        before = self.distance(coin)
        (x, y), (dx, dy) = self.position, _STEPS[keystroke.name]
        if game.on_board((x + dx, y + dy)):
            self.position = (x + dx, y + dy)
        game.state["reward"] += 0.1 * (before - self.distance(coin))

    def play_turn(self, game: Game) -> None:
        coin = game.get_agent_by_name("coin")
        if self.distance(coin) == 0:
            game.state["coins"] += 1
            game.state["reward"] += 1
            coin.position = _anywhere()
        game.state["strength"] = round(1 - game.turn_number / STRENGTH, 3)
        if game.turn_number == STRENGTH:
            game.end()

    def distance(self, other: Any) -> int:
        (x, y), (other_x, other_y) = self.position, other.position
        return abs(x - other_x) + abs(y - other_y)


class Coin:
    name = "coin"
    character = "$"

    def __init__(self) -> None:
        self.position = _anywhere()


def create_game() -> Game:
    """A fresh game."""
    state = {"coins": 0, "reward": 0.0, "strength": 1.0}
    return Game([Collector(), Coin()], state, board_size=(WIDTH, HEIGHT))


def _anywhere() -> tuple[int, int]:
    return random.randrange(WIDTH), random.randrange(HEIGHT)
