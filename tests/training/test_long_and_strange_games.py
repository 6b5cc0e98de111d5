"""Games that never end, rewards that are no numbers, networks that behave otherwise while they learn."""

from __future__ import annotations

import sys
from itertools import count

import numpy as np
import pytest
import torch
from learning.made_by_hand import some_observations
from retro.agent import ArrowKeyAgent
from retro.game import Game

from retro_gamer import DQNTrainer, GameMetadata
from retro_gamer_core import Batch, LearnerContext, ObservationSpec, Transitions
from retro_gamer_core.errors import GameError, LearningDiverged, PluginError
from retro_gamer_core.training import loop as training_loop
from retro_gamer_dqn.learner import DQNLearner
from retro_gamer_networks import own_module

SPEC = ObservationSpec(2, 3, ("@",))
SETTINGS = {
    "network": "mlp",
    "hidden_sizes": [4],
    "learning_starts": 20,
    "batch_size": 8,
    "memory_capacity": 500,
    "checkpoint_every": 2,
}


def metadata() -> GameMetadata:
    return GameMetadata(["KEY_LEFT", "KEY_RIGHT"], "score", ["*"])


class Walker(ArrowKeyAgent):
    position = (1, 1)

    def play_turn(self, game):
        game.state["score"] += 1


def endless_game() -> Game:
    return Game([Walker()], {"score": 0}, board_size=(5, 3))


def test_long_games_count_however_many_are_turned_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(training_loop, "TURNS_BETWEEN_RESETS", 10)
    trainer = DQNTrainer(
        endless_game, metadata(), tmp_path / "run", training_episodes=20, games_in_step=8,
        max_turns_per_episode=15, **SETTINGS,
    )  # fmt: skip
    outcome = trainer.train()
    assert outcome.episodes == 20
    # Two full rounds of eight and part of a third: no game was given up before its turn limit.
    assert outcome.total_turns == 3 * 8 * 15


def test_a_reward_that_is_no_number_costs_its_episode(tmp_path):
    class Divider(Walker):
        def play_turn(self, game):
            super().play_turn(game)
            if game.turn_number == 9:
                game.state["score"] = float("nan")

    made = []

    def create_game():
        made.append(1)
        walker = Divider() if len(made) % 3 == 0 else Walker()
        return Game([walker], {"score": 0}, board_size=(5, 3))

    trainer = DQNTrainer(
        create_game, metadata(), tmp_path / "run", training_episodes=9, max_turns_per_episode=20, **SETTINGS
    )
    assert trainer.train().reason == "finished"
    log = (tmp_path / "run" / "training.log").read_text(encoding="utf-8")
    assert 'state["score"] became nan' in log
    weights = torch.load(tmp_path / "run" / "checkpoints" / "final.pt", weights_only=True)["model_state_dict"]
    assert all(torch.isfinite(weight).all() for weight in weights.values())


@pytest.mark.parametrize("memory", ["uniform", "prioritized"])
def test_a_learner_that_diverges_is_stopped_and_what_was_saved_stays_good(tmp_path, monkeypatch, memory):
    learn, updates = DQNLearner.learn, count()

    def diverging(self, batch):
        result = learn(self, batch)
        nothing = np.full_like(result.td_errors, np.nan)
        return type(result)(float("nan"), nothing) if next(updates) >= 10 else result

    monkeypatch.setattr(DQNLearner, "learn", diverging)
    trainer = DQNTrainer(
        endless_game, metadata(), tmp_path / "run", training_episodes=9, max_turns_per_episode=15,
        memory=memory, **SETTINGS,
    )  # fmt: skip
    with pytest.raises(LearningDiverged, match="learning_rate"):
        trainer.train()
    monkeypatch.undo()
    again = DQNTrainer(
        endless_game, metadata(), tmp_path / "run", training_episodes=9, max_turns_per_episode=15,
        memory=memory, **SETTINGS,
    )  # fmt: skip
    assert again.train().reason == "finished"


@pytest.mark.parametrize("broken", ["start", "state"])
def test_a_game_that_cannot_even_begin_costs_its_episode(tmp_path, broken):
    made = []

    class NoStart(Game):
        def start(self):
            raise RuntimeError("not today")

    def create_game():
        made.append(1)
        fails = len(made) % 4 == 0
        kind = NoStart if fails and broken == "start" else Game
        state = {} if fails and broken == "state" else {"score": 0}
        return kind([Walker()], state, board_size=(5, 3))

    trainer = DQNTrainer(
        create_game, metadata(), tmp_path / "run", training_episodes=8, max_turns_per_episode=10, **SETTINGS
    )
    assert trainer.train().reason == "finished"
    log = (tmp_path / "run" / "training.log").read_text(encoding="utf-8")
    assert ("not today" if broken == "start" else 'state["score"] became None') in log


