"""How far each weight moves: Adam for weights in one piece, a cheaper rule for tables used row by row.

The first layer of a network on a board is a large table, of which a batch uses a few hundred rows.
Plain Adam moves all rows every time, also those with no slope, and keeps two running averages of
each weight; that costs more than everything else together. Here a row rests until it is used
again, and has one running average for all its weights.
"""

from __future__ import annotations

import torch
from torch import Tensor

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


class DenseAdam:
    """Moves all weights of one flat tensor in place (Adam, Kingma and Ba 2015)."""

    def __init__(self, weights: Tensor) -> None:
        self._weights = weights
        self._beta2 = weights.new_tensor(_BETA2)  # what is no tensor, torch makes one each time
        self.average = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)

    def step(self, slopes: Tensor, learning_rate: float, count: int) -> None:
        """One step down ``slopes``, the ``count``-th."""
        self.average.lerp_(slopes, 1 - _BETA1)
        self.square.mul_(self._beta2).addcmul_(slopes, slopes, value=1 - _BETA2)
        # Both averages began at zero; the factors that correct this are taken out of the root (section 2).
        root = (1 - _BETA2**count) ** 0.5
        spread = self.square.sqrt().add_(_EPSILON * root)
        self._weights.addcdiv_(self.average, spread, value=-learning_rate * root / (1 - _BETA1**count))


class RowRMSProp:
    """Moves only those rows of a table in place that have slopes, each in steps of its own size.

    RMSProp (Tieleman and Hinton 2012) with one running mean square a row, as recommender systems keep
    it for their tables (Naumov et al. 2019), corrected as in Adam for having begun at zero, row by row:
    a row that is used for the first time late in training moves no further than any other.
    """

    def __init__(self, table: Tensor) -> None:
        self._table = table
        self._one, self._beta2, self._epsilon = table.new_tensor([1.0, _BETA2, _EPSILON]).unbind()
        # Side by side, so that both are fetched and put back at once.
        self._kept = table.new_zeros(len(table), 2)
        self.uses, self.square = self._kept.unbind(1)

    def step(self, rows: Tensor, slopes: Tensor, learning_rate: float) -> None:
        """One step for ``rows: int64[r]``, each named once, down ``slopes: float32[r, size]``."""
        kept = self._kept.index_select(0, rows)
        uses, square = kept.unbind(1)
        uses.add_(self._one)
        mean_square = torch.linalg.vector_norm(slopes, dim=1).square_().div_(slopes.shape[1])
        square.lerp_(mean_square, 1 - _BETA2)
        self._kept.index_copy_(0, rows, kept)
        spread = (square / (self._one - self._beta2**uses)).sqrt_().add_(self._epsilon)
        self._table.index_add_(0, rows, slopes / spread.unsqueeze(1), alpha=-learning_rate)
