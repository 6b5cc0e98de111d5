"""Each check of a part finds the one fault that a part was given, and nothing in the built-in ones."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
import torch
from torch import nn

from retro_gamer_core import LearnResult
from retro_gamer_core.observation import ObservationSpec
from retro_gamer_core.testing import (
    check_encoder,
    check_game,
    check_learner,
    check_logger,
    check_memory,
    check_network,
    check_wrapper,
)
from retro_gamer_dqn.learner import DQNLearner
from retro_gamer_loggers.json_lines import JsonLinesWriter
from retro_gamer_memories.uniform import UniformMemory

# The built-in ones ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [("one_hot", {}), ("egocentric", {}), ("state_only", {}), ("egocentric", {"frames": 3})],
)
def test_the_built_in_encoders_are_sound(name, options):
    """Also where one remembers the boards of the turns before."""
    assert check_encoder(name, options=options, quick=True).codes == []


def test_the_built_in_networks_are_sound():
    assert check_network("mlp", quick=True).codes == []


@pytest.mark.slow  # convolutions on a busy machine
def test_the_built_in_convolutional_network_is_sound():
    assert check_network("cnn", quick=True).codes == []


@pytest.mark.parametrize("name", ["uniform", "prioritized"])
def test_the_built_in_memories_are_sound(name):
    assert check_memory(name, quick=True).codes == []


@pytest.mark.parametrize("name", ["training_log", "json_lines"])
def test_the_built_in_loggers_are_sound(name):
    assert check_logger(name).codes == []


def test_the_logger_for_tensorboard_is_sound():
    """It reads the settings of the run, and what it writes has no lines."""
    pytest.importorskip("tensorboard")
    findings = check_logger("tensorboard", quick=True)
    assert findings.codes == []
    assert "which is no text" in findings.left_out[0]


def test_a_thorough_check_measures_and_trains():
    findings = check_learner("dqn")
    assert findings.codes == []
    assert any("times as long as with dqn" in figure for figure in findings.looked_at)
    assert any("random keys" in figure for figure in findings.looked_at)


# Encoders -------------------------------------------------------------------------------------


class Cells:
    """Sees the board as it is, and how strong the player is."""

    def __init__(self, metadata, *, bright: bool = True):
        width, height = metadata.board_size
        self.spec = ObservationSpec(height, width, tuple(metadata.character_set), features=("strength",))

    def encode(self, frame, cells, features):
        cells[:] = frame.codes
        features[0] = frame.state["strength"]


class LeavesCells(Cells):
    def encode(self, frame, cells, features):
        cells[:2] = frame.codes[:2]
        features[0] = 0


class BeyondItsSpec(Cells):
    def encode(self, frame, cells, features):
        super().encode(frame, cells, features)
        cells[0, 0] = 3


class NoNumber(Cells):
    def encode(self, frame, cells, features):
        super().encode(frame, cells, features)
        features[0] = float("nan")


class MovesThings(Cells):
    def encode(self, frame, cells, features):
        frame.state["strength"] += 1
        super().encode(frame, cells, features)


class DrawsFromTheGame(Cells):
    def encode(self, frame, cells, features):
        import random

        super().encode(frame, cells, features)
        random.random()


class Forgetful(Cells):
    """Its own chance: never the same twice."""

    def encode(self, frame, cells, features):
        super().encode(frame, cells, features)
        features[0] = np.random.default_rng().random()


class Remembers(Cells):
    """What it sees depends on the frames before."""

    last = None

    def encode(self, frame, cells, features):
        super().encode(frame, cells, features)
        now = frame.game.turn_number
        if self.last is not None and now > self.last:
            features[0] += 1
        self.last = now if self.last is None else self.last


class NoSpec(Cells):
    def __init__(self, metadata):
        self.spec = (4, 6)


class Raises(Cells):
    def encode(self, frame, cells, features):
        raise KeyError("apple")


class Unbuildable:
    def __init__(self, metadata):
        raise ValueError("no such board")


class NoEncode:
    def __init__(self, metadata):
        self.spec = None


class RemembersTheLastFrame(Cells):
    """What frame stacking would do."""

    before = None

    def encode(self, frame, cells, features):
        super().encode(frame, cells, features)
        if self.before is not None:
            cells[cells == 0] = self.before[cells == 0]
        self.before = cells.copy()


@pytest.mark.parametrize("encoder", [Remembers, RemembersTheLastFrame, Forgetful])
def test_an_encoder_is_not_told_to_draw_from_a_generator_that_it_has_not(encoder):
    [finding] = check_encoder(encoder, quick=True)
    assert finding.code == "not-deterministic"
    assert "generator" not in finding.hint and "frame alone" in finding.hint


def test_an_encoder_of_ones_own_is_sound():
    assert check_encoder(Cells, quick=True, options={"bright": False}).codes == []


@pytest.mark.parametrize(
    ("encoder", "code"),
    [
        (LeavesCells, "not-all-written"),
        (BeyondItsSpec, "out-of-range"),
        (NoNumber, "out-of-range"),
        (MovesThings, "changes-its-input"),
        (DrawsFromTheGame, "changes-its-input"),
        (Forgetful, "not-deterministic"),
        (Remembers, "not-deterministic"),
        (NoSpec, "cannot-be-built"),
        (Raises, "part-raises"),
        (Unbuildable, "cannot-be-built"),
        (NoEncode, "cannot-be-built"),
    ],
)
def test_encoders(encoder, code):
    findings = check_encoder(encoder, quick=True)
    assert findings.codes == [code]
    assert findings[0].level == "problem"


def test_an_encoder_is_tried_on_the_game_it_is_made_for():
    def near_the_apple(game):
        apple = game.get_agent_by_name("Apple").position
        return [*apple]

    assert check_encoder(near_the_apple, quick=True).codes == ["cannot-be-built"]
    assert check_encoder(near_the_apple, game="snake", quick=True).codes == []


def test_an_encoder_that_is_slow_and_shows_nothing():
    class Slow(Cells):
        def encode(self, frame, cells, features):
            cells[:], features[0] = 0, 0
            for _ in range(10_000):
                pass

    findings = check_encoder(Slow)
    assert set(findings.codes) == {"slower-than-usual", "no-better-than-random"}
    assert findings[0].number > 10 or findings[1].number > 10


# Networks -------------------------------------------------------------------------------------


class Tiny(nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_inputs, 8), nn.ReLU(), nn.Linear(8, n_outputs))

    def forward(self, x):
        return self.layers(x)


class Mixes(Tiny):
    def forward(self, x):
        return super().forward(x) + x.mean()


class Noisy(Tiny):
    def forward(self, x):
        return super().forward(x) + torch.rand(1, generator=torch.Generator().manual_seed(self.seed()))

    def seed(self):
        return int(np.random.default_rng().integers(2**31))


class Blank(Tiny):
    def forward(self, x):
        return super().forward(x) / 0


class OnlyOne(Tiny):
    def __init__(self, n_inputs, n_outputs):
        super().__init__(n_inputs, 1)


class Whitens(nn.Module):
    """Takes cells and features, and writes into what it was given."""

    def __init__(self, spec, n_outputs):
        super().__init__()
        self.layer = nn.Linear(spec.height * spec.width, n_outputs)

    def forward(self, cells, features):
        cells[:, 0, 0] = 2
        return self.layer(cells.flatten(1).float())


@pytest.mark.parametrize(
    ("network", "code"),
    [
        (Tiny, None),
        (Mixes, "mixes-observations"),
        (Noisy, "not-deterministic"),
        (Blank, "out-of-range"),
        (OnlyOne, "cannot-be-built"),
        (Whitens, "changes-its-input"),
    ],
)
def test_networks(network, code):
    assert check_network(network, quick=True).codes == ([code] if code else [])


# Memories -------------------------------------------------------------------------------------


class Borrows(UniformMemory):
    """Keeps what it is lent, and puts it away only when somebody asks for it."""

    def __init__(self, capacity, spec):
        super().__init__(capacity, spec)
        self.lent = []

    def add(self, transitions):
        self.lent.append(transitions)

    def sample(self, batch_size, rng):
        self._put_away()
        return super().sample(batch_size, rng)

    def __len__(self):
        self._put_away()
        return super().__len__()

    def state_dict(self):
        self._put_away()
        return super().state_dict()

    def _put_away(self):
        for transitions in self.lent:
            super().add(transitions)
        self.lent = []


class TooFull(UniformMemory):
    def __init__(self, capacity, spec):
        super().__init__(2 * capacity, spec)


class Invents(UniformMemory):
    def sample(self, batch_size, rng):
        batch = super().sample(batch_size, rng)
        batch.transitions.actions = 1 - batch.transitions.actions
        return batch


class OwnChance(UniformMemory):
    def sample(self, batch_size, rng):
        return super().sample(batch_size, np.random.default_rng())


class Forgets(UniformMemory):
    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


class Wide(UniformMemory):
    def sample(self, batch_size, rng):
        batch = super().sample(batch_size, rng)
        batch.transitions.rewards = batch.transitions.rewards.astype(np.float64)
        return batch


class OneMore(UniformMemory):
    def sample(self, batch_size, rng):
        return super().sample(batch_size + 1, rng)


class Greedy(UniformMemory):
    def add(self, transitions):
        super().add(transitions)
        transitions.rewards[:] = 0


class NeverRecodes(UniformMemory):
    def recode(self, codes):
        pass


@pytest.mark.parametrize(
    ("memory", "code"),
    [
        (Borrows, "input-not-copied"),
        (TooFull, "memory-draws-wrong"),
        (Invents, "memory-draws-wrong"),
        (OwnChance, "not-deterministic"),
        (Forgets, "state-lost"),
        (Wide, "wrong-type"),
        (OneMore, "wrong-shape"),
        (Greedy, "changes-its-input"),
        (NeverRecodes, "memory-draws-wrong"),
    ],
)
def test_memories(memory, code):
    findings = check_memory(memory, quick=True)
    assert findings.codes == [code], str(findings)


# Learners -------------------------------------------------------------------------------------


class BeyondTheKeys(DQNLearner):
    def act(self, steps):
        return super().act(steps) + 5


class HalfActions(DQNLearner):
    def act(self, steps):
        return super().act(steps) / 2


class ForgetsWeights(DQNLearner):
    def load_checkpoint(self, contents):
        pass


class BeginsAfresh(DQNLearner):
    def load_state_dict(self, state):
        pass


class NoErrors(DQNLearner):
    def learn(self, batch):
        result = super().learn(batch)
        return LearnResult(result.loss, result.td_errors[:1])


class ScalesRewards(DQNLearner):
    def learn(self, batch):
        batch.transitions.rewards *= 0.5
        return super().learn(batch)


class Flat(DQNLearner):
    def q_values(self, observations):
        return super().q_values(observations)[:, 0]


@pytest.mark.parametrize(
    ("learner", "code"),
    [
        (BeyondTheKeys, "out-of-range"),
        (HalfActions, "wrong-type"),
        (ForgetsWeights, "state-lost"),
        (BeginsAfresh, "state-lost"),
        (NoErrors, "wrong-shape"),
        (ScalesRewards, "changes-its-input"),
        (Flat, "wrong-shape"),
    ],
)
def test_learners(learner, code):
    assert check_learner(learner, quick=True).codes == [code]


def test_the_same_is_true_of_networks():
    [finding] = check_network(Noisy, quick=True)
    assert "generator" not in finding.hint


# Loggers --------------------------------------------------------------------------------------


class WritesOver(JsonLinesWriter):
    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


class Deaf(JsonLinesWriter):
    def evaluated(self, evaluation):
        raise RuntimeError("no words for that")


@pytest.mark.parametrize(("logger", "code"), [(WritesOver, "state-lost"), (Deaf, "part-raises")])
def test_loggers(logger, code):
    findings = check_logger(logger, quick=True)
    assert findings.codes == [code]


def test_an_error_has_the_end_that_it_has_in_training():
    """A logger that fails is dropped, and a game in which an encoder fails is given up; the run goes on."""
    ends = [check(part, quick=True)[0].why for check, part in [(check_logger, Deaf), (check_encoder, Raises)]]
    assert "go on" in ends[0] and "game is given up" in ends[1]
    assert not any("training would end" in why for why in ends)


class Slower(JsonLinesWriter):
    """Many times as slow as the usual logger, in a millisecond an episode: nobody will ever notice."""

    def episode_finished(self, episode):
        super().episode_finished(episode)
        until = perf_counter() + 0.0004
        while perf_counter() < until:
            pass


def test_what_nobody_can_feel_is_not_too_slow():
    findings = check_logger(Slower)
    assert findings.codes == []
    assert any("times as long" in figure for figure in findings.looked_at)


# Wrappers -------------------------------------------------------------------------------------


class ThirdTime:
    def __init__(self):
        self.turns = 0

    def reward(self, frame, reward, action):
        self.turns += 1
        return reward + self.turns


class ThirdTimeSaved(ThirdTime):
    def state_dict(self):
        return {"turns": self.turns}

    def load_state_dict(self, state):
        self.turns = state["turns"]


class Cheats:
    def reward(self, frame, reward, action):
        frame.state["reward"] = 0
        frame.state["cheated"] = True
        return reward


class NotSaveable(ThirdTimeSaved):
    def state_dict(self):
        return {("a", "key"): self}


class NoNumber:
    def reward(self, frame, reward, action):
        return float("nan")


class Forgets:
    def make(self, create_game):
        create_game()

    def reward(self, frame, reward, action):
        return reward


@pytest.mark.parametrize(
    ("wrapper", "codes"),
    [
        (ThirdTimeSaved, []),
        (ThirdTime, ["state-lost"]),
        (Cheats, ["changes-its-input"]),
        (NotSaveable, ["part-raises"]),
        (NoNumber, ["part-raises"]),
        (Forgets, ["part-raises"]),
    ],
)
def test_wrappers(wrapper, codes):
    assert check_wrapper(wrapper, quick=True).codes == codes


def test_what_a_wrapper_costs_is_told_beside_none():
    assert any("with none" in figure for figure in check_wrapper(ThirdTimeSaved).looked_at)


# The form of it -------------------------------------------------------------------------------


def test_assert_ok_fails_with_words_one_can_act_on():
    findings = check_encoder(LeavesCells, quick=True)
    with pytest.raises(AssertionError, match="not-all-written") as failure:
        findings.assert_ok()
    assert "try:" in str(failure.value)
    findings.assert_ok(allow=["not-all-written"])


def test_assert_ok_lets_notes_and_warnings_pass_unless_asked(make_game, description):
    findings = check_game(make_game, {**description, "character_set": ["@"]}, quick=True)
    findings.assert_ok()
    with pytest.raises(AssertionError, match="character-not-described"):
        findings.assert_ok(level="warning")


def test_a_function_that_makes_a_network():
    assert check_network(lambda n_inputs, n_outputs: Tiny(n_inputs, n_outputs), quick=True).codes == []
