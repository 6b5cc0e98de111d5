"""A curve in one line of text."""

import math

from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.terminal.printing import sparkline

LEVELS = "▁▂▃▄▅▆▇█"


def test_from_lowest_to_highest():
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == LEVELS
    assert sparkline([-5, 5]) == "▁█"


def test_equal_values_are_neither_low_nor_high():
    assert sparkline([3.0, 3.0, 3.0]) == "▅▅▅"


def test_what_is_no_ordinary_number_leaves_a_gap():
    assert sparkline([1, math.nan, math.inf, 2]) == "▁  █"
    assert sparkline([math.nan]) == " "
    assert sparkline([]) == ""


def test_many_values_are_averaged():
    assert sparkline([0, 2, 10, 12, 20, 22], width=3) == sparkline([1, 11, 21])


@given(st.lists(st.floats(), max_size=200), st.integers(1, 80))
def test_it_is_as_long_as_its_values_and_no_longer_than_asked(values, width):
    curve = sparkline(values, width=width)
    assert len(curve) == min(len(values), width)
    assert set(curve) <= set(LEVELS + " ")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_a_larger_value_is_never_drawn_lower(values):
    curve = sparkline(values)
    drawn = [level for _, level in sorted(zip(values, curve, strict=True))]
    assert drawn == sorted(drawn)
