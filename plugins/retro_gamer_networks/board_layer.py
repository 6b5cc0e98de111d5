"""The first layer on a one-hot board, without the one-hot board.

A linear layer multiplies each input by a row of weights and adds up. On a one-hot board nearly all
inputs are 0 and the rest are 1, so the same result is the plain sum of the rows that belong to the
occupied cells: a hundred times less work, exactly equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from retro_gamer_core import ObservationSpec
from retro_gamer_networks.occupied_rows import OccupiedRows, distinct_rows, lengths_of
from retro_gamer_networks.one_hot_board import one_hot_board


class BoardLayer(nn.Module):
    """``Linear(one_hot(cells, features))`` as a sum of weight rows.

    ``forward(*prepare(cells, features)) -> float32[n, size]``.

    Row ``cell · n_channels + channel`` of ``rows`` holds the weights of one character in one cell of
    the view. Its gradient is sparse: only the rows of occupied cells have one.
    """

    def __init__(self, spec: ObservationSpec, size: int) -> None:
        super().__init__()
        self.spec = spec
        self._occupied = OccupiedRows(spec)
        n_rows = spec.view_height * spec.view_width * spec.n_channels
        # The same spread a dense layer of that many inputs starts with (torch.nn.Linear).
        bound = 1 / math.sqrt(max(1, spec.n_inputs))
        self.rows = nn.Parameter(torch.empty(n_rows, size).uniform_(-bound, bound))
        self.rows.row_by_row = True  # type: ignore[attr-defined]  # so an optimiser may pass over the rows that have no gradient
        self.bias = nn.Parameter(torch.empty(size).uniform_(-bound, bound))
        self.beside = None
        if spec.n_view_features:
            self.beside = nn.Parameter(torch.empty(spec.n_view_features, size).uniform_(-bound, bound))

    def prepare(self, cells: np.ndarray, features: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """Rows of the occupied cells, where each board's rows start, and the features beside the board.

        ``cells: uint8[n, h, w]``, ``features: float32[n, f]``.
        """
        bags = self._occupied.find(cells, features)
        beside = features[:, self.spec.n_features - self.spec.n_view_features :]
        return torch.from_numpy(bags.rows), torch.from_numpy(bags.starts), torch.from_numpy(beside)

    def forward(self, rows: Tensor, starts: Tensor, beside: Tensor) -> Tensor:
        if len(self.rows):
            result = _SumOfRows.apply(self.rows, rows, starts) + self.bias
        else:
            result = self.bias.expand(len(starts), -1)
        return result if self.beside is None else result + beside @ self.beside

    def with_slopes(
        self, rows: Tensor, starts: Tensor, beside: Tensor
    ) -> tuple[Tensor, Callable[[Tensor], None]]:
        """The outputs, and what turns their slopes into the ``grad`` of each weight."""
        if len(self.rows):
            outputs = _sum_of_bags(self.rows, rows, starts).add_(self.bias)
        else:
            outputs = self.bias.expand(len(starts), -1)
        if self.beside is not None:
            outputs = torch.addmm(outputs, beside, self.beside)

        def pull_back(slopes: Tensor) -> None:
            torch.sum(slopes, 0, out=self.bias.grad)
            if self.beside is not None:
                torch.mm(beside.t(), slopes, out=self.beside.grad)
            if len(self.rows):
                self.rows.grad = _row_slopes(slopes, rows, starts, self.rows.shape)

        return outputs, pull_back

    def on_tensors(self, cells: Tensor, features: Tensor) -> Tensor:
        """The outputs from ``(cells, features)`` as they are, by way of the one-hot board: slower, and no numpy."""
        if len(self.rows):
            board = one_hot_board(cells, features, self.spec).permute(0, 2, 3, 1)
            result = board.flatten(start_dim=1) @ self.rows + self.bias
        else:
            result = self.bias.expand(features.shape[0], -1)
        beside = features[:, self.spec.n_features - self.spec.n_view_features :]
        return result if self.beside is None else result + beside @ self.beside

    def rows_of_old_characters(self, channels: Tensor) -> Tensor:
        """Where the rows of a layer with fewer characters belong: old channel c is ``channels[c]`` here."""
        positions = torch.arange(self.spec.view_height * self.spec.view_width)
        return (positions[:, None] * self.spec.n_channels + channels).reshape(-1)


class _SumOfRows(torch.autograd.Function):
    """``embedding_bag(mode="sum")`` with a gradient that is already summed up by distinct rows.

    torch's own sparse gradient lists a row as often as it was used, and adding those up later takes
    several times as long as finding the distinct rows here.
    """

    @staticmethod
    def forward(ctx: Any, table: Tensor, rows: Tensor, starts: Tensor) -> Tensor:
        ctx.save_for_backward(rows, starts)
        ctx.table_shape = table.shape
        return _sum_of_bags(table, rows, starts)

    @staticmethod
    def backward(ctx: Any, slopes: Tensor) -> tuple[Tensor, None, None]:
        rows, starts = ctx.saved_tensors
        return _row_slopes(slopes, rows, starts, ctx.table_shape), None, None


def _row_slopes(slopes: Tensor, rows: Tensor, starts: Tensor, shape: torch.Size) -> Tensor:
    """The slopes of a table's rows from those of the sums; sparse, each row named once."""
    # Each touched row's slope is the sum of the slopes of the boards that used it: bags again.
    boards = np.repeat(np.arange(len(starts)), lengths_of(starts.cpu().numpy(), len(rows)))
    touched, order, first_uses = distinct_rows(rows.cpu().numpy())
    bags = torch.from_numpy(boards.take(order)), torch.from_numpy(first_uses)
    sums = _sum_of_bags(slopes, *(bag.to(slopes.device) for bag in bags))
    places = torch.from_numpy(touched).to(slopes.device).unsqueeze(0)
    return torch.sparse_coo_tensor(places, sums, shape, is_coalesced=True, check_invariants=False)


def _sum_of_bags(table: Tensor, rows: Tensor, starts: Tensor) -> Tensor:
    """For each bag the sum of its rows: what ``functional.embedding_bag`` calls after long checks."""
    return torch.embedding_bag(table, rows, starts, False, 0)[0]
