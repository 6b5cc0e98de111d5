"""One optimiser for a whole network: Adam for its dense weights, RMSProp row by row for its tables.

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
from torch.optim.adam import adam

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
            name: RowRMSProp(weight) for name, weight in named.items() if getattr(weight, "row_by_row", False)
        }
        self._dense = {name: weight for name, weight in named.items() if name not in self._tables}
        self._weights = list(named.values())
        self._averages = [torch.zeros_like(weight) for weight in self._dense.values()]
        self._squares = [torch.zeros_like(weight) for weight in self._dense.values()]
        self._counts = [torch.zeros((), device=weight.device) for weight in self._dense.values()]

    def step(self, backward: Callable[[], None], learning_rate: float) -> None:
        """Move all weights down their gradients, which ``backward`` leaves in ``grad`` as autograd does."""
        for weight in self._weights:
            weight.grad = None
        backward()
        with torch.no_grad():
            self._move(learning_rate)

    def _move(self, learning_rate: float) -> None:
        gradients = [_dense_gradient(weight) for weight in self._dense.values()]
        touched = [(step, step.table.grad) for step in self._tables.values()]
        if self._max_norm:
            self._shorten([*gradients, *(rows._values() for _, rows in touched if rows is not None)])
        self._count += 1
        if gradients:
            adam(
                list(self._dense.values()),
                gradients,
                self._averages,
                self._squares,
                [],
                self._counts,
                fused=True,
                amsgrad=False,
                beta1=_BETA1,
                beta2=_BETA2,
                lr=learning_rate,
                weight_decay=0.0,
                eps=_EPSILON,
                maximize=False,
            )
        for step, rows in touched:
            if rows is not None:
                step.step(rows, learning_rate)

    def _shorten(self, gradients: list[Tensor]) -> None:
        norm = sum(part.dot(part).item() for part in map(torch.ravel, gradients)) ** 0.5
        if norm > self._max_norm:
            for part in gradients:
                part.mul_(self._max_norm / norm)

    def explain(self) -> str:
        """Which rule moves how many weights."""
        n_dense = sum(weight.numel() for weight in self._dense.values())
        n_rows = sum(step.table.numel() for step in self._tables.values())
        if not n_rows:
            return "Adam"
        return (
            f"RMSProp for the {n_rows:,} weights of the first layer, of which a batch moves only the rows it "
            f"used, each with one running average for its whole row; Adam for the other {n_dense:,}"
        )

    def state_dict(self) -> dict[str, Any]:
        """Steps taken, and by kind the running averages of each weight by its name."""
        return {"step": self._count, **self._running()}

    @torch.no_grad()
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the running averages back; shapes must be the same."""
        self._count = count(state, "step")
        for steps in self._counts:
            steps.fill_(self._count)
        for kind, averages in self._running().items():
            for name, average in averages.items():
                if state[kind][name].shape != average.shape:  # torch would spread a smaller one
                    raise ValueError(f"{kind} of {name} has the shape {tuple(state[kind][name].shape)}")
                average.copy_(state[kind][name])

    def _running(self) -> dict[str, dict[str, Tensor]]:
        tables = self._tables.items()
        return {
            "exp_avg": dict(zip(self._dense, self._averages, strict=True)),
            "exp_avg_sq": dict(zip(self._dense, self._squares, strict=True)),
            "row_exp_avg_sq": {name: step.square for name, step in tables},
            "row_uses": {name: step.uses for name, step in tables},
        }


def _dense_gradient(weight: nn.Parameter) -> Tensor:
    gradient = weight.grad
    if gradient is None:  # not a part of what was computed
        return torch.zeros_like(weight)
    return gradient.to_dense() if gradient.is_sparse else gradient


class RowRMSProp:
    """Moves only those rows of a table in place that have a gradient, each in steps of its own size.

    RMSProp (Tieleman and Hinton 2012) with one running mean square a row, as recommender systems keep
    it for their tables (Naumov et al. 2019), corrected as in Adam for having begun at zero, row by row:
    a row that is used for the first time late in training moves no further than any other.
    """

    def __init__(self, table: Tensor) -> None:
        self.table = table
        self._one, self._beta2, self._epsilon = table.detach().new_tensor([1.0, _BETA2, _EPSILON]).unbind()
        # Side by side, so that both are fetched and put back at once.
        self._kept = torch.zeros(len(table), 2, dtype=table.dtype, device=table.device)
        self.uses, self.square = self._kept.unbind(1)

    @torch.no_grad()
    def step(self, gradient: Tensor, learning_rate: float) -> None:
        """One step down ``gradient``, which is sparse, names each row once and is not needed any more."""
        rows, gradients = gradient._indices()[0], gradient._values()
        kept = self._kept.index_select(0, rows)
        uses, square = kept.unbind(1)
        uses.add_(self._one)
        norm = torch.linalg.vector_norm(gradients, dim=1)
        square.mul_(self._beta2).addcmul_(norm, norm, value=(1 - _BETA2) / gradients.shape[1])
        self._kept.index_copy_(0, rows, kept)
        scale = (square / (self._one - self._beta2**uses)).sqrt_().add_(self._epsilon)
        gradients.div_(scale.unsqueeze(1))
        self.table.add_(
            gradient, alpha=-learning_rate
        )  # torch adds a sparse tensor quicker than rows by number
