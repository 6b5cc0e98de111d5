"""Numbers of numpy and others, from games and parts: what is saved can be read back, or is not called saved."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from retro_gamer_core.errors import GameError, PluginError, RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.training.loading import load_trainer
from retro_gamer_dqn import checkpoint

KINDS = {
    "int64": "np.int64",
    "uint8": "np.uint8",
    "float32": "np.float32",
    "longdouble": "np.longdouble",
    "bool": "lambda n: np.bool_(n) if n < 2 else n",
    "array": "np.array",
    "truth": "lambda n: bool(n) if n < 2 else n",
    "decimal": "Decimal",
    "fraction": "Fraction",
}
OBSERVED = {"training": {"evaluate_every": 200, "evaluation_games": 2, "games_in_step": 2}}


@pytest.fixture
def game_with(coin_game) -> Callable[[str], str]:
    """``game_with("np.float32")``: the coins, counted in such numbers from the first turn on."""

    def game_with(kind: str) -> str:
        imports = "from decimal import Decimal\nfrom fractions import Fraction\nimport numpy as np\n"
        counting = f'game.state["score"] = ({kind})(game.state["score"])'
        line = '        game.state["strength"] -= 1\n'
        return imports + coin_game.replace(line, f"{line}        {counting}\n")

    return game_with


@pytest.fixture(scope="module")
def plain_outcome(make_run, outcome_of, coin_game, tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("plain"), game=coin_game, **OBSERVED)
    load_trainer(run).train()
    return outcome_of(run)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_score_of_any_kind_of_number_trains_as_a_plain_one(
    make_run, game_with, outcome_of, assert_same, plain_outcome, tmp_path, kind
):
    run = make_run(tmp_path, game=game_with(kind), **OBSERVED)
    load_trainer(run).train()
    assert_same(outcome_of(run), plain_outcome)  # every checkpoint is read with weights_only on the way
    assert TrainedPolicy(run.path, "final").episode == 40
    assert load_trainer(run).load_newest()


def an_environment(directory: Path, source: str) -> GameEnvironment:
    (directory / "game.py").write_text(source, encoding="utf-8")
    found = find_game(str(directory / "game.py"))
    return GameEnvironment(found.factory, GameMetadata(actions=("KEY_LEFT",), reward="score"))


def test_numpys_whole_numbers_do_not_wrap_around(game_with, tmp_path):
    source = game_with("lambda n: np.uint8(3 - game.turn_number)")
    environment = an_environment(tmp_path, source)
    environment.reset()
    rewards = [environment.step(None)[1] for _ in range(3)]
    assert rewards[1:] == [-1.0, -1.0] and {type(reward) for reward in rewards} == {float}


@pytest.mark.parametrize("value", ["None", "'three'", "[3]", "3j", "float('nan')", "10**5000"])
def test_a_score_that_becomes_no_number_names_the_key(make_run, game_with, tmp_path, value):
    run = make_run(tmp_path, game=game_with(f"lambda n: {value}"))
    with pytest.raises(GameError, match=r'state\["score"\] became') as raised:
        load_trainer(run).train()
    assert raised.value.problem.where == 'reward = "score"'


def test_a_score_that_is_taken_away_names_the_key(make_run, coin_game, tmp_path):
    source = coin_game.replace('game.state["strength"] -= 1', 'game.state.pop("score", None)')
    with pytest.raises(GameError, match=r'state\["score"\] became None'):
        load_trainer(make_run(tmp_path, game=source)).train()


PARTS = """
import numpy as np
import torch
from torch import nn
from retro_gamer_dqn.learner import DQNLearner

class Own(DQNLearner):
    def __init__(self, context, target_update_freq: int = 500):
        super().__init__(context, target_update_freq=target_update_freq)

class Numpy(Own):
    def statistics(self):
        return {name: np.float64(value) for name, value in super().statistics().items()}

