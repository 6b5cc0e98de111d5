"""The ring of arrays remembers exactly what a deque of the same length would."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core import Observations, ObservationSpec, RetroGamerError, Transitions
from retro_gamer_memories.transition_store import TransitionStore

batch_sizes = st.lists(st.integers(0, 30), max_size=12)


@given(capacity=st.integers(1, 20), sizes=batch_sizes)
@settings(max_examples=100, deadline=None)
def test_it_holds_what_a_deque_holds(capacity, sizes, spec, numbered, assert_same):
    store, model = TransitionStore(capacity, spec), deque(maxlen=capacity)
    key_of: dict[int, int] = {}
    next_serial = 0
    for size in sizes:
        serials = range(next_serial, next_serial + size)
        next_serial += size
        keys = store.add(numbered(serials))
        kept = serials[-len(keys) :] if len(keys) else []
        key_of.update(zip(kept, keys.tolist(), strict=True))
        model.extend(serials)
        assert len(store) == len(model)
        keys = np.array([key_of[serial] for serial in model], np.int64)
        assert sorted(keys.tolist()) == list(range(len(model)))
        assert_same(store.take(keys), numbered(model))


def test_what_was_added_is_copied_and_what_is_taken_is_a_copy(spec, numbered, assert_same):
    store = TransitionStore(4, spec)
    added = numbered([7])
    key = store.add(added)
    added.observations.cells[...] = 99
    store.take(key).rewards[...] = 99
    assert_same(store.take(key), numbered([7]))


def test_recode_replaces_every_cell_stored_so_far(spec, numbered):
    store, codes = TransitionStore(4_000, spec), np.random.default_rng(0).permutation(256).astype(np.uint8)
    store.add(numbered(range(2_600)))
    store.recode(codes)
    store.add(numbered(range(2_600, 2_700)))
    taken, plain = store.take(np.arange(2_700)), numbered(range(2_700))
    for seen, before in (
        (taken.observations.cells, plain.observations.cells),
        (taken.next_observations.cells, plain.next_observations.cells),
    ):
        np.testing.assert_array_equal(seen[:2_600], codes[before[:2_600]])
        np.testing.assert_array_equal(seen[2_600:], before[2_600:])


@pytest.mark.parametrize("saved, loaded", [(5, 5), (5, 3), (5, 9), (5, 1)])
@pytest.mark.parametrize("added", [0, 3, 5, 12])
def test_a_saved_state_fits_any_capacity_keeping_the_newest(
    saved, loaded, added, spec, numbered, assert_same
):
    old, new = TransitionStore(saved, spec), TransitionStore(loaded, spec)
    new.add(numbered(range(100, 104)))
    model = deque(maxlen=saved)
    for serial in range(added):
        old.add(numbered([serial]))
        model.append(serial)
    kept = new.load_state_dict(old.state_dict())
    assert_same(new.take(np.arange(len(new))), old.take(kept))

    model = deque(model, maxlen=loaded)
    for serial in range(50, 53):
        new.add(numbered([serial]))
        model.append(serial)
        assert sorted(new.take(np.arange(len(new))).actions.tolist()) == sorted(model)


def test_only_the_filled_part_is_saved(spec, numbered):
    store = TransitionStore(1_000, spec)
    store.add(numbered(range(3)))
    assert {len(value) for value in store.state_dict().values() if isinstance(value, np.ndarray)} == {3}


def test_a_state_is_a_snapshot(spec, numbered, assert_same):
    store, other = TransitionStore(3, spec), TransitionStore(3, spec)
    store.add(numbered(range(3)))
    state = store.state_dict()
    store.add(numbered(range(10, 13)))
    other.load_state_dict(state)
    assert_same(other.take(np.arange(3)), numbered(range(3)))


def test_observations_of_another_shape_are_refused_before_anything_changes(spec, numbered, assert_same):
    wide = ObservationSpec(height=2, width=4, characters=("@", "*"), features=("score",))
    store = TransitionStore(3, spec)
    store.add(numbered([1, 2]))
    with pytest.raises(RetroGamerError, match=r"cells have the shape \(2, 4\), here it is \(2, 3\)"):
        store.load_state_dict(TransitionStore(3, wide).state_dict())
    assert_same(store.take(np.arange(2)), numbered([1, 2]))


@pytest.mark.parametrize(
    "spec",
    [ObservationSpec(0, 0, (), features=("x", "y")), ObservationSpec(3, 4, ("@",))],
    ids=["no board", "no features"],
)
def test_board_or_features_may_be_missing(spec):
    seen = Observations.empty(3, spec)
    seen.cells += 1
    seen.features += 1
    numbers = np.arange(3)
    store = TransitionStore(5, spec)
    keys = store.add(Transitions(seen, numbers, np.float32(numbers), np.float32(numbers), seen))
    taken = store.take(keys[::-1])
    np.testing.assert_array_equal(taken.next_observations.cells, seen.cells)
    np.testing.assert_array_equal(taken.observations.features, seen.features)
    assert taken.actions.tolist() == [2, 1, 0]