def test_games_that_never_begin_are_an_explained_error(tmp_path):
    made = []

    class NoStart(Game):
        def start(self):
            if len(made) > 3:
                raise RuntimeError("not today")
            super().start()

    def create_game():
        made.append(1)
        return NoStart([Walker()], {"score": 0}, board_size=(5, 3))

    trainer = DQNTrainer(
        create_game, metadata(), tmp_path / "run", training_episodes=30, max_turns_per_episode=10, **SETTINGS
    )
    with pytest.raises(GameError, match="not today"):
        trainer.train()


def test_going_back_to_a_checkpoint_in_one_session_forgets_the_other_future(tmp_path):
    trainer = DQNTrainer(
        endless_game, metadata(), tmp_path / "run", training_episodes=6, max_turns_per_episode=10, **SETTINGS
    )
    trainer.train()
    trainer.load_checkpoint("ep_0002")
    loop = trainer._trainer.loop
    assert len(loop.memory) == 0
    assert (loop.turns, loop.episodes) == (20, 2)


def test_learning_starts_may_be_lowered_on_the_way(tmp_path):
    late = {**SETTINGS, "learning_starts": 450}
    options = {"max_turns_per_episode": 10}
    DQNTrainer(endless_game, metadata(), tmp_path / "run", training_episodes=4, **options, **late).train()
    soon = DQNTrainer(endless_game, metadata(), tmp_path / "run", training_episodes=8, **options, **SETTINGS)
    soon.train()
    assert soon._trainer.loop.updates > 0


def test_a_script_that_names_the_first_characters_goes_on_after_more_were_added(tmp_path):
    class Changing(Walker):
        def play_turn(self, game):
            super().play_turn(game)
            self.character = "*" if game.turn_number < 5 else "+"

    def run_script(episodes):
        return DQNTrainer(
            lambda: Game([Changing()], {"score": 0}, board_size=(5, 3)), metadata(), tmp_path / "run",
            training_episodes=episodes, max_turns_per_episode=10, unknown_character_strategy="extend", **SETTINGS,
        ).train()  # fmt: skip

    run_script(3)
    assert run_script(6).episodes == 6


class WithDropoutAndNorm(torch.nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(n_inputs, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.5),
            torch.nn.Linear(8, n_outputs),
        )  # fmt: skip

    def forward(self, x):
        return self.layers(x)


def test_dropout_and_batch_norm_are_for_learning_only():
    context = LearnerContext(
        SPEC, ("w", None), lambda spec: own_module.build(spec, 2, factory=WithDropoutAndNorm), "own", "cpu", 0
    )
    learner = DQNLearner(context)
    one = some_observations(SPEC, 1)
    np.testing.assert_array_equal(learner.q_values(one), learner.q_values(one))
    batch = Batch(
        Transitions(
            some_observations(SPEC, 8),
            np.zeros(8, np.int64),
            np.ones(8, np.float32),
            np.full(8, 0.9, np.float32),
            some_observations(SPEC, 8, 1),
        ),
        np.arange(8),
        np.ones(8, np.float32),
    )
    learner.learn(batch)
    np.testing.assert_array_equal(learner.q_values(one), learner.q_values(one))
    seen = {
        name: int(value) for name, value in learner.state_dict()["online"].items() if "num_batches" in name
    }
    unseen = {
        name: int(value) for name, value in learner.state_dict()["target"].items() if "num_batches" in name
    }
    assert set(seen.values()) == {1} and set(unseen.values()) == {0}


class WrongCodes:
    """An encoder that breaks its own promise, in one of two ways."""

    def __init__(self, metadata, *, what="codes"):
        self.spec = ObservationSpec(2, 2, ("*",), features=("luck",))
        self._what = what

    def encode(self, frame, cells, features):
        cells[...] = 200 if self._what == "codes" else 0
        features[...] = float("nan") if self._what == "features" else 0


@pytest.mark.parametrize(("what", "words"), [("codes", "code 200.*codes 0 to 1"), ("features", "'luck'")])
def test_an_encoder_that_breaks_its_promise_is_refused_at_once(tmp_path, monkeypatch, what, words):
    monkeypatch.setitem(sys.modules, "wrong_codes", sys.modules[__name__])
    trainer = DQNTrainer(
        endless_game, metadata(), tmp_path / "run", {"encoder": "wrong_codes:WrongCodes", "what": what},
        training_episodes=3, max_turns_per_episode=10, **SETTINGS,
    )  # fmt: skip
    with pytest.raises(PluginError, match=words):
        trainer.train()
