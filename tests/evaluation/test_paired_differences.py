"""Is one side better, by pairs? How often that is said wrongly, and how often it is found, by simulation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.evaluation.statistics import paired_difference, t_quantile

#: Mean scores of runs of snake that differ in nothing but the seed: 40,000 turns with the recipe ``standard``, best.pt
#: in 60 games, measured on 29 November 2026.
RECORDED = (
    370.8, 191.7, 245.0, 411.7, 230.8, 623.3, 547.5, 655.0, 650.0, 324.2, 223.3, 757.5, 541.7, 430.0, 363.3, 369.2,
    770.0, 443.3, 635.0, 524.2, 483.3, 355.0, 955.0, 313.3, 230.0, 296.7, 225.8, 590.0, 695.0, 590.0, 585.8, 590.0,
)  # fmt: skip

EXPERIMENTS = 3000

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]


def collapsing(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Three runs of ten learn nothing."""
    return np.where(rng.random(shape) < 0.3, 0.0, 5.0 + rng.normal(size=shape))


SCORES: dict[str, Draw] = {
    "recorded": lambda rng, shape: rng.choice(RECORDED, size=shape),
    "normal": lambda rng, shape: rng.normal(size=shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape),
    "lognormal": lambda rng, shape: rng.lognormal(size=shape),
    "collapsing": collapsing,
}
every_kind_of_scores = pytest.mark.parametrize("draw", SCORES.values(), ids=SCORES)


def called_different(draw: Draw, seeds: int, effect: float = 0.0) -> float:
    """In how many of a hundred experiments, with so many seeds of two settings that differ by ``effect``.

    ``effect`` is counted in standard deviations of the difference of two runs that have the same seed.
    """
    rng = np.random.default_rng(seeds)
    first, second = draw(rng, (EXPERIMENTS, seeds)), draw(rng, (EXPERIMENTS, seeds))
    second = second + effect * (draw(rng, (1, 100_000)) - draw(rng, (1, 100_000))).std()
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    verdicts = [paired_difference(a, b).verdict for a, b in pairs]
    if effect:
        return 100 * verdicts.count("better") / EXPERIMENTS
    return 100 - 100 * verdicts.count("cannot tell") / EXPERIMENTS


@every_kind_of_scores
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_two_settings_that_are_the_same_are_seldom_called_different(draw, seeds):
    assert called_different(draw, seeds) <= 7


@every_kind_of_scores
def test_a_difference_of_one_standard_deviation_is_found_with_ten_seeds(draw):
    assert called_different(draw, 10, effect=1.0) >= 80


def test_the_percentile_bootstrap_would_call_equal_settings_different_far_more_often():
    rng = np.random.default_rng(5)
    differences = SCORES["recorded"](rng, (300, 5)) - SCORES["recorded"](rng, (300, 5))
    means = differences[:, rng.integers(5, size=(500, 5))].mean(axis=2)
    low, high = np.quantile(means, (0.025, 0.975), axis=1)
    assert ((low > 0) | (high < 0)).mean() > 0.1


def test_several_comparisons_together_are_seldom_wrong():
    """Four settings that are the same, three of them beside the first."""
    rng = np.random.default_rng(7)
    runs = SCORES["recorded"](rng, (400, 4, 5)).tolist()
    wrong = sum(
        any(paired_difference(first, each, comparisons=3).verdict != "cannot tell" for each in others)
        for first, *others in runs
    )
    assert wrong <= 0.07 * 400


def test_as_many_seeds_as_are_asked_for_do_tell():
    """Of experiments that are repeated with all the seeds that they asked for, most tell then."""
    rng = np.random.default_rng(11)
    told = asked = 0
    for _ in range(150):
        first = rng.normal(size=5)
        difference = paired_difference(first.tolist(), (first + rng.normal(0.9, 1, 5)).tolist())
        if difference.more_pairs is None:
            continue
        asked += 1
        seeds = 5 + difference.more_pairs
        # As large as it looked: that is what the number of seeds is told for.
        spread = (difference.interval[1] - difference.mean) / t_quantile(0.97, 4) * math.sqrt(5)
        again = rng.normal(difference.mean, spread, seeds).tolist()
        told += paired_difference([0.0] * seeds, again).verdict != "cannot tell"
    assert asked > 50 and 0.7 <= told / asked <= 0.95


@pytest.mark.parametrize(
    ("freedom", "value"),
    [(1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (9, 2.26216), (30, 2.04227)],
)
def test_the_quantiles_are_those_of_the_tables(freedom, value):
    assert t_quantile(0.975, freedom) == pytest.approx(value, abs=1e-4)


numbers = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=30))
def test_who_is_second_does_not_matter(pairs):
    first, second = ([pair[i] for pair in pairs] for i in (0, 1))
    there, back = paired_difference(first, second), paired_difference(second, first)
    opposite = {"better": "worse", "worse": "better", "cannot tell": "cannot tell"}
    assert back.verdict == opposite[there.verdict]
    assert (back.mean, back.interval) == (-there.mean, (-there.interval[1], -there.interval[0]))
    assert there.interval[0] <= there.mean <= there.interval[1]
    assert there.more_pairs == back.more_pairs and (there.more_pairs or 1) >= 1


def test_two_pairs_or_one_tell_nothing():
    assert paired_difference([0.0, 0.0], [1.0, 1.0]).verdict == "cannot tell"
    one = paired_difference([1.0], [5.0])
    assert (one.mean, one.interval, one.verdict) == (4.0, (-math.inf, math.inf), "cannot tell")
    assert paired_difference([], []).pairs == 0


def test_pairs_that_agree_by_chance_are_believed_no_more_than_what_they_were_measured_with():
    first, second = [0.0] * 5, [3.0] * 5
    assert paired_difference(first, second).verdict == "better"
    assert paired_difference(first, second, least_error=4.0).verdict == "cannot tell"
    assert paired_difference(first, second, least_error=1.0).verdict == "better"
