"""Adam (Kingma and Ba 2015), for weights in one piece and for tables of which few rows are used.

The first layer of a network on a board is a large table, of which a batch uses a few hundred rows.
Plain Adam moves all rows every time, also those with no gradient, and that costs more than
everything else together. Here a row rests until it is used again ("lazy" Adam): its running
averages do not decay meanwhile, which is the one difference from plain Adam.
"""

from __future__ import annotations

import torch
from torch import Tensor

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


class DenseAdam:
    """Moves all weights of one flat tensor in place."""

    def __init__(self, weights: Tensor) -> None:
        self._weights = weights
        self.average = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)

    def step(self, slopes: Tensor, learning_rate: float, count: int) -> None:
        """One step down ``slopes``, the ``count``-th."""
        self.average.lerp_(slopes, 1 - _BETA1)
        self.square.mul_(_BETA2).addcmul_(slopes, slopes, value=1 - _BETA2)
        self._weights.addcdiv_(
            self.average, _spread(self.square, count), value=-learning_rate / (1 - _BETA1**count)
        )


class RowAdam:
    """Moves only those rows of a table in place that have a gradient."""

    def __init__(self, table: Tensor) -> None:
        self._table = table
        self.average = torch.zeros_like(table)
        self.square = torch.zeros_like(table)

    def step(self, rows: Tensor, slopes: Tensor, learning_rate: float, count: int) -> None:
        """One step for ``rows: int64[r]``, each named once, down ``slopes: float32[r, size]``."""
        average = self.average.index_select(0, rows).lerp_(slopes, 1 - _BETA1)
        square = self.square.index_select(0, rows).mul_(_BETA2).addcmul_(slopes, slopes, value=1 - _BETA2)
        self.average.index_copy_(0, rows, average)
        self.square.index_copy_(0, rows, square)
        change = average.div_(_spread(square, count))
        self._table.index_add_(0, rows, change, alpha=-learning_rate / (1 - _BETA1**count))


def _spread(square: Tensor, count: int) -> Tensor:
    """By how much slopes vary: the root of the bias-corrected running square."""
    return (square / (1 - _BETA2**count)).sqrt_().add_(_EPSILON)
