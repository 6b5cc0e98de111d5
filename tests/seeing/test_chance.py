"""A stream of random numbers of one's own, behind the generators that everybody draws from."""

from __future__ import annotations

import pickle
import random
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.playing import chance as chance_module
from retro_gamer_core.playing.chance import Chance, seeded
from retro_gamer_core.runs.saved_state import read_state, write_state


@pytest.fixture(autouse=True, params=["in memory", "by Python's numbers"], scope="module")
def way(request):
    """How the state of Python's generator is read and set: the quick way, and the one for any other Python."""
    patch = pytest.MonkeyPatch()
    if request.param != "in memory":
        patch.setattr(chance_module, "_IN_MEMORY", None)
    yield request.param
    patch.undo()


@pytest.fixture(autouse=True)
def begun_anew():
    random.seed(3)
    np.random.seed(4)


DRAWS = {
    "random": lambda: random.random(),
    "randrange": lambda: random.randrange(1000),
    "gauss": lambda: random.gauss(0, 1),
    "many": lambda: random.randbytes(4 * 624),
    "shuffle": lambda: random.sample(range(20), 20),
    "rand": lambda: np.random.rand(),
    "randn": lambda: np.random.randn(),
    "integers": lambda: np.random.randint(0, 9, 700).tolist(),
    "normal": lambda: np.random.normal(size=3).tolist(),
}

#: Who draws next, and what.
STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(sorted(DRAWS))), max_size=30)


def draw_alone(steps: list[tuple[int, str]], who: int) -> list[Any]:
    """What somebody draws where nobody else does."""
    return [DRAWS[what]() for one, what in steps if one == who]


@given(steps=STEPS)
def test_each_draws_what_it_would_draw_alone(steps):
    """Two streams and the outside, in any order."""
    random.seed(3), np.random.seed(4)
    alone = [draw_alone(steps, 0)]
    for who in (1, 2):
        with Chance(who):
            alone.append(draw_alone(steps, who))
    random.seed(3), np.random.seed(4)
    chances = {1: Chance(1), 2: Chance(2)}
    drawn: list[list[Any]] = [[], [], []]
    for who, what in steps:
        if who:
            with chances[who]:
                drawn[who].append(DRAWS[what]())
        else:
            drawn[0].append(DRAWS[what]())
    assert drawn == alone


@given(steps=STEPS)
def test_the_same_where_one_is_within_the_other(steps):
    random.seed(3), np.random.seed(4)
    alone = [draw_alone(steps, 0)]
    for who in (1, 2):
        with Chance(who):
            alone.append(draw_alone(steps, who))
    random.seed(3), np.random.seed(4)
    outer, inner = Chance(1), Chance(2)
    drawn: list[list[Any]] = [[], [], []]
    for who, what in steps:
        if who == 0:
            drawn[0].append(DRAWS[what]())
            continue
        with outer:
            if who == 1:
                drawn[1].append(DRAWS[what]())
            with inner:
                if who == 2:
                    drawn[2].append(DRAWS[what]())
    assert drawn == alone


@given(before=STEPS, after=STEPS)
def test_it_goes_on_where_it_was_saved(before, after, tmp_path_factory):
    path = tmp_path_factory.mktemp("state") / "chance.npz"
    chance, other = Chance(5), Chance(6)
    with chance:
        draw_alone(before, 0)
    write_state(path, chance.state_dict())
    with chance:
        expected = draw_alone(after, 0)
    other.load_state_dict(read_state(path))
    random.seed(), np.random.seed()
    with other:
        assert draw_alone(after, 0) == expected


def test_seeded_is_what_whoever_reads_the_log_would_type():
    with seeded(12):
        drawn = [draw() for draw in DRAWS.values()]
    random.seed(12), np.random.seed(12)
    assert [draw() for draw in DRAWS.values()] == drawn


def test_other_seeds_are_other_numbers():
    drawn = set()
    for seed in ((0,), (1,), (0, 1), (1, 1), (2**63,)):
        with Chance(*seed):
            drawn.add((random.random(), np.random.rand()))
    assert len(drawn) == 5


def test_an_error_inside_leaves_the_outside_as_it_was():
    expected = random.Random(3).random(), np.random.RandomState(4).rand()
    with pytest.raises(SystemExit), Chance(1):
        random.random(), np.random.rand()
        raise SystemExit
    assert (random.random(), np.random.rand()) == expected


def test_the_programs_own_bit_generator_stays_its_own():
    """A program may have put another kind in the place of numpy's Mersenne twister."""
    before, own = np.random.get_bit_generator(), np.random.PCG64(7)
    try:
        np.random.set_bit_generator(own)
        expected = np.random.Generator(np.random.PCG64(7)).bit_generator.random_raw()
        with Chance(1):
            assert np.random.get_bit_generator() is not own
            np.random.rand()
        assert np.random.get_bit_generator() is own and own.random_raw() == expected
    finally:
        np.random.set_bit_generator(before)


def test_a_copy_goes_its_own_way():
    chance = Chance(1)
    with chance:
        random.random(), np.random.randn()
    other = deepcopy(chance)
    read_again = pickle.loads(pickle.dumps(chance))
    with chance:
        expected = [draw() for draw in DRAWS.values()]
    for copied in (other, read_again):
        for draw, number in zip(DRAWS.values(), expected, strict=True):  # a block for each
            with copied:
                assert draw() == number


def test_the_quick_way_is_there_where_it_was_made_for(way):
    """On another Python it may be missing; that costs time only."""
    import platform

    if platform.python_implementation() == "CPython" and way == "in memory":
        assert chance_module._IN_MEMORY is not None
