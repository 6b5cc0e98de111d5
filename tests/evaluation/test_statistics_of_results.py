"""Mean, interquartile mean and interval of many results."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.evaluation.statistics import Summary, interquartile_mean, summarise

RESULTS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


def middle_half(values: list[float]) -> float:
    """The definition, without fractions: of four copies of each value, a quarter goes at either end."""
    copies = sorted(values * 4)
    return float(np.mean(copies[len(values) : -len(values)]))


@given(RESULTS)
def test_the_interquartile_mean_is_that_of_the_middle_half(values):
    assert interquartile_mean(values) == pytest.approx(middle_half(values), abs=1e-6)


@given(RESULTS, st.randoms())
def test_order_does_not_matter(values, chance):
    shuffled = list(values)
    chance.shuffle(shuffled)
    assert interquartile_mean(shuffled) == interquartile_mean(values)


def test_one_lucky_game_moves_the_mean_and_not_the_middle():
    values = [10.0, 11.0, 9.0, 10.0, 10.0, 10.0, 10.0, 1000.0]
    summary = summarise(values)
    assert summary.mean > 100 and summary.iqm == 10.0


@settings(max_examples=30)
@given(RESULTS)
def test_the_interval_lies_within_the_values(values):
    low, high = summarise(values, resamples=200).ci95
    slack = 1e-9 * max(1.0, *map(abs, values))
    assert min(values) - slack <= low <= high <= max(values) + slack


def test_the_interval_is_about_two_standard_errors_each_way():
    values = np.random.default_rng(1).normal(50, 10, size=400).tolist()
    summary = summarise(values)
    error = np.std(values) / 20
    assert summary.ci95 == pytest.approx((summary.mean - 1.96 * error, summary.mean + 1.96 * error), abs=0.3)


def test_the_interval_holds_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        low, high = summarise(rng.exponential(10, size=40).tolist(), resamples=400).ci95
        held += low <= 10 <= high
    assert 175 <= held <= 199


def test_the_same_values_give_the_same_interval_and_another_seed_a_slightly_other_one():
    values = np.random.default_rng(3).normal(size=30).tolist()
    assert summarise(values) == summarise(values)
    assert summarise(values, seed=1).ci95 != summarise(values).ci95


def test_many_values_are_resampled_in_pieces():
    values = np.random.default_rng(4).normal(size=3_000).tolist()
    low, high = summarise(values, resamples=2_000).ci95
    assert 0.05 < high - low < 0.1


def test_one_value_is_its_own_interval():
    assert summarise([3]) == Summary(3.0, 3.0, (3.0, 3.0))


def test_no_value_is_no_number():
    summary = summarise([])
    assert all(map(isnan, (summary.mean, summary.iqm, *summary.ci95)))
