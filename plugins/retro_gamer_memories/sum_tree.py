"""A tree of sums: draws keys in proportion to their values, at a cost that hardly grows with their number.

The usual sum tree (Schaul et al. 2016, appendix B.2.1) has two children a node and one root. Here a
node has sixteen children, side by side in two cache lines, and the tree ends where a few thousand
sums are left, which numpy adds up and searches sooner than it goes up two levels more. A million
keys need three levels in place of twenty, each a handful of numpy calls for the whole batch.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

_CHILDREN = 16
_MOST_AT_THE_TOP = 4096


class SumTree:
    """One value (``float64``, not negative) for each key ``0 … capacity - 1``; all start at 0.

    Every method takes arrays of any length n. A sum is always recomputed from the values below it,
    never corrected by a difference, so rounding errors cannot pile up: the tree depends only on
    the values in it, not on how they came there.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # _levels[0] holds the values, _levels[k + 1] the sum of each row of _levels[k]. Unused places
        # at the end of a level stay 0.
        self._levels = [_level_of(capacity)]
        while self._levels[-1].size > _MOST_AT_THE_TOP:
            self._levels.append(_level_of(len(self._levels[-1])))

    @property
    def total(self) -> float:
        """The sum of all values."""
        return float(self._levels[-1].sum())

    def get(self, keys: np.ndarray) -> np.ndarray:
        """The values of these ``keys: int64[n]``, ``float64[n]``."""
        return self._levels[0].reshape(-1)[: self.capacity].take(keys)

    def set(self, keys: np.ndarray, values: np.ndarray) -> None:
        """Give ``keys: int64[n]`` these ``values: float64[n]``; of a key named twice the last counts.

        Raises:
            IndexError: if a key is not one of ``0 … capacity - 1``.
            ValueError: if a value is negative, infinite or not a number.
        """
        if len(keys) == 0:
            return
        keys, values = last_of_each(keys, values)
        if keys[0] < 0 or keys[-1] >= self.capacity:
            raise IndexError(f"keys {keys[0]} to {keys[-1]} in a tree with keys 0 to {self.capacity - 1}")
        if not (values.min() >= 0 and values.max() < np.inf):
            raise ValueError("the values of a sum tree must be finite and not negative")
        self._levels[0].reshape(-1)[keys] = values
        rows = keys
        for children, parents in pairwise(self._levels):
            rows = rows // _CHILDREN
            sums = parents.reshape(-1)
            if len(children) <= len(rows):  # a whole level is cheaper than picking rows from it
                children.sum(axis=1, out=sums[: len(children)])
            else:
                sums[rows] = children.take(rows, axis=0).sum(axis=1)

    def find(self, prefix_sums: np.ndarray) -> np.ndarray:
        """The key each prefix sum falls on, ``int64[n]``: never one whose value is 0.

        Lay the values end to end as stretches of a line. The answer to ``0 <= prefix_sum < total`` is
        the key of the stretch it lies in; beyond the end it is the last stretch.

        Raises:
            ValueError: if all values are 0, or a prefix sum is negative or not a number.
        """
        top = self._levels[-1]
        before = np.zeros(top.size + 1)  # before[i]: sum of the numbers left of number i
        np.cumsum(top, out=before[1:])
        if before[-1] == 0:
            raise ValueError("nothing to find: all values are 0")
        if not prefix_sums.min(initial=0.0) >= 0:
            raise ValueError("prefix sums must be numbers from 0 up")
        # Beyond the end is the last stretch. And what remains of a prefix sum may, by a rounding error, reach
        # a node's own sum and point past its last child, or at a child that is 0. Just below the sum it cannot.
        remaining = np.minimum(prefix_sums, np.nextafter(before[-1], 0.0))
        node = before[1:].searchsorted(remaining, side="right")
        remaining = remaining - before.take(node)
        each = np.arange(len(node))
        before = np.zeros((len(node), _CHILDREN + 1))
        for level in reversed(self._levels[:-1]):
            np.cumsum(level.take(node, axis=0), axis=1, out=before[:, 1:])
            remaining = np.minimum(remaining, np.nextafter(before[:, -1], 0.0))
            child = (before[:, 1:] > remaining[:, None]).argmax(axis=1)
            remaining = remaining - before[each, child]
            node = node * _CHILDREN + child
        return node


def last_of_each(keys: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``keys: int64[n]`` in order, each once, with the last of its ``values: float64[n]``.

    numpy promises no order for assignments to the same place, hence no plain ``array[keys] = values``.
    """
    if (keys[1:] > keys[:-1]).all():
        return keys, values
    keys, last = np.unique(keys[::-1], return_index=True)
    return keys, values[::-1][last]


def _level_of(size: int) -> np.ndarray:
    """Room for ``size`` numbers, zeros, in rows of siblings."""
    return np.zeros((-(-size // _CHILDREN), _CHILDREN))
