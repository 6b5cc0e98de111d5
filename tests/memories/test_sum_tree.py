"""The sum tree does what a plain list of numbers does, only faster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from retro_gamer_memories.sum_tree import SumTree


class AgainstAList(RuleBasedStateMachine):
    """Whole numbers are added without rounding, so tree and list must agree exactly."""

    # 1 to 4 levels, rows that are full and rows that are not
    @initialize(capacity=st.sampled_from([1, 2, 15, 16, 17, 100, 256, 257, 5000]))
    def start(self, capacity):
        self.tree = SumTree(capacity)
        self.values = [0.0] * capacity

    @rule(data=st.data())
    def set(self, data):
        key = st.integers(0, len(self.values) - 1)
        pairs = data.draw(st.lists(st.tuples(key, st.integers(0, 9)), max_size=40))
        self.tree.set(np.array([k for k, _ in pairs], np.int64), np.array([v for _, v in pairs], float))
        for k, v in pairs:
            self.values[k] = float(v)

    @rule(seed=st.integers(0, 99), length=st.integers(0, 5000))
    def set_a_stretch(self, seed, length):
        length = min(length, len(self.values))
        values = np.random.default_rng(seed).integers(0, 3, length).astype(float)
        self.tree.set(np.arange(length), values)
        self.values[:length] = values.tolist()

    @precondition(lambda self: any(self.values))
    @rule(seed=st.integers(0, 99))
    def find(self, seed):
        total = sum(self.values)
        sums = np.concatenate(
            [np.arange(min(total, 40)), np.random.default_rng(seed).random(20) * total, [total, total + 1]]
        )
        ends = np.cumsum(self.values)
        last = max(k for k, v in enumerate(self.values) if v)
        expected = [next((k for k, end in enumerate(ends) if end > x), last) for x in sums]
        assert self.tree.find(sums).tolist() == expected

    @invariant()
    def same_values(self):
        assert self.tree.get(np.arange(len(self.values))).tolist() == self.values
        assert self.tree.total == sum(self.values)


AgainstAList.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestAgainstAList = AgainstAList.TestCase

any_size = st.one_of(st.just(0.0), st.floats(0, 1e12), st.sampled_from([5e-324, 1e-300, 1e-6, 1.0, 1e300]))


@given(values=st.lists(any_size, min_size=1, max_size=400).filter(any), seed=st.integers(0, 999))
@settings(max_examples=150, deadline=None)
def test_a_key_of_value_zero_is_never_found_however_the_sums_round(values, seed):
    values = np.array(values)
    tree = SumTree(len(values))
    tree.set(np.arange(len(values)), values)
    ends = np.cumsum(values)
    edges = np.concatenate([[0.0], ends, np.nextafter(ends, 0), np.nextafter(ends, np.inf)])
    sums = np.concatenate([edges, np.random.default_rng(seed).random(50) * tree.total])
    assert (values[tree.find(sums)] > 0).all()


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_rounding_errors_do_not_pile_up(seed):
    rng = np.random.default_rng(seed)
    capacity = int(rng.integers(1, 3000))
    worn = SumTree(capacity)
    for _ in range(60):
        keys = rng.integers(0, capacity, rng.integers(1, 80))
        worn.set(keys, 10.0 ** rng.uniform(-12, 12, len(keys)))
    fresh = SumTree(capacity)
    fresh.set(np.arange(capacity), worn.get(np.arange(capacity)))
    sums = rng.random(200) * fresh.total
    assert worn.total == fresh.total
    assert worn.find(sums).tolist() == fresh.find(sums).tolist()


@pytest.mark.parametrize("key", [-1, 10, 15, 16])
def test_a_key_outside_the_tree_is_refused(key):
    tree = SumTree(10)
    with pytest.raises(IndexError, match="0 to 9"):
        tree.set(np.array([3, key]), np.ones(2))
    assert tree.total == 0


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_value_that_would_spoil_every_sum_is_refused(value):
    tree = SumTree(10)
    with pytest.raises(ValueError, match="finite"):
        tree.set(np.array([3, 4]), np.array([1.0, value]))
    assert tree.total == 0


def test_an_empty_tree_has_nothing_to_find():
    with pytest.raises(ValueError, match="nothing to find"):
        SumTree(10).find(np.array([0.0]))


@pytest.mark.parametrize("prefix_sum", [-1e-9, float("nan")])
def test_a_prefix_sum_that_is_no_place_on_the_line_is_refused(prefix_sum):
    tree = SumTree(10)
    tree.set(np.array([3]), np.ones(1))
    with pytest.raises(ValueError, match="prefix sums"):
        tree.find(np.array([prefix_sum]))
