"""Prioritized drawing against the formulas of Schaul et al. 2016, section 3."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core import RetroGamerError
from retro_gamer_memories.prioritized import PrioritizedMemory

ERRORS = np.array([0.0, 0.01, -0.1, 0.5, -1.0, 2.0, 2.0, 5.0, -20.0, 100.0], np.float32)
FLOOR = 1e-3


@pytest.fixture
def judged(spec, numbered):
    """A memory of ten turns, of which the learner has said how wrong it was about each."""

    def build(**options):
        memory = PrioritizedMemory(16, spec, priority_floor=FLOOR, **options)
        memory.add(numbered(range(len(ERRORS))))
        memory.update_priorities(np.arange(len(ERRORS)), ERRORS)
        return memory

    return build


def chances(alpha):
    priorities = (np.abs(ERRORS.astype(float)) + FLOOR) ** alpha
    return priorities / priorities.sum()


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.6, 1.0])
def test_turns_are_drawn_in_proportion_to_their_error_to_the_power_of_alpha(judged, alpha):
    memory, rng = judged(alpha=alpha), np.random.default_rng(5)
    batches, batch_size = 3_000, 7
    keys = np.concatenate([memory.sample(batch_size, rng).keys for _ in range(batches)])
    counts = np.bincount(keys, minlength=len(ERRORS))
    expected = len(keys) * chances(alpha)
    # Drawing from strata spreads no more than independent draws would; 5 standard deviations, and
    # one count for the keys so unlikely that their count is 0 or 1.
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected * (1 - chances(alpha))) + 1).all()


def test_a_batch_is_spread_over_the_whole_priority(judged):
    # All alike and as many draws as turns: one draw from each stratum is one from each turn.
    keys = judged(alpha=0.0).sample(len(ERRORS), np.random.default_rng(0)).keys
    assert sorted(keys.tolist()) == list(range(len(ERRORS)))


@pytest.mark.parametrize("alpha, beta", [(0.6, 0.4), (1.0, 1.0), (0.3, 0.0)])
def test_weights_follow_the_formula(judged, alpha, beta):
    batch = judged(alpha=alpha, beta=beta).sample(32, np.random.default_rng(1))
    weights = (len(ERRORS) * chances(alpha)[batch.keys]) ** -beta
    np.testing.assert_allclose(batch.weights, weights / weights.max(), rtol=1e-5)
    assert batch.weights.max() == 1


def test_beta_rises_to_one_over_its_updates_and_stays(judged):
    memory, rng = judged(beta=0.4, beta_updates=3), np.random.default_rng(1)
    for beta in [0.4, 0.6, 0.8, 1.0, 1.0]:
        batch = memory.sample(32, rng)
        weights = (len(ERRORS) * chances(0.6)[batch.keys]) ** -beta
        np.testing.assert_allclose(batch.weights, weights / weights.max(), rtol=1e-5)


def priorities_of(memory):
    """Priority of every turn relative to the smallest: with beta = 1 a weight is one over it."""
    batch = memory.sample(20_000, np.random.default_rng(0))
    return {int(key): float(1 / weight) for key, weight in zip(batch.keys, batch.weights, strict=True)}


def test_new_turns_get_the_largest_priority_seen_so_far(spec, numbered):
    memory = PrioritizedMemory(16, spec, alpha=1.0, beta=1.0)
    memory.add(numbered([0, 1]))
    memory.update_priorities(np.array([0]), np.array([0.5]))
    assert priorities_of(memory) == pytest.approx({0: 1, 1: 2}, rel=1e-4)

    memory.update_priorities(np.array([0, 1]), np.array([-4.0, 1.0]))
    memory.update_priorities(np.array([0]), np.array([0.5]))  # seen, though held no longer
    memory.add(numbered([2]))
    assert priorities_of(memory) == pytest.approx({0: 1, 1: 2, 2: 8}, rel=1e-4)


def test_a_turn_that_replaces_an_old_one_does_not_inherit_its_priority(spec, numbered):
    memory = PrioritizedMemory(2, spec, alpha=1.0, beta=1.0)
    memory.add(numbered([0, 1]))
    memory.update_priorities(np.array([0, 1]), np.array([0.25, 0.5]))
    memory.add(numbered([2]))
    assert priorities_of(memory) == pytest.approx({0: 2, 1: 1}, rel=1e-4)


def test_of_a_turn_judged_twice_in_one_batch_the_last_word_counts(spec, numbered):
    memory = PrioritizedMemory(2, spec, alpha=1.0, beta=1.0)
    memory.add(numbered([0, 1]))
    memory.update_priorities(np.array([1, 0, 1]), np.array([9.0, 1.0, 3.0]))
    assert priorities_of(memory) == pytest.approx({0: 1, 1: 3}, rel=1e-4)


@pytest.mark.parametrize("capacity", [3, 20])
def test_priorities_stay_with_their_turns_when_the_capacity_changes(spec, numbered, capacity):
    options = {"alpha": 1.0, "beta": 1.0}
    old, new = PrioritizedMemory(4, spec, **options), PrioritizedMemory(capacity, spec, **options)
    old.add(numbered(range(6)))
    keys = old.sample(100, np.random.default_rng(0))
    old.update_priorities(keys.keys, keys.transitions.rewards)  # a turn's priority is its serial number
    new.load_state_dict(old.state_dict())
    batch = new.sample(10_000, np.random.default_rng(0))
    newest = range(6)[-min(capacity, 4) :]
    assert set(batch.transitions.actions.tolist()) == set(newest)
    np.testing.assert_allclose(batch.weights, newest[0] / batch.transitions.rewards, rtol=1e-5)


class NaiveMemory:
    """Keeps errors in a dictionary, and computes what is asked for from them each time."""

    def __init__(self) -> None:
        self.errors: dict[int, float] = {}
        self.largest = 0.0

    def add(self, key: int, floor: float) -> None:
        self.errors[key] = max(self.largest, 1.0 - floor)

    def update(self, key: int, error: float) -> None:
        self.errors[key] = abs(error)
        self.largest = max(self.largest, abs(error))

    def priorities(self, alpha: float, floor: float) -> dict[int, float]:
        lowest = min((error + floor) ** alpha for error in self.errors.values())
        return {key: (error + floor) ** alpha / lowest for key, error in self.errors.items()}


@settings(max_examples=40, deadline=None)
@given(
    sessions=st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.1, 0.6, 1.0]),
            st.sampled_from([1e-3, 0.2]),
            st.lists(st.tuples(st.integers(0, 7), st.floats(-5, 5, width=32)), max_size=6),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_another_alpha_or_floor_counts_at_once_for_all_that_is_remembered(spec, numbered, sessions):
    """Each session goes on from the state of the one before, with options of its own."""
    model, state = NaiveMemory(), None
    for number, (alpha, floor, judged) in enumerate(sessions):
        memory = PrioritizedMemory(64, spec, alpha=alpha, beta=1.0, priority_floor=floor)
        if state is None:
            memory.add(numbered(range(8)))
            for key in range(8):
                model.add(key, floor)
        else:
            memory.load_state_dict(state)
        for key, error in judged:
            memory.update_priorities(np.array([key]), np.array([error], np.float32))
            model.update(key, error)
        state = memory.state_dict()
        batch = memory.sample(20_000, np.random.default_rng(number))
        expected = model.priorities(alpha, floor)
        drawn = np.array([expected[key] for key in batch.keys.tolist()])
        np.testing.assert_allclose(1 / batch.weights, drawn / drawn.min(), rtol=1e-4)


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
def test_a_state_of_before_which_held_priorities_still_loads(judged, alpha):
    memory, again = judged(alpha=alpha, beta=1.0), judged(alpha=alpha, beta=1.0)
    state = memory.state_dict()
    old = {
        "priorities": (state["sampler"]["errors"] + FLOOR) ** alpha,
        "largest_priority": (state["sampler"]["largest_error"] + FLOOR) ** alpha,
        "draws": 3,
    }
    again.load_state_dict({"store": state["store"], "sampler": old})
    assert priorities_of(again) == pytest.approx(priorities_of(memory), rel=1e-6)


@pytest.mark.parametrize("error", [float("nan"), float("inf")])
def test_errors_that_are_no_numbers_are_refused_and_change_nothing(judged, assert_same, error):
    memory = judged()
    before = memory.state_dict()
    with pytest.raises(RetroGamerError, match="learning_rate"):
        memory.update_priorities(np.array([0, 1]), np.array([1.0, error], np.float32))
    assert_same(memory.state_dict(), before)


def test_every_option_out_of_range_is_named_at_once(spec):
    with pytest.raises(ValueError) as refusal:
        PrioritizedMemory(10, spec, alpha=1.5, beta=-0.1, beta_updates=-1, priority_floor=0)
    assert isinstance(refusal.value, RetroGamerError)
    for name in ("alpha = 1.5", "beta = -0.1", "beta_updates = -1", "priority_floor = 0"):
        assert name in str(refusal.value)
