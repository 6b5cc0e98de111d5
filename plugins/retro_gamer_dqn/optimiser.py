"""One optimiser for the whole network: row by row for sparse tables, fused Adam for the rest."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from retro_gamer_dqn.row_adam import RowAdam


class NetworkOptimiser:
    """Adam for a network, some of whose weights are tables with sparse gradients.

    Args:
        network: whose parameters are moved. A parameter called ``…rows`` with two axes is a table.
        learning_rate: at the start; ``set_learning_rate`` changes it.
        max_gradient_norm: a longer gradient is shortened to this length.
    """

    def __init__(self, network: nn.Module, learning_rate: float, max_gradient_norm: float) -> None:
        tables, others = [], []
        for name, parameter in network.named_parameters():
            (tables if name.split(".")[-1] == "rows" else others).append(parameter)
        self._parameters = tables + others
        self._max_norm = max_gradient_norm
        self._parts: dict[str, torch.optim.Optimizer] = {}
        if others:
            self._parts["dense"] = torch.optim.Adam(others, lr=learning_rate, fused=True)
        if tables:
            self._parts["rows"] = RowAdam(tables, lr=learning_rate)

    def step(self, loss: Tensor) -> None:
        """Move all weights so that ``loss`` becomes smaller."""
        for parameter in self._parameters:
            parameter.grad = None
        loss.backward()
        self._shorten_gradient()
        for part in self._parts.values():
            part.step()

    def _shorten_gradient(self) -> None:
        slopes = []
        for parameter in self._parameters:
            if parameter.grad is not None:
                if parameter.grad.is_sparse:
                    parameter.grad = parameter.grad.coalesce()
                    slopes.append(parameter.grad._values())
                else:
                    slopes.append(parameter.grad)
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(slopes)))
        scale = self._max_norm / (norm + 1e-6)
        if scale < 1:
            torch._foreach_mul_(slopes, scale)

    def set_learning_rate(self, learning_rate: float) -> None:
        for part in self._parts.values():
            for group in part.param_groups:
                group["lr"] = learning_rate

    def state_dict(self) -> dict[str, Any]:
        return {name: part.state_dict() for name, part in self._parts.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name, part in self._parts.items():
            part.load_state_dict(state[name])

    def moments(self) -> dict[int, dict[str, Tensor]]:
        """Running averages by ``id`` of their parameter, for carrying them into a larger network."""
        return {
            id(parameter): values for part in self._parts.values() for parameter, values in part.state.items()
        }

    def set_moments(self, parameter: Tensor, values: dict[str, Tensor]) -> None:
        for part in self._parts.values():
            if any(parameter is member for group in part.param_groups for member in group["params"]):
                part.state[parameter] = values
