"""One optimiser for a whole network: its dense weights in one piece, its tables row by row.

The dense weights of a network are a handful of small tensors, and a step over each of them by
itself is mostly overhead. So they are laid into one flat tensor, of which each weight and each
gradient becomes a view: clipping and Adam then take one pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from retro_gamer_dqn.plain_state import count
from retro_gamer_dqn.step_sizes import DenseAdam, RowRMSProp


class NetworkOptimiser:
    """Adam for a network.

    Args:
        network: whose weights are moved. A parameter with the attribute ``row_by_row`` is a table whose
            gradient is sparse in the first axis and names each row once.
        max_gradient_norm: a longer gradient is shortened to this length; 0 shortens none.
    """

    def __init__(self, network: nn.Module, max_gradient_norm: float) -> None:
        self._max_norm = max_gradient_norm
        self._count = 0
        named = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
        self._tables = {
            name: weight for name, weight in named.items() if getattr(weight, "row_by_row", False)
        }
        self._dense = {name: weight for name, weight in named.items() if name not in self._tables}
        self._flat, self._slopes = _flatten(list(self._dense.values()))
        self._dense_adam = DenseAdam(self._flat)
        self._row_steps = {name: RowRMSProp(table.data) for name, table in self._tables.items()}

    def step(self, fill_slopes: Callable[[], None], learning_rate: float) -> None:
        """Move all weights down their slopes, which ``fill_slopes`` leaves in ``grad``, as ``backward`` does."""
        self._slopes.zero_()
        self._drop_slopes_of_tables()
        fill_slopes()
        self._move(learning_rate)
        # Made in inference mode they may be, and to those nobody's own ``backward`` could add anything.
        self._drop_slopes_of_tables()

    def _drop_slopes_of_tables(self) -> None:
        for table in self._tables.values():
            table.grad = None

    @torch.inference_mode()
    def _move(self, learning_rate: float) -> None:
        touched = {
            name: (table.grad._indices()[0], table.grad._values())
            for name, table in self._tables.items()
            if table.grad is not None
        }
        if self._max_norm:
            self._shorten([self._slopes, *(slopes for _, slopes in touched.values())])
        self._count += 1
        self._dense_adam.step(self._slopes, learning_rate, self._count)
        for name, (rows, slopes) in touched.items():
            self._row_steps[name].step(rows, slopes, learning_rate)

    def _shorten(self, slopes: list[Tensor]) -> None:
        norm = sum(part.dot(part).item() for part in map(torch.ravel, slopes)) ** 0.5
        if norm > self._max_norm:
            for part in slopes:
                part.mul_(self._max_norm / norm)

    def state_dict(self) -> dict[str, Any]:
        """Steps taken, and by kind the running averages of each weight by its name."""
        return {"step": self._count, **self._averages()}

    @torch.no_grad()
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the running averages back; shapes must be the same."""
        self._count = count(state, "step")
        for kind, averages in self._averages().items():
            for name, average in averages.items():
                if state[kind][name].shape != average.shape:  # torch would spread a smaller one
                    raise ValueError(f"{kind} of {name} has the shape {tuple(state[kind][name].shape)}")
                average.copy_(state[kind][name])

    def _averages(self) -> dict[str, dict[str, Tensor]]:
        rows = self._row_steps.items()
        return {
            "exp_avg": self._of_each_weight(self._dense_adam.average),
            "exp_avg_sq": self._of_each_weight(self._dense_adam.square),
            "row_exp_avg_sq": {name: row_step.square for name, row_step in rows},
            "row_uses": {name: row_step.uses for name, row_step in rows},
        }

    def _of_each_weight(self, flat: Tensor) -> dict[str, Tensor]:
        """Views of a flat tensor, shaped like the dense weights."""
        pieces = flat.split([weight.numel() for weight in self._dense.values()])
        return {
            name: piece.view_as(weight)
            for (name, weight), piece in zip(self._dense.items(), pieces, strict=True)
        }


def _flatten(weights: list[nn.Parameter]) -> tuple[Tensor, Tensor]:
    """Lay weights and their gradients into one flat tensor each, and make each a view of its piece."""
    if not weights:
        return torch.zeros(0), torch.zeros(0)
    flat = torch.cat([weight.detach().reshape(-1) for weight in weights])
    slopes = torch.zeros_like(flat)
    sizes = [weight.numel() for weight in weights]
    for weight, piece, slope in zip(weights, flat.split(sizes), slopes.split(sizes), strict=True):
        weight.data = piece.view_as(weight)
        weight.grad = slope.view_as(weight)
    return flat, slopes
