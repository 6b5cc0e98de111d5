"""A multilayer perceptron: fully connected layers from the one-hot board to the actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from retro_gamer_core import ObservationSpec
from retro_gamer_networks.layers import BoardLayer, DenseLayers
from retro_gamer_networks.settings import MLPSettings


class MLP(nn.Module):
    """``forward(*prepare(cells, features)) -> float32[n, n_outputs]``, or slower ``forward(cells, features)``."""

    same_in_training = True

    def __init__(
        self, spec: ObservationSpec, n_outputs: int, hidden_sizes: Sequence[int], nearby: bool = False
    ) -> None:
        super().__init__()
        self.board = BoardLayer(spec, hidden_sizes[0], nearby=nearby)
        self.head = DenseLayers([*hidden_sizes, n_outputs])
        self._nearby = nearby
        self._sizes = [spec.n_inputs, *hidden_sizes, n_outputs]

    def prepare(self, cells: np.ndarray, features: np.ndarray) -> tuple[Tensor, ...]:
        """The quicker inputs of ``forward``, for ``cells: uint8[n, h, w]`` and ``features: float32[n, f]``."""
        return self.board.prepare(cells, features)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.head.forward(self.board.forward(*inputs).relu_())  # quicker than calling modules

    def without_prepare(self) -> nn.Module:
        """The same network, as it takes ``(cells, features)``, too."""
        return self

    def old_weights_in(self, channels: Tensor) -> dict[str, tuple[int, Tensor]]:
        """Which entries of which weights a network with fewer characters fills: axis and index."""
        return {"board.rows": (0, self.board.rows_of_old_characters(channels))}

    def explain(self) -> list[str]:
        sizes = " → ".join(str(size) for size in self._sizes)
        lines = [
            f"network mlp: fully connected layers {sizes}; every neuron of the first layer looks at every "
            "cell, so a pattern is learned separately in each place it can appear",
            "the first layer is computed as a sum over the occupied cells only, which gives the same "
            "numbers many times faster",
        ]
        if self.board.nearby:
            lines.append(
                "besides the cells, it is told how near each character is to the player and to the four places "
                "beside it, and what lies ahead in each direction, such as two blocks and then a beast"
            )
        elif self._nearby:
            lines.append("nearby is not used, as the encoder does not show the board from the player's place")
        return lines


def build(spec: ObservationSpec, n_outputs: int, **options: Any) -> MLP:
    """An MLP with a ReLU after each hidden layer."""
    settings = MLPSettings(**options)
    return MLP(spec, n_outputs, settings.hidden_sizes, settings.nearby)
