"""What the built-in networks are made of: one-hot boards, a first layer that is quick on them, dense layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from retro_gamer_core import ObservationSpec
from retro_gamer_networks.nearby_rows import RADIUS, NearbyRows
from retro_gamer_networks.occupied_rows import distinct_rows, rows_of


class DenseLayers(nn.Sequential):
    """``Linear(sizes[0], sizes[1]) → ReLU → … → Linear(sizes[-2], sizes[-1])``."""

    def __init__(self, sizes: Sequence[int]) -> None:
        layers = [nn.Linear(n_inputs, n_outputs) for n_inputs, n_outputs in pairwise(sizes)]
        super().__init__(*[layer for each in layers for layer in (each, nn.ReLU())][:-1])
        self._linear = layers

    def forward(self, inputs: Tensor) -> Tensor:
        *hidden, last = self._linear  # calling each module takes torch as long as a small sum
        for layer in hidden:
            inputs = linear(inputs, layer.weight, layer.bias).relu_()
        return linear(inputs, last.weight, last.bias)


class BoardLayer(nn.Module):
    """``Linear(one_hot(cells, features))`` as a sum of weight rows.

    A linear layer multiplies each input by a row of weights and adds up. On a one-hot board nearly all
    inputs are 0 and the rest are 1, so the same result is the plain sum of the rows that belong to the
    occupied cells: a hundred times less work, exactly equal.

    ``forward`` takes what ``prepare`` gives, or ``(cells, features)`` as tensors, which is slower: then it
    does multiply the one-hot board, as programs do that have no numpy. Either way it gives
    ``float32[n, size]``.

    Row ``cell · n_channels + channel`` of ``rows`` holds the weights of one character in one cell of
    the view. Its gradient by way of ``prepare`` is sparse: only the rows of occupied cells have one.
    With ``nearby`` the rows of ``NearbyRows`` stand after these, and begin at zero; without a player in the middle
    of the view there are none.
    """

    def __init__(self, spec: ObservationSpec, size: int, *, nearby: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self._finder = rows_of(spec, nearby)
        self.nearby = self._finder.nearby
        n_rows = spec.view_height * spec.view_width * spec.n_channels
        # The same spread a dense layer of that many inputs starts with (torch.nn.Linear).
        bound = 1 / math.sqrt(max(1, spec.n_inputs))
        rows = torch.empty(n_rows, size).uniform_(-bound, bound)
        if self.nearby:
            rows = torch.cat([rows, torch.zeros(self.nearby.n_rows, size)])
        self.rows = nn.Parameter(rows)
        # So an optimiser may pass over the rows that have no gradient.
        self.rows.row_by_row = True  # type: ignore[attr-defined]
        self.bias = nn.Parameter(torch.empty(size).uniform_(-bound, bound))
        self.beside = None
        if spec.n_view_features:
            self.beside = nn.Parameter(torch.empty(spec.n_view_features, size).uniform_(-bound, bound))

    def prepare(self, cells: np.ndarray, features: np.ndarray) -> tuple[Tensor, ...]:
        """Rows of the occupied cells, the board of each, where each board's rows start, and the features beside it.

        ``cells: uint8[n, h, w]``, ``features: float32[n, f]``.
        """
        bags = self._finder.find(cells, features)
        return (
            torch.from_numpy(bags.rows),
            torch.from_numpy(bags.boards),
            torch.from_numpy(bags.starts),
            torch.from_numpy(self._view_features(features)),
        )

    def forward(self, *inputs: Tensor) -> Tensor:
        if len(inputs) == 2:
            cells, features = inputs
            n, beside = features.shape[0], self._view_features(features)
        else:
            rows, boards, starts, beside = inputs
            n = starts.shape[0]
        if not len(self.rows):
            result = self.bias.repeat(n, 1)
        elif len(inputs) == 2:
            board = one_hot_board(cells, features, self.spec).permute(0, 2, 3, 1).flatten(start_dim=1)
            result = board @ self.rows[: board.shape[1]] + self.bias
            if self.nearby:
                result = result + self._sum_of_nearby(self.nearby, cells, features)
        elif torch.is_grad_enabled():
            result = _SumOfRows.apply(self.rows, self.bias, rows, boards, starts)
        else:
            result = _sum_of_rows(self.rows, rows, starts).add_(self.bias)
        return result if self.beside is None else torch.addmm(result, beside, self.beside)

    def _sum_of_nearby(self, nearby: NearbyRows, cells: Tensor, features: Tensor) -> Tensor:
        n, around = cells.shape[0], torch.arange(2 * RADIUS + 1, device=cells.device)
        padded = pad(
            cells[:, : self.spec.board_height], (RADIUS, RADIUS, RADIUS, RADIUS), value=nearby.beyond
        )
        row, column = nearby.player(torch, features.long(), n)
        boards = torch.arange(n, device=cells.device)
        seen = padded[boards, around[:, None, None] + row, around[:, None] + column]
        rows = self.rows[len(self.rows) - nearby.n_rows :]
        near = nearby.near(torch, seen).to(rows.dtype) @ rows[: nearby.n_near]
        return near + rows[nearby.n_near + nearby.ahead(torch, seen)].sum(1)

    def _view_features(self, features: Any) -> Any:
        """The features that do not say where the player is."""
        return features[:, self.spec.n_features - self.spec.n_view_features :]

    def rows_of_old_characters(self, channels: Tensor) -> Tensor:
        """Where the rows of a layer with fewer characters belong: old channel c is ``channels[c]`` here."""
        positions = torch.arange(self.spec.view_height * self.spec.view_width)
        on_board = (positions[:, None] * self.spec.n_channels + channels).reshape(-1)
        if not self.nearby:
            return on_board
        others = torch.from_numpy(self.nearby.of_old_characters(channels.numpy()))
        return torch.cat([on_board, len(self.rows) - self.nearby.n_rows + others])


class _SumOfRows(torch.autograd.Function):
    """``embedding_bag(mode="sum")`` and a bias, with a gradient that is already summed up by distinct rows.

    torch's own sparse gradient lists a row as often as it was used, and adding those up later takes
    several times as long as finding the distinct rows here.
    """

    @staticmethod
    def forward(
        ctx: Any, table: Tensor, bias: Tensor, rows: Tensor, boards: Tensor, starts: Tensor
    ) -> Tensor:
        ctx.table_shape, ctx.rows, ctx.boards = table.shape, rows, boards
        return _sum_of_rows(table, rows, starts).add_(bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        # The gradient of a row that was used is the sum over the boards that used it: bags again.
        distinct = distinct_rows(ctx.rows.cpu().numpy(), ctx.table_shape[0])
        touched, order, starts = (torch.from_numpy(each).to(gradient.device) for each in distinct)
        sums = _sum_of_rows(gradient, ctx.boards.take(order), starts)
        gradient_of_table = torch.sparse_coo_tensor(
            touched.unsqueeze(0), sums, ctx.table_shape, is_coalesced=True, check_invariants=False
        )
        return gradient_of_table, gradient.sum(0), None, None, None


def _sum_of_rows(table: Tensor, rows: Tensor, starts: Tensor) -> Tensor:
    """For each bag the sum of its rows: what ``functional.embedding_bag`` calls after long checks."""
    # Of a table that asks for a gradient, torch would note down more than is used here.
    return torch.embedding_bag(table.detach(), rows, starts, False, 0)[0]


def one_hot_board(cells: Tensor, features: Tensor, spec: ObservationSpec) -> Tensor:
    """The view as ``float32[n, n_channels, view_height, view_width]``; an empty cell is all zeros."""
    seen = _centred(cells, features, spec) if spec.centred else cells
    one_hot = torch.zeros(seen.shape[0], spec.n_codes, *seen.shape[1:], device=cells.device)
    one_hot.scatter_(1, seen.long().unsqueeze(1), 1.0)
    return one_hot[:, 1:]


def _centred(cells: Tensor, features: Tensor, spec: ObservationSpec) -> Tensor:
    """``retro_gamer_core.observation.view`` for a batch: ``uint8[n, view_height, view_width]``."""
    n, height, width = cells.shape[0], spec.board_height, spec.width
    boards = torch.arange(n, device=cells.device)
    column, row = features[:, 0].long(), features[:, 1].long()
    seen = cells.new_zeros(n, spec.view_height, spec.view_width)
    stacked = torch.arange(spec.height, device=cells.device)
    rows = stacked + stacked // height * (height + 1) + (height - row)[:, None]
    columns = torch.arange(width, device=cells.device) + (width - column)[:, None]
    seen[boards[:, None, None], rows[:, :, None], columns[:, None, :]] = cells
    for edge_column in (width - column - 1, 2 * width - column):
        seen[boards, height, edge_column] = spec.outside_code
    for edge_row in (height - row - 1, 2 * height - row):
        seen[boards, edge_row, width] = spec.outside_code
    return seen
