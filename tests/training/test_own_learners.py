"""Learners that are not DQN, each written from the documentation in one file: they learn, are resumed and play."""

from __future__ import annotations

import json
import shutil
import sys
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.evaluation.games import greedy, play_at_random, play_games
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import export_policy
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.runs.saved_state import is_state
from retro_gamer_core.training.loading import load_trainer

HERE = Path(__file__).parent / "own_learners"
EXAMPLE = Path(__file__).parents[2] / "examples/retro-gamer-tabular/retro_gamer_tabular/learner.py"
SOURCES = {name: HERE / f"{name}.py" for name in ("c51", "pqn", "reinforce")} | {"tabular": EXAMPLE}
CLASSES = {"tabular": "Tabular", "c51": "C51", "pqn": "PQN", "reinforce": "Reinforce"}

CORRIDOR = '''
"""A coin lies at one end of a corridor, and there is time to go to one end only."""

import random

from retro.game import Game


class Walker:
    name = "walker"
    character = "@"
    position = (3, 0)

    def handle_keystroke(self, key, game):
        x = self.position[0] + {"KEY_LEFT": -1, "KEY_RIGHT": 1}[key.name]
        self.position = (min(6, max(0, x)), 0)

    def play_turn(self, game):
        game.state["left"] -= 1
        if self.position == game.get_agent_by_name("coin").position:
            game.state["score"] += 1
            game.end()
        elif not game.state["left"]:
            game.end()


class Coin:
    name = "coin"
    character = "$"

    def __init__(self):
        self.position = (random.choice([0, 6]), 0)


def create_game():
    return Game([Walker(), Coin()], {"score": 0, "left": 6}, board_size=(7, 1))
'''
METADATA = {
    "actions": ["KEY_LEFT", "KEY_RIGHT"],
    "reward": "score",
    "character_set": ["@", "$"],
    "board_size": [7, 1],
}
GAMES = {"max_turns": 50, "seed": 3, "score_key": None}

every_learner = pytest.mark.parametrize("learner", sorted(CLASSES))


@pytest.fixture
def run_with(make_run, tmp_path, monkeypatch) -> Any:
    """A run of the corridor with one of the learners, which lies beside it in a file."""

    def run_with(learner: str, episodes: int, name: str = "run", /, **training: Any) -> RunDirectory:
        shutil.copy(SOURCES[learner], tmp_path / f"my_{learner}.py")
        sys.modules.pop(f"my_{learner}", None)
        settings = {
            "learner": f"my_{learner}:{CLASSES[learner]}",
            "training_episodes": episodes,
            "games_in_step": 8,
        }
        settings |= {
            "memory_capacity": 5_000,
            "batch_size": 32,
            "train_every": 8,
            "checkpoint_every": 1_000_000,
        }
        sections = {"game": CORRIDOR, "metadata": METADATA, "model": {"hidden_sizes": [32]}}
        sections["logging"] = {"loggers": ["training_log", "json_lines"]}
        return make_run(tmp_path, name, training={**settings, **training}, **sections)

    # What conftest sets for DQN is no option of these.
    monkeypatch.delitem(sys.modules["tests.training.conftest"].QUICK, "target_update_freq")
    monkeypatch.syspath_prepend(str(tmp_path))
    return run_with


@every_learner
def test_it_plays_better_than_at_random_also_from_its_checkpoint(run_with, learner):
    run = run_with(learner, 1_500)
    trainer = load_trainer(run)
    assert trainer.train().reason == "finished"
    policy, create_game = TrainedPolicy(run.path), find_game(trainer.config.game).factory
    player = policy.player_in(create_game())
    played = play_games(greedy(player.learner), create_game, player, 60, **GAMES)
    at_random = play_at_random(create_game, player, 60, **GAMES)
    assert fmean(game.total_reward for game in played) > fmean(game.total_reward for game in at_random) + 0.3
    same = play_games(greedy(trainer.player.learner), create_game, trainer.player, 60, **GAMES)
    assert [game.total_reward for game in same] == [game.total_reward for game in played]
    assert is_state(policy.path)  # in the format of the core, as nobody has named another
    assert policy.get_action(create_game()) in ("KEY_LEFT", "KEY_RIGHT", None)


@every_learner
@pytest.mark.parametrize("n_step", [1, 3])
def test_stopped_and_resumed_is_the_same_as_not_stopped(
    run_with, learner, n_step, stop_at, outcome_of, assert_same
):
    outcomes = []
    for name, stops in (("whole", []), ("parts", [160, 400])):
        run = run_with(learner, 150, name, n_step=n_step, gamma=0.9)
        for turns in stops:
            trainer = load_trainer(run)
            trainer.load_newest()
            trainer.train(stop=stop_at(trainer, turns))
        trainer = load_trainer(run)
        assert trainer.load_newest() == bool(stops)
        assert trainer.train().reason == "finished"
        outcomes.append(outcome_of(run))
    whole, parts = outcomes
    for name in parts["checkpoints"].keys() - whole["checkpoints"].keys():
        del parts["checkpoints"][name]
    assert_same(whole, parts)


def test_everything_a_learner_tells_is_logged(run_with):
    run = run_with("pqn", 60)
    load_trainer(run).train()
    told = [json.loads(line) for line in run.events.read_text(encoding="utf-8").splitlines()]
    numbers = [event["statistics"] for event in told if event["event"] == "episode"]
    assert len(numbers) == 60 and all(each.keys() == {"epsilon", "gathered"} for each in numbers)
    assert {each["gathered"] for each in numbers} > {0.0}


