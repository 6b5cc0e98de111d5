"""Fully connected layers with a ReLU between each two, with their derivative written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class DenseLayers(nn.Sequential):
    """``Linear(sizes[0], sizes[1]) → ReLU → … → Linear(sizes[-2], sizes[-1])``."""

    def __init__(self, sizes: Sequence[int]) -> None:
        layers: list[nn.Module] = []
        for n_inputs, n_outputs in pairwise(sizes):
            layers += [nn.Linear(n_inputs, n_outputs), nn.ReLU()]
        super().__init__(*layers[:-1])
        # Finding a weight by the name of a module takes torch as long as a small sum.
        self._weights = [(layer.weight, layer.bias) for layer in layers if isinstance(layer, nn.Linear)]

    def with_slopes(self, inputs: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """The outputs, and what turns their slopes into those of the weights and of ``inputs``.

        autograd would do the same; for layers this small its bookkeeping costs more than the sums.
        """
        last = self._weights[-1][0]
        seen = [inputs]
        for weight, bias in self._weights:
            seen.append(nn.functional.linear(seen[-1], weight, bias))
            if weight is not last:
                seen[-1].relu_()

        def pull_back(slopes: Tensor) -> Tensor:
            for (weight, bias), layer_inputs in zip(
                reversed(self._weights), reversed(seen[:-1]), strict=True
            ):
                torch.mm(slopes.t(), layer_inputs, out=weight.grad)
                torch.sum(slopes, 0, out=bias.grad)
                slopes = slopes @ weight
                if layer_inputs is not inputs:
                    slopes = through_relu(slopes, layer_inputs)
            return slopes

        return seen[-1], pull_back


_threshold_backward = torch.ops.aten.threshold_backward.default  # the way of autograd itself, looked up once


def through_relu(slopes: Tensor, outputs: Tensor) -> Tensor:
    """Slopes of what went into a ReLU, from those of its ``outputs``: 0 where it let nothing through."""
    return _threshold_backward(slopes, outputs, 0)
