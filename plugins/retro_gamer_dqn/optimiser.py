"""One optimiser for a whole network: Adam for its dense weights, RMSProp row by row for its tables.

The dense weights of a network are a handful of small tensors, and a step over each of them by
itself is mostly overhead. So they are laid into one flat tensor, of which each weight and each
gradient becomes a view: clipping and Adam then take one pass.

The first layer of a network on a board is a large table, of which a batch uses a few hundred rows.
Plain Adam moves all rows every time, also those without a gradient, and keeps two running averages
of each weight; that costs more than everything else together. Here a row rests until it is used
again, and has one running average for all its weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from retro_gamer_dqn.checkpoint import count

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


class NetworkOptimiser:
    """Moves the weights of a network down their gradients.

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
        self._flat, self._gradients = _flatten(list(self._dense.values()))
        self._adam = DenseAdam(self._flat)
        self._row_steps = {name: RowRMSProp(table.data) for name, table in self._tables.items()}

    def step(self, backward: Callable[[], None], learning_rate: float) -> None:
        """Move all weights down their gradients, which ``backward`` adds to ``grad`` as autograd does."""
        self._gradients.zero_()
        for table in self._tables.values():
            table.grad = None
        backward()
        self._move(learning_rate)

    @torch.inference_mode()
    def _move(self, learning_rate: float) -> None:
        touched = {
            name: (table.grad._indices()[0], table.grad._values())
            for name, table in self._tables.items()
            if table.grad is not None
        }
        if self._max_norm:
            self._shorten([self._gradients, *(gradients for _, gradients in touched.values())])
        self._count += 1
        self._adam.step(self._gradients, learning_rate, self._count)
        for name, (rows, gradients) in touched.items():
            self._row_steps[name].step(rows, gradients, learning_rate)

    def _shorten(self, gradients: list[Tensor]) -> None:
        norm = sum(part.dot(part).item() for part in map(torch.ravel, gradients)) ** 0.5
        if norm > self._max_norm:
            for part in gradients:
                part.mul_(self._max_norm / norm)

    def explain(self) -> str:
        """Which rule moves how many weights."""
        n_dense, n_rows = self._flat.numel(), sum(table.numel() for table in self._tables.values())
        if not n_rows:
            return "Adam"
        return (
            f"RMSProp for the {n_rows:,} weights of the first layer, of which a batch moves only the rows it "
            f"used, each with one running average for its whole row; Adam for the other {n_dense:,}"
        )

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
            "exp_avg": self._of_each_weight(self._adam.average),
            "exp_avg_sq": self._of_each_weight(self._adam.square),
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
    gradients = torch.zeros_like(flat)
    sizes = [weight.numel() for weight in weights]
    for weight, piece, gradient in zip(weights, flat.split(sizes), gradients.split(sizes), strict=True):
        weight.data = piece.view_as(weight)
        weight.grad = gradient.view_as(weight)
    return flat, gradients


class DenseAdam:
    """Moves all weights of one flat tensor in place (Adam, Kingma and Ba 2015)."""

    def __init__(self, weights: Tensor) -> None:
        self._weights = weights
        self._beta2 = weights.new_tensor(_BETA2)  # torch would make a tensor of a plain number at each step
        self.average = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)

    def step(self, gradients: Tensor, learning_rate: float, count: int) -> None:
        """One step down ``gradients``, the ``count``-th."""
        self.average.lerp_(gradients, 1 - _BETA1)
        self.square.mul_(self._beta2).addcmul_(gradients, gradients, value=1 - _BETA2)
        # Both averages began at zero; the factors that correct this are taken out of the root (section 2).
        root = (1 - _BETA2**count) ** 0.5
        scale = self.square.sqrt().add_(_EPSILON * root)
        self._weights.addcdiv_(self.average, scale, value=-learning_rate * root / (1 - _BETA1**count))


class RowRMSProp:
    """Moves only those rows of a table in place that have a gradient, each in steps of its own size.

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

    def step(self, rows: Tensor, gradients: Tensor, learning_rate: float) -> None:
        """One step for ``rows: int64[r]``, each named once, down ``gradients: float32[r, size]``."""
        kept = self._kept.index_select(0, rows)
        uses, square = kept.unbind(1)
        uses.add_(self._one)
        mean_square = torch.linalg.vector_norm(gradients, dim=1).square_().div_(gradients.shape[1])
        square.lerp_(mean_square, 1 - _BETA2)
        self._kept.index_copy_(0, rows, kept)
        scale = (square / (self._one - self._beta2**uses)).sqrt_().add_(self._epsilon)
        self._table.index_add_(0, rows, gradients / scale.unsqueeze(1), alpha=-learning_rate)
