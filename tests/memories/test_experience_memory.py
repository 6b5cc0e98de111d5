"""The two memories for use by hand."""

from __future__ import annotations

import numpy as np
import pytest

from retro_gamer_core import RetroGamerError
from retro_gamer_memories.experience_memory import Experience, PrioritizedReplayMemory, ReplayMemory

both_kinds = pytest.mark.parametrize("build", [ReplayMemory, PrioritizedReplayMemory])


def push_numbers(memory, numbers):
    for number in numbers:
        memory.push(f"seen {number}", number, number / 2, f"then {number}", number % 2 == 0)


def sample(memory, batch_size):
    drawn = memory.sample(batch_size)
    return drawn[0] if isinstance(memory, PrioritizedReplayMemory) else drawn


@both_kinds
def test_the_oldest_make_room_once_full(build):
    memory = build(4, seed=0)
    assert len(memory) == 0
    push_numbers(memory, range(10))
    assert len(memory) == 4
    seen = {experience for _ in range(50) for experience in sample(memory, 4)}
    assert seen == {Experience(f"seen {n}", n, n / 2, f"then {n}", n % 2 == 0) for n in range(6, 10)}


@both_kinds
def test_states_may_be_arrays_and_come_back_as_they_are(build):
    state, next_state = np.arange(3), np.arange(4)
    memory = build(4)
    memory.push(state, 1, 0.5, next_state, False)
    (experience,) = sample(memory, 1)
    assert experience.state is state and experience.next_state is next_state
    assert (experience.action, experience.reward, experience.done) == (1, 0.5, False)


@both_kinds
def test_drawing_more_than_there_are_is_refused_in_words(build):
    memory = build(10)
    push_numbers(memory, range(3))
    with pytest.raises(RetroGamerError, match="cannot draw 4 from a memory that holds 3"):
        memory.sample(4)


@both_kinds
def test_the_same_seed_draws_the_same(build):
    first, second, other = build(100, seed=3), build(100, seed=3), build(100, seed=4)
    for memory in (first, second, other):
        push_numbers(memory, range(60))
    drawn = [[sample(memory, 20) for _ in range(3)] for memory in (first, second, other)]
    assert drawn[0] == drawn[1] != drawn[2]


@both_kinds
def test_a_capacity_below_one_is_refused(build):
    with pytest.raises(ValueError, match="capacity = 0"):
        build(0)


def test_the_plain_memory_draws_different_experiences():
    memory = ReplayMemory(10)
    push_numbers(memory, range(10))
    assert sorted(experience.action for experience in memory.sample(10)) == list(range(10))


def test_the_prioritized_memory_draws_by_error_and_weighs_accordingly():
    memory = PrioritizedReplayMemory(4, alpha=1.0, beta=1.0, seed=0)
    push_numbers(memory, range(4))
    memory.update_priorities([0, 1, 2, 3], [1.0, -2.0, 1.0, 4.0])
    counts = np.zeros(4)
    for _ in range(1_000):
        experiences, indices, weights = memory.sample(4)
        assert [experience.action for experience in experiences] == indices.tolist()
        priorities = np.array([1.0, 2.0, 1.0, 4.0])[indices]
        np.testing.assert_allclose(weights, priorities.min() / priorities, rtol=1e-5)
        np.add.at(counts, indices, 1)
    expected = 4_000 * np.array([1, 2, 1, 4]) / 8
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_alpha_and_beta_out_of_range_are_refused():
    with pytest.raises(ValueError, match="alpha = 2") as refusal:
        PrioritizedReplayMemory(4, alpha=2, beta=-1)
    assert "beta = -1" in str(refusal.value)
