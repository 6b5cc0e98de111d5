"""Adam that touches only the rows of a table that the batch touched.

The first layer of a network on a board is a large table of weights, of which a batch uses a few
hundred rows. Plain Adam moves all rows every time, also those with no gradient, and that costs
more than everything else together. Here a row rests until it is used again ("lazy" Adam): its
running averages do not decay meanwhile, which is the one difference from plain Adam.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class RowAdam(torch.optim.Optimizer):
    """Adam (Kingma and Ba 2015) for tables with sparse gradients.

    Args:
        tables: parameters ``float32[rows, size]`` whose gradients are sparse in the first axis.
    """

    def __init__(
        self,
        tables: Iterable[Tensor],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(tables, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for table in group["params"]:
                if table.grad is not None:
                    self._step_rows(table, group)

    def _step_rows(self, table: Tensor, group: dict[str, Any]) -> None:
        state = self.state[table]
        if not state:
            state["step"] = torch.zeros(())
            state["exp_avg"] = torch.zeros_like(table)
            state["exp_avg_sq"] = torch.zeros_like(table)
        state["step"] += 1
        step = float(state["step"])
        beta1, beta2 = group["betas"]

        gradient = table.grad.coalesce()
        rows, slopes = gradient._indices()[0], gradient._values()
        average = state["exp_avg"].index_select(0, rows).lerp_(slopes, 1 - beta1)
        square = state["exp_avg_sq"].index_select(0, rows)
        square.mul_(beta2).addcmul_(slopes, slopes, value=1 - beta2)
        state["exp_avg"].index_copy_(0, rows, average)
        state["exp_avg_sq"].index_copy_(0, rows, square)

        spread = square.div_(1 - beta2**step).sqrt_().add_(group["eps"])
        weights = table.index_select(0, rows)
        weights.addcdiv_(average, spread, value=-group["lr"] / (1 - beta1**step))
        table.index_copy_(0, rows, weights)
