"""What both memories promise: the contract, exact continuation, added characters, clear refusals."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core import Memory, RetroGamerError
from retro_gamer_memories.prioritized import PrioritizedMemory
from retro_gamer_memories.uniform import UniformMemory

KINDS = [UniformMemory, partial(PrioritizedMemory, beta_updates=7)]
both_kinds = pytest.mark.parametrize("build", KINDS, ids=["uniform", "prioritized"])


def train_a_little(memory, numbered, rng, steps):
    """Add, draw and judge as training does; returns every batch drawn."""
    batches = []
    for _ in range(steps):
        memory.add(numbered(rng.integers(1_000, size=rng.integers(1, 9))))
        batch = memory.sample(int(rng.integers(1, 9)), rng)
        memory.update_priorities(batch.keys, rng.standard_normal(len(batch.keys), np.float32))
        batches.append(batch)
    return batches


def through_a_file(state):
    """Nested dicts whose arrays were written to bytes and read back."""
    if isinstance(state, dict):
        return {key: through_a_file(value) for key, value in state.items()}
    if not isinstance(state, np.ndarray):
        return state
    file = io.BytesIO()
    np.save(file, state, allow_pickle=False)
    return np.load(io.BytesIO(file.getvalue()), allow_pickle=False)


@both_kinds
def test_it_is_a_memory(build, spec):
    assert isinstance(build(10, spec), Memory)


@both_kinds
@given(capacity=st.integers(1, 40), steps=st.integers(0, 8), seed=st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_going_on_from_a_saved_state_equals_going_on(
    build, spec, numbered, assert_same, capacity, steps, seed
):
    memory, other = build(capacity, spec), build(capacity, spec)
    train_a_little(memory, numbered, np.random.default_rng(seed), steps)
    train_a_little(other, numbered, np.random.default_rng(seed + 1), 3)
    other.load_state_dict(through_a_file(memory.state_dict()))
    assert_same(other.state_dict(), memory.state_dict())

    went_on, resumed = (
        train_a_little(each, numbered, np.random.default_rng(seed), 5) for each in (memory, other)
    )
    for a, b in zip(went_on, resumed, strict=True):
        assert_same(a, b)
    assert_same(other.state_dict(), memory.state_dict())


@both_kinds
def test_a_batch_is_what_its_keys_say(build, spec, numbered, assert_same):
    memory = build(50, spec)
    memory.add(numbered(range(30)))
    batch = memory.sample(20, np.random.default_rng(0))
    assert len(memory) == 30
    assert batch.keys.dtype == np.int64 and batch.weights.dtype == np.float32
    assert batch.keys.shape == batch.weights.shape == (20,)
    assert_same(batch.transitions, numbered(batch.keys))  # nothing was overwritten: key = serial


@both_kinds
def test_recode_changes_the_boards_and_nothing_else(build, spec, numbered, assert_same):
    memory = build(8, spec)
    memory.add(numbered(range(5)))
    codes = np.random.default_rng(0).permutation(256).astype(np.uint8)
    memory.recode(codes)
    batch = memory.sample(100, np.random.default_rng(1))
    expected = numbered(batch.keys)
    for observations in (expected.observations, expected.next_observations):
        observations.cells = codes[observations.cells]
    assert_same(batch.transitions, expected)


@both_kinds
def test_an_empty_memory_says_that_there_is_nothing_to_draw(build, spec):
    with pytest.raises(RetroGamerError, match="cannot draw 8 from a memory that holds 0"):
        build(10, spec).sample(8, np.random.default_rng(0))


@both_kinds
@pytest.mark.parametrize("capacity", [0, -3, 2.5])
def test_a_capacity_that_makes_no_sense_is_refused(build, spec, capacity):
    with pytest.raises(ValueError, match="capacity = "):
        build(capacity, spec)


def test_uniform_draws_all_alike(spec, numbered):
    memory = UniformMemory(20, spec)
    memory.add(numbered(range(10)))
    memory.update_priorities(np.array([0]), np.array([1e6]))
    draws = 20_000
    batch = memory.sample(draws, np.random.default_rng(0))
    counts = np.bincount(batch.keys, minlength=10)
    spread = np.sqrt(draws * 0.1 * 0.9)
    assert len(counts) == 10
    assert (np.abs(counts - draws / 10) < 5 * spread).all()
    assert (batch.weights == 1).all()
