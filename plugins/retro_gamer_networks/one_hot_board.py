"""One-hot boards as tensors, for networks that need the real picture."""

from __future__ import annotations

import torch
from torch import Tensor

from retro_gamer_core import ObservationSpec


def one_hot_board(cells: Tensor, features: Tensor, spec: ObservationSpec) -> Tensor:
    """The view as ``float32[n, n_channels, view_height, view_width]``; an empty cell is all zeros."""
    seen = _centred(cells, features, spec) if spec.centred else cells
    one_hot = torch.zeros(seen.shape[0], spec.n_codes, *seen.shape[1:], device=cells.device)
    one_hot.scatter_(1, seen.long().unsqueeze(1), 1.0)
    return one_hot[:, 1:]


def _centred(cells: Tensor, features: Tensor, spec: ObservationSpec) -> Tensor:
    """``retro_gamer_core.observation.view`` for a batch: ``uint8[n, view_height, view_width]``."""
    n, height, width = cells.shape
    boards = torch.arange(n, device=cells.device)
    column, row = features[:, 0].long(), features[:, 1].long()
    seen = cells.new_zeros(n, spec.view_height, spec.view_width)
    rows = torch.arange(height, device=cells.device) + (height - row)[:, None]
    columns = torch.arange(width, device=cells.device) + (width - column)[:, None]
    seen[boards[:, None, None], rows[:, :, None], columns[:, None, :]] = cells
    for edge_column in (width - column - 1, 2 * width - column):
        seen[boards, height, edge_column] = spec.outside_code
    for edge_row in (height - row - 1, 2 * height - row):
        seen[boards, edge_row, width] = spec.outside_code
    return seen
