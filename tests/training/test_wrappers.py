"""Wrappers: shaping, a curriculum and a bonus; they change what is learned from, and nothing else."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.errors import ConfigurationError, GameError
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training import loop as training_loop
from retro_gamer_core.training.loading import load_trainer

WRAPPERS = '''
import random
from collections import Counter

calls = []


class Closer:
    """Shaping: what one step nearer to the coin is worth, and the step back costs."""

    def __init__(self, gamma, *, bonus: float = 0.1):
        self.gamma, self.bonus = gamma, bonus

    def begin(self, frame):
        frame.memory["closer"] = self.worth(frame)

    def worth(self, frame):
        (x, y), (at, beside) = frame.player, frame.game.get_agent_by_name("coin").position
        return -self.bonus * (abs(x - at) + abs(y - beside))

    def reward(self, frame, reward, action):
        before, now = frame.memory["closer"], self.worth(frame)
        frame.memory["closer"] = now
        return reward + self.gamma * now - before


class Curriculum:
    """Games become longer, and after a coin shorter again."""

    def __init__(self):
        self.level = 0

    def make(self, create_game):
        game = create_game()
        game.state["strength"] = 4 + self.level % 9
        self.level += 1
        return game

    def reward(self, frame, reward, action):
        self.level = max(0, self.level - (reward > 0))
        return reward

    def state_dict(self):
        return {"level": self.level}

    def load_state_dict(self, state):
        self.level = state["level"]


class Curious:
    """A bonus for boards that were seldom seen, of chance size."""

    def __init__(self):
        self.seen = Counter()

    def reward(self, frame, reward, action):
        board = frame.codes.tobytes().hex()
        self.seen[board] += 1
        return reward + random.random() / self.seen[board]

    def state_dict(self):
        return {"seen": self.seen}  # its own, which goes on changing

    def load_state_dict(self, state):
        self.seen = Counter(state["seen"])


class Plus:
    def reward(self, frame, reward, action):
        calls.append(action)
        return reward + 100


class Twice:
    def reward(self, frame, reward, action):
        return 2 * reward


class Harder:
    def make(self, create_game):
        game = create_game()
        game.state["strength"] = 3
        return game

    def reward(self, frame, reward, action):
        return reward


class Breaks:
    def reward(self, frame, reward, action):
        return reward / 0


class NoNumber:
    def reward(self, frame, reward, action):
        return float("inf")
'''

ALL_THREE = ["my_wrappers:Curriculum", "my_wrappers:Closer", "my_wrappers:Curious"]


@pytest.fixture
def wrapped(make_run, tmp_path, monkeypatch) -> Callable[..., RunDirectory]:
    """``wrapped("run", ["my_wrappers:Plus"], games_in_step=4)``: a run with these wrappers, which lie beside it."""
    monkeypatch.setattr(training_loop, "TURNS_BETWEEN_RESETS", 150)
    monkeypatch.setattr(training_loop, "LONGEST_GAMES_BETWEEN_RESETS", 0)
    (tmp_path / "my_wrappers.py").write_text(WRAPPERS, encoding="utf-8")

    def wrapped(
        name: str, wrappers: list[str], *, tables: dict | None = None, **settings: Any
    ) -> RunDirectory:
        training = settings.pop("training", {})
        wrapping = {"wrappers": wrappers, **(tables or {})}
        return make_run(tmp_path, name, training=training, wrapping=wrapping, **settings)

    return wrapped


def learned_from(trainer: Any) -> np.ndarray:
    memory = trainer.loop.memory
    return memory.sample(64, np.random.default_rng(0)).transitions.rewards


@pytest.mark.parametrize("games", [1, 4])
@pytest.mark.parametrize("frames", [1, 3])
def test_stopped_and_resumed_here_and_elsewhere_is_the_same_as_not_stopped(
    wrapped, outcome_of, assert_same, stop_at, games, frames
):
    """With all three wrappers, and with boards of earlier turns, which are remembered in the same place."""
    settings = {
        "training": {"games_in_step": games, "n_step": 2},
        "preprocessing": {"encoder": "egocentric", "frames": frames},
        "tables": {"my_wrappers:Closer": {"bonus": 0.2}},
    }
    whole, parts = (wrapped(name, ALL_THREE, **settings) for name in ("whole", "parts"))
    load_trainer(whole).train()
    for elsewhere, turns in ((False, 61), (True, 170), (True, 230), (False, sys.maxsize)):
        edit_config(parts.config, {"training": {"game_process": elsewhere}})
        trainer = load_trainer(parts)
        trainer.load_newest()
        trainer.train(stop=stop_at(trainer, turns))
    assert_same(outcome_of(parts)["loop"], outcome_of(whole)["loop"])
    assert outcome_of(parts)["log"] == outcome_of(whole)["log"]
    state = outcome_of(whole)["loop"]["games"]["wrappers"]
    assert games == 1 or state["now"][ALL_THREE[2]]["seen"] != state["at_reset"][ALL_THREE[2]]["seen"]


def test_the_log_has_the_rewards_of_the_game_and_the_learner_those_of_the_wrapper(wrapped, heard):
    trainer = load_trainer(wrapped("run", ["my_wrappers:Plus"], training={"memory": "uniform"}))
    trainer.train([heard])
    assert max(episode.total_reward for episode in heard.episodes) < 20
    assert learned_from(trainer).min() >= 100
    assert any("Plus" in choice for choice in heard.choices)


@pytest.mark.parametrize(("order", "smallest"), [(["Plus", "Twice"], 200), (["Twice", "Plus"], 100)])
def test_each_is_given_what_the_one_before_it_gave(wrapped, order, smallest):
    names = [f"my_wrappers:{name}" for name in order]
    trainer = load_trainer(wrapped("run", names, training={"memory": "uniform"}))
    trainer.train()
    assert learned_from(trainer).min() == smallest


def test_evaluation_has_the_game_as_it_is(wrapped, heard):
    settings = {"evaluate_every": 100, "evaluation_games": 3}
    run = wrapped("run", ["my_wrappers:Plus", "my_wrappers:Harder"], training=settings)
    trainer = load_trainer(run)
    evaluated = []
    heard.evaluated = evaluated.append
    trainer.train([heard])
    assert max(episode.turns for episode in heard.episodes) <= 3
    assert max(evaluation.turns for evaluation in evaluated) > 3
    assert len(importlib.import_module("my_wrappers").calls) == trainer.loop.turns


@pytest.mark.parametrize(
    ("wrapper", "said"),
    [("Breaks", "the wrapper Breaks"), ("NoNumber", "the wrapper my_wrappers:NoNumber made inf")],
)
def test_one_that_fails_is_named_and_too_many_games_of_it_stop_the_run(wrapped, heard, wrapper, said):
    with pytest.raises(GameError):
        load_trainer(wrapped("run", [f"my_wrappers:{wrapper}"])).train([heard])
    assert said in heard.notes[0]


def test_other_wrappers_keep_what_was_learned_and_not_the_rewards_that_were_remembered(
    wrapped, stop_at, heard
):
    run = wrapped("run", ["my_wrappers:Plus"])
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 100))
    edit_config(run.config, {"wrapping": {"wrappers": []}})
    trainer = load_trainer(run)
    trainer.load_newest()
    trainer.train([heard], stop=stop_at(trainer, 120))
    assert any("what was learned is kept" in note for note in heard.notes)


@pytest.mark.parametrize(
    ("wrappers", "tables", "said"),
    [
        (["my_wrappers:Plus"] * 2, {}, "twice"),
        ([], {"my_wrappers:Plus": {}}, "not in wrappers"),
        (["my_wrappers:Closer"], {"my_wrappers:Closer": {"bonsu": 1}}, "bonus"),
        (["curios"], {}, "curios"),
        (["my_wrappers:calls"], {}, "no wrapper"),
    ],
)
def test_what_is_wrong_in_the_settings_is_told(wrapped, wrappers, tables, said):
    with pytest.raises(ConfigurationError, match=said) as refused:
        load_trainer(wrapped("run", wrappers, tables=tables))
    assert all("[wrapping" in problem.where for problem in refused.value.problems)
