"""The first layer on a one-hot board, without the one-hot board.

A linear layer multiplies each input by a row of weights and adds up. On a one-hot board nearly all
inputs are 0 and the rest are 1, so the same result is the plain sum of the rows that belong to the
occupied cells: a hundred times less work, exactly equal.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from retro_gamer_core import ObservationSpec


class BoardLayer(nn.Module):
    """``Linear(one_hot(cells, features))`` as a sum of weight rows.

    ``forward(cells: uint8[n, h, w], features: float32[n, f]) -> float32[n, size]``.

    Row ``(cell · n_channels + channel)`` of ``rows`` holds the weights of one character in one cell
    of the view. Its gradient is sparse: only the rows of occupied cells have one.
    """

    def __init__(self, spec: ObservationSpec, size: int) -> None:
        super().__init__()
        self.spec = spec
        n_rows = spec.view_height * spec.view_width * spec.n_channels
        # The same spread a dense layer of that many inputs starts with (torch.nn.Linear).
        bound = 1 / math.sqrt(max(1, spec.n_inputs))
        self.rows = nn.Parameter(torch.empty(n_rows, size).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(size).uniform_(-bound, bound))
        self.beside = None
        if spec.n_view_features:
            self.beside = nn.Parameter(torch.empty(spec.n_view_features, size).uniform_(-bound, bound))

    def forward(self, cells: Tensor, features: Tensor) -> Tensor:
        result = self.bias.expand(len(cells), -1)
        if len(self.rows):
            rows, starts = self._occupied_rows(cells, features)
            result = result + functional.embedding_bag(rows, self.rows, starts, mode="sum", sparse=True)
        if self.beside is not None:
            result = result + features[:, -self.spec.n_view_features :] @ self.beside
        return result

    def _occupied_rows(self, cells: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Row numbers of the occupied cells of all boards in one list, and where each board starts."""
        spec, n = self.spec, len(cells)
        board, row, column = cells.nonzero(as_tuple=True)
        channel = cells[board, row, column].long() - 1
        counts = torch.bincount(board, minlength=n)
        if not spec.centred:
            return (row * spec.width + column) * spec.n_channels + channel, counts.cumsum(0) - counts
        height, width, view_width = spec.height, spec.width, spec.view_width
        player = features[:, :2].long()
        player_column, player_row = player[:, 0], player[:, 1]
        rows = (
            (row - player_row[board] + height) * view_width + column - player_column[board] + width
        ) * spec.n_channels + channel
        edges = torch.stack(
            [
                height * view_width + width - player_column - 1,
                height * view_width + 2 * width - player_column,
                (height - player_row - 1) * view_width + width,
                (2 * height - player_row) * view_width + width,
            ],
            dim=1,
        ) * spec.n_channels + (spec.outside_code - 1)
        # Two bags a board, its cells and its four edges, would need summing afterwards: one list is faster.
        board_of_edge = torch.arange(n, device=cells.device).repeat_interleave(4)
        order = torch.cat([board, board_of_edge]).argsort(stable=True)
        counts = counts + 4
        return torch.cat([rows, edges.reshape(-1)])[order], counts.cumsum(0) - counts

    def rows_of_old_characters(self, channels: Tensor) -> Tensor:
        """Where the rows of a layer with fewer characters belong: old channel c is ``channels[c]`` here."""
        positions = torch.arange(self.spec.view_height * self.spec.view_width)
        return (positions[:, None] * self.spec.n_channels + channels).reshape(-1)
