"""Turns with a serial number in every field, so that a test can tell which one came back, and whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from retro_gamer_core import Observations, ObservationSpec, Transitions


@pytest.fixture(scope="session")
def spec() -> ObservationSpec:
    return ObservationSpec(height=2, width=3, characters=("@", "*"), features=("score",))


@pytest.fixture(scope="session")
def numbered() -> Callable[[Iterable[int]], Transitions]:
    def transitions(serials: Iterable[int]) -> Transitions:
        number = np.array(list(serials), np.int64)

        def observations(offset: int) -> Observations:
            cells = np.empty((len(number), 2, 3), np.uint8)
            cells[...] = ((number + offset) % 251)[:, None, None]
            return Observations(cells, (number + offset).astype(np.float32)[:, None])

        rewards, discounts = number.astype(np.float32), (number % 2).astype(np.float32)
        return Transitions(observations(0), number, rewards, discounts, observations(1))

    return transitions


@pytest.fixture(scope="session")
def assert_same() -> Callable[[object, object], None]:
    """Equal to the last bit: nested dicts, dataclasses, arrays and their types."""

    def check(a: object, b: object) -> None:
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
        elif hasattr(a, "__dict__"):
            check(vars(a), vars(b))
        elif isinstance(a, dict):
            assert a.keys() == b.keys()
            for key in a:
                check(a[key], b[key])
        else:
            assert a == b

    return check