class Unreadable(Own):
    def checkpoint(self):
        return {**super().checkpoint(), "made_by": object}

class Extra(nn.Module):
    def __init__(self, spec, n_outputs, hidden_sizes=()):
        super().__init__()
        self.last = nn.Linear(spec.n_inputs, n_outputs)
    def forward(self, cells, features):
        return self.last(nn.functional.one_hot(cells.long().flatten(1), 3)[..., 1:].flatten(1).float())
    def get_extra_state(self):
        return {"made_by": object}
    def set_extra_state(self, state):
        pass

class Keeps:
    def __init__(self, run_directory):
        self.heard = 0
    def __getattr__(self, what):
        def hear(*arguments):
            self.heard += 1
            return {"since": {"object": object()}} if what == "state_dict" else None
        return hear
"""


@pytest.fixture
def parts(tmp_path, monkeypatch):
    (tmp_path / "their_parts.py").write_text(dedent(PARTS), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "their_parts", raising=False)


@pytest.mark.usefixtures("parts")
def test_statistics_of_numpy_are_plain_numbers(make_run, heard, tmp_path):
    run = make_run(tmp_path, training={"learner": "their_parts:Numpy"})
    load_trainer(run).train([heard])
    assert {type(episode.epsilon) for episode in heard.episodes} == {float}
    assert load_trainer(run).load_newest() and TrainedPolicy(run.path, "ep_0010").episode == 10


GARBAGE = "def save(path, contents): path.write_bytes(b'garbage')"
FORGETS = "def save(path, contents): dqn.save(path, {**contents, 'episode': 0})"


@pytest.mark.parametrize("save", [GARBAGE, FORGETS])
def test_a_checkpoint_that_cannot_be_read_back_takes_no_others_place(
    make_run, heard, tmp_path, monkeypatch, save
):
    run = make_run(tmp_path)
    format_of_checkpoints = ModuleType("retro_gamer_dqn.checkpoint")
    vars(format_of_checkpoints).update(dqn=checkpoint, load=checkpoint.load)
    exec(save, vars(format_of_checkpoints))
    monkeypatch.setitem(sys.modules, "retro_gamer_dqn.checkpoint", format_of_checkpoints)
    there = run.checkpoint_path(10)
    there.write_bytes(b"what was saved before")
    with pytest.raises(PluginError, match=r"ep_0010\.pt has not been saved") as raised:
        load_trainer(run).train([heard])
    assert "DQNLearner" in raised.value.problem.where
    assert there.read_bytes() == b"what was saved before" and not heard.checkpoints


@pytest.mark.usefixtures("parts")
def test_what_no_format_can_keep_is_told_before_anything_is_called_saved(make_run, heard, tmp_path):
    run = make_run(tmp_path, training={"learner": "their_parts:Unreadable"})
    with pytest.raises(RetroGamerError, match="cannot be saved") as raised:
        load_trainer(run).train([heard])
    assert "made_by" in raised.value.problem.where
    assert not heard.checkpoints and not run.checkpoints()


@pytest.mark.usefixtures("parts")
def test_an_object_in_a_network_is_told_before_anything_is_called_saved(make_run, heard, tmp_path):
    run = make_run(tmp_path, model={"network": "their_parts:Extra", "hidden_sizes": []})
    with pytest.raises(RetroGamerError, match=r"not been saved|cannot be saved"):
        load_trainer(run).train([heard])
    assert not heard.checkpoints and not run.checkpoints()


@pytest.mark.usefixtures("parts")
def test_a_logger_whose_state_holds_an_object_is_dropped_and_training_goes_on(make_run, heard, tmp_path):
    run = make_run(tmp_path, logging={"loggers": ["training_log", "their_parts:Keeps"]})
    assert load_trainer(run).train([heard]).reason == "finished"
    [note] = [note for note in heard.notes if "their_parts:Keeps" in note]
    assert "not used any more" in note and "['since']['object']" in note
    assert load_trainer(run).load_newest()