def test_it_is_told_which_game_each_turn_belongs_to_and_where_episodes_begin(run_with, tmp_path):
    heard = []
    trainer = load_trainer(run_with("pqn", 40))
    learner = trainer.player.learner
    observe, act = learner.observe, learner.act
    learner.observe = lambda transitions: (heard.append(transitions), observe(transitions))[1]
    steps = []
    learner.act = lambda asked: (steps.append(asked), act(asked))[1]
    trainer.train()
    for asked, turns in zip(steps, heard, strict=True):
        np.testing.assert_array_equal(turns.games, asked.games)
        np.testing.assert_array_equal(turns.began, asked.began)
    assert steps[0].began.all()
    for before, after in pairwise(heard):
        np.testing.assert_array_equal(after.began, before.discounts == 0)  # no turn limit is met here


def test_a_learner_is_told_what_it_is_trained_with(run_with):
    trainer = load_trainer(run_with("reinforce", 10, gamma=0.8))
    assert trainer.player.learner.gamma == 0.8 and len(trainer.player.learner.running) == 8


def test_a_network_has_as_many_outputs_as_are_asked_for(run_with):
    network = load_trainer(run_with("c51", 10)).player.learner.network
    assert list(network.state_dict().values())[-1].shape == (33,)


def test_several_outputs_for_each_action_play_from_a_file_without_torch(run_with, tmp_path):
    run = run_with("c51", 200)
    load_trainer(run).train()
    plugins = installed_plugins()
    learned = CheckpointPolicy(run, None, plugins)
    create_game = find_game(learned.game).factory
    export_policy(learned, create_game(), tmp_path / "c51.rgp", plugins=plugins)
    from_run, from_file = TrainedPolicy(run.path), TrainedPolicy(tmp_path / "c51.rgp")
    values = np.array(
        [
            [policy.q_values(game) for policy in (from_run, from_file)]
            for game in map(started, [create_game] * 20)
        ]
    )
    np.testing.assert_allclose(values[:, 0], values[:, 1], rtol=1e-3, atol=1e-4)
    assert np.ptp(values) > 0.1


def started(create_game):
    game = create_game()
    game.start()
    return game


def test_a_checkpoint_of_another_learner_is_told_and_not_taken_for_damage(run_with, stop_at):
    from retro_gamer_core.errors import CheckpointIncompatible

    run = run_with("pqn", 40)
    load_trainer(run).train()
    text = run.config.read_text(encoding="utf-8")
    run.config.write_text(text.replace("my_pqn:PQN", "dqn"), encoding="utf-8")
    for state in run.newest_states():
        state.unlink()
    installed_plugins.cache_clear()
    with pytest.raises(CheckpointIncompatible, match="another algorithm"):
        load_trainer(run).load_newest()


OF_DQN = """
from retro_gamer_dqn.learner import DQNLearner


class Bolder(DQNLearner):
    def __init__(self, context, *, boldness: float = 0.5, **options):
        super().__init__(context, **options)
        self.boldness = boldness
"""


def test_a_learner_made_of_dqn_has_its_options_and_each_is_checked(make_run, tmp_path, monkeypatch):
    (tmp_path / "bolder.py").write_text(OF_DQN, encoding="utf-8")
    settings = {"learner": "bolder:Bolder", "training_episodes": 10}
    right = make_run(tmp_path, "right", training={**settings, "boldness": 0.7, "epsilon": 0.25})
    trainer = load_trainer(right)
    assert trainer.train().reason == "finished"
    learner = trainer.player.learner
    assert (learner.boldness, round(learner.statistics()["epsilon"], 2)) == (0.7, 0.25)
    wrong = make_run(tmp_path, "wrong", training={**settings, "epsilno": 0.5, "learning_rate": 2.0})
    with pytest.raises(ConfigurationError) as refused:
        load_trainer(wrong)
    assert sorted(problem.what.partition(" ")[0] for problem in refused.value.problems) == [
        "epsilno",
        "learning_rate",
    ]


NO_RIGHT = """
import numpy as np
from retro_gamer_encoders.whole_board import WholeBoard


class NoRight(WholeBoard):
    def action_mask(self, frame):
        return np.array([True, frame.player[0] < 4, True])
"""


@pytest.mark.parametrize("game_process", [False, True])
@pytest.mark.parametrize("learner", ["tabular", "reinforce", "dqn"])
def test_what_the_encoder_forbids_is_never_done(run_with, learner, game_process, tmp_path):
    (tmp_path / "no_right.py").write_text(NO_RIGHT, encoding="utf-8")
    kind = {"learner": "dqn"} if learner == "dqn" else {}
    run = run_with("pqn" if learner == "dqn" else learner, 30, **kind, game_process=game_process)
    text = run.config.read_text(encoding="utf-8")
    run.config.write_text(
        text.replace("[preprocessing]", '[preprocessing]\nencoder = "no_right:NoRight"'), "utf-8"
    )
    trainer = load_trainer(run)
    assert trainer.config.encoder.name == "no_right:NoRight"
    act, asked = trainer.player.learner.act, []
    trainer.player.learner.act = lambda steps: asked.append((steps, act(steps))) or asked[-1][1]
    trainer.train()
    forbidden = np.concatenate([~steps.mask[:, 1] for steps, _ in asked])
    pressed = np.concatenate([actions for _, actions in asked])
    assert forbidden.any() and not (pressed[forbidden] == 1).any() and (pressed == 1).any()
    create_game = find_game(trainer.config.game).factory
    player = TrainedPolicy(run.path).player_in(create_game())
    played = play_games(greedy(player.learner), create_game, player, 20, **GAMES)
    assert not any(game.error for game in played)
