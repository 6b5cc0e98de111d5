"""What many results say together: their mean, the mean of the middle half, and how sure one can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, nan

#: Rows of resampled values held in memory at once: some 16 MB of them at most.
_VALUES_AT_ONCE = 2_000_000


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
