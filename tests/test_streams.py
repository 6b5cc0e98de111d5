"""Random numbers of one seed: every stream has its own, and nobody makes one without a name."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from retro_gamer_core.streams import STREAMS, stream, stream_seed

ROOT = Path(__file__).parents[1]
PRODUCT = [path for room in ("retro_gamer_core", "plugins") for path in sorted((ROOT / room).rglob("*.py"))]


NUMBERS = {
    "games": 393969088,
    "learner": 75971499,
    "sampling": 1685402102,
    "parts": 2234724314,
    "characters": 3018317685,
    "evaluation": 2673742827,
    "final evaluation": 1074727820,
    "random play": 3473889247,
    "play": 1873914703,
    "forks": 1016700480,
    "symmetries": 1779935267,
    "experiments": 3489185552,
}


def beginning(sequence: np.random.SeedSequence) -> tuple[int, ...]:
    return tuple(sequence.generate_state(4).tolist())


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**40])
def test_no_two_streams_of_a_seed_are_the_same(seed):
    """Nor is one of them what somebody gets who takes the seed itself, or a number beside it."""
    named = [beginning(stream(seed, name, key)) for name, key in product(STREAMS, range(300))]
    plain = [
        beginning(np.random.SeedSequence([seed, *more])) for more in [(), *((k,) for k in range(1, 300))]
    ]
    assert len({*named, *plain}) == len(named) + len(plain)


def test_a_number_is_given_to_one_name_only():
    assert len(set(STREAMS.values())) == len(STREAMS)
    assert stream_seed(3, "games", 1) != stream_seed(3, "games", 2)
    assert stream_seed(3, "games", 1) == stream_seed(3, "games", 1) < 2**32


def test_results_of_a_seed_stay():
    """They change with the number of a stream, so that is never given anew."""
    seeds = {name: stream_seed(7, name) for name in STREAMS}
    assert seeds == NUMBERS


def test_nobody_puts_a_number_beside_a_seed():
    """``default_rng([seed, 3])`` would be what another gets who thinks of the same number."""
    beside_a_seed = re.compile(r"(default_rng|SeedSequence)\(\[")
    found = {path.stem for path in PRODUCT if beside_a_seed.search(path.read_text(encoding="utf-8"))}
    assert found == {"streams"}, "which knows what was done before streams had names"
