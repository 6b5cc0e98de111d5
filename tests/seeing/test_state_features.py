"""The numbers in a game's state, laid flat in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.errors import GameError
from retro_gamer_core.playing.state_features import StateFeatures, feature_names, sizes_of

numbers = st.integers(-(2**24), 2**24) | st.floats(-1e6, 1e6, width=32) | st.booleans()
states = st.dictionaries(st.text(max_size=3), numbers | st.lists(numbers, max_size=3).map(tuple))


def written(features: StateFeatures, state: dict) -> list[float]:
    values = np.full(len(features.names), np.nan, np.float32)
    features.write(state, values)
    return values.tolist()


@given(states, st.data())
def test_values_are_written_one_after_the_other(state, data):
    keys = data.draw(st.lists(st.sampled_from(sorted(state)), unique=True)) if state else []
    flat = []
    for key in keys:
        flat += [float(v) for v in state[key]] if isinstance(state[key], tuple) else [float(state[key])]
    features = StateFeatures(sizes_of(state, keys))
    assert written(features, state) == flat
    assert len(features.names) == len(flat)


def test_names_say_which_entry_of_which_key():
    sizes = sizes_of({"energy": 5, "speed": (1, 2), "done": True}, ["speed", "done", "energy"])
    assert feature_names(sizes) == ("speed[0]", "speed[1]", "done", "energy")


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        ({"at": (1, 2)}, "'speed'"),
        ({"speed": (1, 2), "at": 3}, "'speed' is (1, 2)"),
        ({"speed": 1, "at": (1, 2, 3)}, "'at' is (1, 2, 3)"),
        ({"speed": 1, "at": 5}, "'at' is 5"),
        ({"speed": "fast", "at": (1, 2)}, "not str"),
        ({"speed": None, "at": (1, 2)}, "NoneType"),
        ({"speed": float("inf"), "at": (1, 2)}, "'speed' is inf"),
        ({"speed": 1, "at": (float("nan"), 2)}, "nan"),
        ({"speed": 10**400, "at": (1, 2)}, "too large"),
    ],
)
def test_a_value_that_is_no_longer_the_same_kind_of_number_is_an_error_and_never_a_zero(later, shown):
    features = StateFeatures(sizes_of({"speed": 1, "at": (0, 0)}, ["speed", "at"]))
    with pytest.raises(GameError) as caught:
        written(features, later)
    assert shown in caught.value.problem.what
    assert "observe_state" in caught.value.problem.where


def test_lengths_that_make_up_for_one_another_are_an_error_too():
    features = StateFeatures(sizes_of({"a": (1, 2), "b": (3,)}, ["a", "b"]))
    with pytest.raises(GameError, match="'a' is"):
        written(features, {"a": (1,), "b": (2, 3)})
