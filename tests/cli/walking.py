"""A small game for the tests of ``train`` and ``play``: somebody walks about until luck or time runs out."""

from __future__ import annotations

_GAME = """\
import random

from retro.agent import ArrowKeyAgent
from retro.game import Game


class Walker(ArrowKeyAgent):
    position = (2, 1)

    def play_turn(self, game):
        game.state["luck"] += random.choice([-1, 1])
        if {ends}:
            game.end()


def create_game():
    return Game([Walker()], {{"luck": 0}}, board_size={board_size})
"""

_CONFIG = """\
[game]
name = "{game}"

[metadata]
actions = ["KEY_LEFT", "KEY_RIGHT"]
reward = "luck"
character_set = ["*"]

[model]
network = "mlp"
hidden_sizes = [4]

[training]
training_episodes = {episodes}
checkpoint_every = 10
learning_starts = 20
batch_size = 8
memory_capacity = 500
seed = 1
device = "{device}"
"""


def walk_game(ends: str = "game.turn_number == 15", board_size: tuple[int, int] = (5, 3)) -> str:
    """The source of the game, which ends when the expression ``ends`` is true."""
    return _GAME.format(ends=ends, board_size=board_size)


def walk_config(game: str, *, episodes: int, device: str = "cpu") -> str:
    """A ``config.toml`` that trains the game at the path ``game`` in a moment."""
    return _CONFIG.format(game=game, episodes=episodes, device=device)
