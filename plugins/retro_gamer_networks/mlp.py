"""A multilayer perceptron: fully connected layers from the one-hot board to the actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from retro_gamer_core import ObservationSpec
from retro_gamer_networks.board_layer import BoardLayer
from retro_gamer_networks.dense_layers import DenseLayers, through_relu
from retro_gamer_networks.settings import NetworkSettings


class MLP(nn.Module):
    """``forward(*prepare(cells, features)) -> float32[n, n_outputs]``."""

    def __init__(self, spec: ObservationSpec, n_outputs: int, hidden_sizes: Sequence[int]) -> None:
        super().__init__()
        self.board = BoardLayer(spec, hidden_sizes[0])
        self.activation = nn.ReLU()
        self.head = DenseLayers([*hidden_sizes, n_outputs])
        self._sizes = [spec.n_inputs, *hidden_sizes, n_outputs]

    def prepare(self, cells: np.ndarray, features: np.ndarray) -> tuple[Tensor, ...]:
        """What ``forward`` takes, for ``cells: uint8[n, h, w]`` and ``features: float32[n, f]``."""
        return self.board.prepare(cells, features)

    def forward(self, *prepared: Tensor) -> Tensor:
        return self.head(self.activation(self.board(*prepared)))

    def with_slopes(self, *prepared: Tensor) -> tuple[Tensor, Callable[[Tensor], None]]:
        """The outputs, and what turns their slopes into the ``grad`` of each weight; equal to autograd.

        Call both where autograd rests (``torch.no_grad``).
        """
        board, pull_board_back = self.board.with_slopes(*prepared)
        board = board.relu_()
        outputs, pull_head_back = self.head.with_slopes(board)

        def pull_back(slopes: Tensor) -> None:
            pull_board_back(through_relu(pull_head_back(slopes), board))

        return outputs, pull_back

    def without_prepare(self) -> nn.Module:
        """The same network, taking ``(cells, features)`` as tensors: for programs that have no ``prepare``."""
        return _OnTensors(self)

    def old_weights_in(self, channels: Tensor) -> dict[str, tuple[int, Tensor]]:
        """Which entries of which weights a network with fewer characters fills: axis and index."""
        return {"board.rows": (0, self.board.rows_of_old_characters(channels))}

    def explain(self) -> list[str]:
        sizes = " → ".join(str(size) for size in self._sizes)
        return [
            f"network mlp: fully connected layers {sizes}; every neuron of the first layer looks at every "
            "cell, so a pattern is learned separately in each place it can appear",
            "the first layer is computed as a sum over the occupied cells only, which gives the same "
            "numbers many times faster",
        ]


class _OnTensors(nn.Module):
    """``forward(cells: uint8[n, h, w], features: float32[n, f]) -> float32[n, n_outputs]``, with an MLP's weights."""

    def __init__(self, network: MLP) -> None:
        super().__init__()
        self.network = network

    def forward(self, cells: Tensor, features: Tensor) -> Tensor:
        network = self.network
        return network.head(network.activation(network.board.on_tensors(cells, features)))


def build(spec: ObservationSpec, n_outputs: int, **options: Any) -> MLP:
    """An MLP with a ReLU after each hidden layer."""
    return MLP(spec, n_outputs, NetworkSettings(**options).hidden_sizes)
