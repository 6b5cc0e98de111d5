"""Nobody moves the random numbers of a training, and a training moves nobody's."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.playing.survey import survey_game
from retro_gamer_core.training.loading import load_trainer

COIN = ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"]

PARTS = """\
import random

import numpy as np
from retro_gamer_dqn.learner import DQNLearner


class Dicing(DQNLearner):
    def __init__(self, context, target_update_freq: int = 500):
        super().__init__(context, target_update_freq=target_update_freq)

    def act(self, steps):
        actions = super().act(steps)
        if random.random() < 0.3 or np.random.randn() > 1:
            actions[:] = random.randrange(4)
        return actions

    def learn(self, batch):
        random.gauss(0, 1)
        return super().learn(batch)
"""


@pytest.mark.parametrize("games", [1, 3])
def test_a_learner_that_draws_from_the_global_generators_goes_on_exactly(
    make_run, outcome_of, assert_same, stop_at, tmp_path, monkeypatch, games
):
    """It should draw from its seed; where it does not, what it draws is saved with everything else."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "dicing_parts.py").write_text(PARTS, encoding="utf-8")
    training = {"learner": "dicing_parts:Dicing", "games_in_step": games}
    outcomes = []
    for name, stops in (("whole", []), ("parts", [90, 150])):
        run = make_run(tmp_path, name, training=training)
        for turns in stops:
            random.seed(turns), np.random.seed(turns)
            trainer = load_trainer(run)
            trainer.load_newest()
            trainer.train(stop=stop_at(trainer, turns))
        random.seed(), np.random.seed()
        trainer = load_trainer(run)
        assert trainer.load_newest() == bool(stops)
        assert trainer.train().reason == "finished"
        outcomes.append(outcome_of(run))
    whole, parts = outcomes
    for name in parts["checkpoints"].keys() - whole["checkpoints"].keys():
        del parts["checkpoints"][name]
    assert_same(parts, whole)


def test_a_program_that_trains_keeps_its_own_random_numbers(make_run, tmp_path, heard):
    def train() -> None:
        run = make_run(tmp_path, metadata={"actions": COIN, "reward": "score"})  # characters are found out
        trainer = load_trainer(run)
        trainer.load_newest()
        trainer.train([heard])

    assert _numbers_after(train) == _numbers_after(lambda: None)


def test_a_state_of_before_parts_had_a_chance_of_their_own_goes_on_exactly(
    make_run, outcome_of, assert_same, stop_at, tmp_path
):
    outcomes = []
    for name, turns in (("whole", None), ("parts", 100)):
        run = make_run(tmp_path, name, training={"games_in_step": 3})
        trainer = load_trainer(run)
        if turns:
            trainer.train(stop=stop_at(trainer, turns))
            _forget_chance(run.newest_states()[0])
            trainer = load_trainer(run)
            assert trainer.load_newest()
        assert trainer.train().reason == "finished"
        outcomes.append(outcome_of(run))
    whole, parts = outcomes
    for name in parts["checkpoints"].keys() - whole["checkpoints"].keys():
        del parts["checkpoints"][name]
    assert_same(parts, whole)


NUMPY_GAME = """\
import numpy as np
from retro.game import Game


class Walker:
    name = "walker"
    position = (2, 2)
    character = "@"

    def play_turn(self, game):
        self.character = "abcdefghijklmnopqrstuvwxyz"[np.random.randint(26)]
        game.state["score"] += int(np.random.randint(100) ** 2)
        if np.random.rand() < 0.2:
            game.end()


def create_game():
    return Game([Walker()], {"score": 0}, board_size=(6, 4))
"""


def test_what_is_found_out_of_a_game_that_draws_from_numpy_comes_from_the_seed(make_run, tmp_path):
    run = make_run(
        tmp_path,
        game=NUMPY_GAME,
        metadata={"actions": COIN, "reward": "score"},
        training={"exploration_turns": 12},
    )
    found = []
    for _ in range(3):
        np.random.seed()
        found.append(load_trainer(run).config.metadata.character_set)
    assert found[0] == found[1] == found[2]


class Rewards:
    """Looks on, and keeps the first rewards."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def __call__(self, moment) -> None:
        if moment.reward is not None:
            self.seen = [*self.seen, moment.reward][:10]


def test_the_first_look_at_a_game_comes_from_its_seed_alone():
    space: dict = {}
    exec(NUMPY_GAME, space)
    seen = []
    for seed in (1, 1, 2):
        np.random.seed(), random.seed()
        rewards = Rewards()
        survey_game("walk", space["create_game"], GameMetadata(COIN, "score", ["@"]), [rewards], seed=seed)
        seen.append(rewards.seen)
    assert seen[0] == seen[1] != seen[2]


def _numbers_after(do: Callable[[], object]) -> list[float]:
    random.seed(1), np.random.seed(2)
    random.gauss(0, 1), np.random.randn()  # each puts the next one by
    do()
    return [random.gauss(0, 1), random.random(), np.random.randn(), np.random.rand()]


def _forget_chance(path) -> None:
    from retro_gamer_core.runs.saved_state import read_state, write_state

    state = read_state(path)
    del state["loop"]["chance"]
    write_state(path, state)
