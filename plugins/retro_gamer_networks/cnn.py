"""A convolutional network: the same small pattern detectors slide over the whole board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from retro_gamer_core import ObservationSpec, RetroGamerError
from retro_gamer_networks.layers import DenseLayers, one_hot_board
from retro_gamer_networks.settings import NetworkSettings

_SMALLEST_SIDE = 5
"""Two 3×3 convolutions take two cells from each side; on a smaller board nothing would be left."""


class CNN(nn.Module):
    """``forward(cells: uint8[n, h, w], features: float32[n, f]) -> float32[n, n_outputs]``."""

    same_in_training = True

    def __init__(self, spec: ObservationSpec, n_outputs: int, hidden_sizes: Sequence[int]) -> None:
        super().__init__()
        self.spec = spec
        height, width = spec.view_height // spec.frames, spec.view_width
        self._shape = spec.n_channels * spec.frames, height, width
        self._padding = 1 if min(height, width) < _SMALLEST_SIDE else 0
        self.convolutions = nn.Sequential(
            nn.Conv2d(self._shape[0], 32, kernel_size=3, padding=self._padding),
            nn.ReLU(),
            nn.Conv2d(32, 64, kernel_size=3, padding=self._padding),
            nn.ReLU(),
        )
        lost = 0 if self._padding else 4
        self._flat = 64 * (height - lost) * (width - lost)
        self.head = DenseLayers([self._flat + spec.n_view_features, *hidden_sizes, n_outputs])
        self._sizes = [*hidden_sizes, n_outputs]

    def forward(self, cells: Tensor, features: Tensor) -> Tensor:
        board = one_hot_board(cells, features, self.spec).reshape(-1, *self._shape)
        seen = self.convolutions(board).flatten(start_dim=1)
        if self.spec.n_view_features:
            seen = torch.cat([seen, features[:, -self.spec.n_view_features :]], dim=1)
        return self.head(seen)

    def old_weights_in(self, channels: Tensor) -> dict[str, tuple[int, Tensor]]:
        """Which entries of which weights a network with fewer characters fills: axis and index."""
        frames = self.spec.frames
        return {"convolutions.0.weight": (1, (channels[:, None] * frames + torch.arange(frames)).flatten())}

    def explain(self) -> list[str]:
        c = self._shape[0]
        sizes = " → ".join(str(size) for size in [self._flat + self.spec.n_view_features, *self._sizes])
        lines = [
            f"network cnn: Conv({c}→32, 3×3) → ReLU → Conv(32→64, 3×3) → ReLU → {sizes}; a convolution looks "
            "for the same small pattern everywhere on the board, so what is learned in one place holds in all"
        ]
        if self._padding:
            lines.append("the board is so small that a rim of empty cells is added before each convolution")
        return lines


def build(spec: ObservationSpec, n_outputs: int, **options: Any) -> CNN:
    """Two 3×3 convolutions of 32 and 64 channels, then fully connected layers.

    Raises:
        RetroGamerError: no board is observed, so there is nothing to convolve.
    """
    if not spec.height * spec.width:
        raise RetroGamerError(
            "a convolutional network needs a board to look at",
            where='network = "cnn" in [model]',
            why="the encoder shows the learner no board, only numbers",
            hint='network = "mlp"',
        )
    return CNN(spec, n_outputs, NetworkSettings(**options).hidden_sizes)
