"""The ways through a network: to its guesses alone, or to its guesses and how their slopes reach its weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor, nn

PullBack = Callable[[Tensor], None]
"""Takes how the loss changes with each guess, and leaves in ``grad`` how it changes with each weight."""


class BringsSlopes(Protocol):
    """A network that tells by itself how its weights change its outputs."""

    def with_slopes(self, *inputs: Tensor) -> tuple[Tensor, PullBack]: ...


Forward = Callable[[Any, Sequence[Tensor]], Tensor]
WithSlopes = Callable[[Any, Sequence[Tensor]], tuple[Tensor, PullBack]]


def ways_through(network: nn.Module) -> tuple[Forward, WithSlopes]:
    """The fastest ways through networks like this one.

    That is what the network itself brings (``with_slopes``), or else autograd. Frozen weights get no
    slopes, so a network that has some goes the long way.
    """
    if hasattr(network, "with_slopes") and all(weight.requires_grad for weight in network.parameters()):
        return _forward_by_hand, _by_hand
    return _forward, _by_autograd


@torch.no_grad()
def _forward(network: nn.Module, inputs: Sequence[Tensor]) -> Tensor:
    return network(*inputs)


# By hand, autograd is never asked. In inference mode torch does not look for it at each small sum.
@torch.inference_mode()
def _forward_by_hand(network: BringsSlopes, inputs: Sequence[Tensor]) -> Tensor:
    return network.with_slopes(*inputs)[0]


@torch.inference_mode()
def _by_hand(network: BringsSlopes, inputs: Sequence[Tensor]) -> tuple[Tensor, PullBack]:
    guesses, pull_back = network.with_slopes(*inputs)
    return guesses, partial(_pull_back_by_hand, pull_back)


@torch.inference_mode()
def _pull_back_by_hand(pull_back: PullBack, slopes: Tensor) -> None:
    pull_back(slopes)


def _by_autograd(network: nn.Module, inputs: Sequence[Tensor]) -> tuple[Tensor, PullBack]:
    # Whatever a network does only while it learns, such as dropout, is for these guesses alone.
    network.train()
    with torch.enable_grad():
        guesses = network(*inputs)
    network.eval()
    return guesses.detach(), guesses.backward
