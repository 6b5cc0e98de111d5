"""A curve in one line of text: ``▁▂▃▅▇█``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

_LEVELS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], *, width: int = 60) -> str:
    """One character for each value: the smallest is lowest, the largest is highest.

    More than ``width`` values are averaged in groups of neighbours. What is no ordinary number is a space;
    values that are all the same stand in the middle.
    """
    values = _averaged(values, width)
    ordinary = [value for value in values if math.isfinite(value)]
    low, high = min(ordinary, default=0.0), max(ordinary, default=0.0)
    return "".join(_level(value, low, high) if math.isfinite(value) else " " for value in values)


def _level(value: float, low: float, high: float) -> str:
    # Halved, for the difference of two huge numbers may be too large for a float.
    share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
    return _LEVELS[min(int(share * len(_LEVELS)), len(_LEVELS) - 1)]


def _averaged(values: Sequence[float], width: int) -> list[float]:
    """At most ``width`` values, each the mean of a group of neighbours; the groups differ by one at most."""
    count = min(width, len(values))
    edges = [round(i * len(values) / count) for i in range(count + 1)] if count else []
    groups = [values[start:end] for start, end in pairwise(edges)]
    return [sum(group) / len(group) for group in groups]
