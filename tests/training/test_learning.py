"""Training works: small games are solved by each network, learner setting and memory, from a fixed seed."""

from __future__ import annotations

import random

import pytest

from retro_gamer import PolicyInput, TrainedPolicy
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.training.loading import load_trainer

CATCH = """\
import random

from retro.game import Game


class Basket:
    name = "basket"
    character = "U"
    position = (2, 4)

    def handle_keystroke(self, key, game):
        x = self.position[0] + {"KEY_LEFT": -1, "KEY_RIGHT": 1}[key.name]
        if 0 <= x < 5:
            self.position = (x, 4)


class Apple:
    character = "*"

    def __init__(self):
        self.position = (random.randrange(5), 0)

    def play_turn(self, game):
        x, y = self.position
        self.position = (x, y + 1)
        if y + 1 == 4:
            game.state["score"] += 1 if game.get_agent_by_name("basket").position == self.position else -1
            game.end()


def create_game():
    return Game([Basket(), Apple()], {"score": 0}, board_size=(5, 5))
"""

METADATA = {"actions": ["KEY_LEFT", "KEY_RIGHT"], "reward": "score", "character_set": ["U", "*"]}

TRAINING = {
    "training_episodes": 700,
    "games_in_step": 8,
    "memory_capacity": 3000,
    "batch_size": 32,
    "train_every": 4,
    "learning_starts": 200,
    "learning_rate": 0.003,
    "learning_rate_decay": 1.0,
    "epsilon_turns": 1500,
    "target_update_freq": 50,
    "checkpoint_every": 1000,
    "seed": 1,
}

LEARNERS = {
    "classic mlp": {"training": {"memory": "prioritized"}},
    "double n-step mlp seen from the player's place": {
        "preprocessing": {"encoder": "egocentric"},
        "training": {"memory": "uniform", "double": True, "n_step": 3},
    },
    "window": {"preprocessing": {"encoder": "egocentric", "radius": 4}, "training": {"double": True}},
    "cnn": {"model": {"network": "cnn", "hidden_sizes": [32]}, "training": {"threads": 1}},
}


@pytest.mark.parametrize("learner", LEARNERS)
def test_catch_is_learned(make_run, tmp_path, learner):
    """An apple falls past four rows; random play catches one in four of them, and who looks, all."""
    what = LEARNERS[learner]
    run = make_run(
        tmp_path,
        game=CATCH,
        metadata=METADATA,
        preprocessing=what.get("preprocessing"),
        model={"hidden_sizes": [32], **what.get("model", {})},
        training={**TRAINING, **what["training"]},
    )
    load_trainer(run).train()
    policy = TrainedPolicy(run.path)
    create_game = find_game((tmp_path / "game.py").as_posix()).factory
    random.seed(0)
    scores = []
    for _ in range(50):
        game = create_game()
        game.input_source = PolicyInput(policy, game)
        game.start()
        while game.playing:
            game.step()
        scores.append(game.state["score"])
    assert sum(scores) >= 48, scores
