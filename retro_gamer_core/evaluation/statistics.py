"""What many results say together: their mean, the mean of the middle half, who is better, and how sure one can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from math import atan, cos, floor, fsum, inf, nan, pi, sin, sqrt
from statistics import NormalDist
from typing import Literal

#: Rows of resampled values held in memory at once: some 16 MB of them at most.
_VALUES_AT_ONCE = 2_000_000

#: How often an interval of paired differences holds, where there is one. With 95 in place of 94 of 100, a difference of
#: one standard deviation would be found with ten pairs in 80 of 100 experiments in place of 83.
CONFIDENCE = 0.94

#: With fewer pairs nobody is called better: two runs that solve a game by luck look like two that always do.
FEWEST_PAIRS = 3

#: How often a difference that is as large as it looks is found with so many pairs as are asked for.
_POWER = 0.8

#: More pairs than this are not asked for.
_MOST_PAIRS = 200


@dataclass(frozen=True)
class Summary:
    """Many results in a few numbers.

    Args:
        mean: their average.
        iqm: the interquartile mean, the average of the middle half; see ``interquartile_mean``.
        ci95: where the average would lie, in 95 of 100 repetitions, had other games been played.
    """

    mean: float
    iqm: float
    ci95: tuple[float, float]


def interquartile_mean(values: Sequence[float]) -> float:
    """The average of the middle half: the lowest and the highest quarter do not count.

    Where a quarter is no whole number of values, the values at its edge count in part, so that exactly
    half of the weight is in the middle. NaN without a value.

    Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice".
    """
    ordered = sorted(values)
    quarter = len(ordered) / 4
    # Each value owns one unit of [0, n]; what of it lies in the middle half [n/4, 3n/4] is its weight.
    weights = [max(0.0, min(place + 1, 3 * quarter) - max(place, quarter)) for place in range(len(ordered))]
    return _mean_of([value * weight for value, weight in zip(ordered, weights, strict=True)], sum(weights))


def summarise(values: Sequence[float], *, resamples: int = 2000, seed: int = 0) -> Summary:
    """Mean, interquartile mean, and the 95 % percentile bootstrap interval of the mean.

    The interval: ``resamples`` times, as many values are drawn from ``values`` with replacement; it holds
    the middle 95 % of the means of those draws. The same values, ``resamples`` and ``seed`` give the same
    interval. One value has itself as interval; no value gives NaN everywhere.

    Source: Efron 1979, "Bootstrap Methods: Another Look at the Jackknife".
    """
    mean = _mean_of(values, len(values))
    return Summary(mean, interquartile_mean(values), _interval_of_the_mean(values, resamples, seed))


def _mean_of(values: Sequence[float], weight: float) -> float:
    return fsum(values) / weight if weight else nan


def _interval_of_the_mean(values: Sequence[float], resamples: int, seed: int) -> tuple[float, float]:
    if len(values) < 2:
        only = float(values[0]) if len(values) else nan
        return only, only
    import numpy as np

    array = np.asarray(values, np.float64)
    rng = np.random.default_rng(seed)
    rows = max(1, _VALUES_AT_ONCE // len(array))
    means = [
        array[rng.integers(len(array), size=(min(rows, resamples - done), len(array)))].mean(axis=1)
        for done in range(0, resamples, rows)
    ]
    low, high = np.quantile(np.concatenate(means), (0.025, 0.975))
    return float(low), float(high)


@dataclass(frozen=True)
class PairedDifference:
    """How much better one side is than the other, by results that belong together in pairs.

    Args:
        mean: the average of second minus first.
        interval: where the average of very many pairs lies; see ``paired_difference``. From minus to plus infinity
            where there is one pair only.
        pairs: how many.
        more_pairs: about so many more would tell, if the difference is as large as it looks; None where it tells
            already, where there is no difference to be seen, and where it would take more than two hundred.
    """

    mean: float
    interval: tuple[float, float]
    pairs: int
    more_pairs: int | None

    @property
    def verdict(self) -> Literal["better", "worse", "cannot tell"]:
        """Of the second side."""
        low, high = self.interval
        if self.pairs < FEWEST_PAIRS or low <= 0 <= high:
            return "cannot tell"
        return "better" if low > 0 else "worse"


def paired_difference(
    first: Sequence[float], second: Sequence[float], *, comparisons: int = 1, least_error: float = 0.0
) -> PairedDifference:
    """The mean of ``second - first`` with its t-interval, of 94 %; ``first[i]`` belongs to ``second[i]``.

    Two sides that are the same give differences that are as often above zero as below, however skewed the results of
    each are: then the interval leaves zero out in 3 to 6.6 of 100 experiments of 3 pairs or more (simulated with
    normal, exponential and lognormal results, with runs that collapse, and with recorded ones). The percentile
    bootstrap of 95 % does so in 16 to 20 with 5 pairs, and in 11 with 10.

    Args:
        comparisons: of so many comparisons this is one. Each interval is made so wide (Bonferroni) that all of them
            together hold in 94 of 100 experiments.
        least_error: the standard error that each difference has at least, from what it was measured with. Pairs
            that agree by chance are believed no more than that.

    Source: Student 1908, "The Probable Error of a Mean".
    """
    differences = [b - a for a, b in zip(first, second, strict=True)]
    pairs, mean = len(differences), _mean_of(differences, len(differences))
    if pairs < 2:
        return PairedDifference(mean, (-inf, inf), pairs, None)
    spread = sqrt(fsum((each - mean) ** 2 for each in differences) / (pairs - 1))
    spread = max(spread, least_error)
    confidence = 1 - (1 - CONFIDENCE) / comparisons
    half = t_quantile((1 + confidence) / 2, pairs - 1) * spread / sqrt(pairs)
    found = PairedDifference(mean, (mean - half, mean + half), pairs, None)
    if found.verdict != "cannot tell" or not mean:
        return found
    return replace(found, more_pairs=_more_pairs(pairs, abs(mean) / spread if spread else inf, confidence))


def _more_pairs(pairs: int, effect: float, confidence: float) -> int | None:
    """How many more would find a difference of so many standard deviations, ``_POWER`` of the time."""

    def needed(quantile: Callable[[float], float]) -> float:
        return ((quantile((1 + confidence) / 2) + quantile(_POWER)) / effect) ** 2

    # By the normal distribution it is a few less than by that of t, which is tried from there.
    enough = max(pairs + 1, FEWEST_PAIRS, floor(min(_MOST_PAIRS, needed(NormalDist().inv_cdf))))
    while enough < _MOST_PAIRS and enough < needed(partial(t_quantile, freedom=enough - 1)):
        enough += 1
    return enough - pairs if enough < _MOST_PAIRS else None


@cache  # the same few are asked for again and again, and those of many degrees take a millisecond
def t_quantile(probability: float, freedom: int) -> float:
    """The value below which a t-distributed number lies with this probability, 0.5 or more, by bisection.

    Args:
        freedom: degrees of freedom, a whole number.
    """
    low, high = 0.0, 1.0
    while _t_below(high, freedom) < probability:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_below(middle, freedom) < probability else (low, middle)
    return high


def _t_below(value: float, freedom: int) -> float:
    """Source: Abramowitz and Stegun 1964, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4."""
    angle = atan(value / sqrt(freedom))
    odd = freedom % 2
    term, terms = (cos(angle), 0.0) if odd else (1.0, 0.0)
    for k in range(3 if odd else 2, freedom + 1 + odd, 2):
        terms += term
        term *= cos(angle) ** 2 * (k - 1) / k
    within = 2 / pi * (angle + sin(angle) * terms) if odd else sin(angle) * terms
    return (1 + within) / 2
