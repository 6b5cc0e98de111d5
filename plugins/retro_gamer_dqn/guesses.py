"""The learning network's guesses, and how their slopes reach its weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

PullBack = Callable[[Tensor], None]
"""Takes how the loss changes with each guess, and leaves in ``grad`` how it changes with each weight."""


def guesses_of(network: nn.Module) -> Callable[[nn.Module, Sequence[Tensor]], tuple[Tensor, PullBack]]:
    """The fastest way to learn with this network: its own derivative where it brings one, else autograd.

    Frozen weights get no slopes, so a network that has some goes the long way.
    """
    by_hand = hasattr(network, "with_slopes") and all(weight.requires_grad for weight in network.parameters())
    return _by_hand if by_hand else _by_autograd


def _by_hand(network: nn.Module, inputs: Sequence[Tensor]) -> tuple[Tensor, PullBack]:
    return network.with_slopes(*inputs)


def _by_autograd(network: nn.Module, inputs: Sequence[Tensor]) -> tuple[Tensor, PullBack]:
    # Whatever a network does only while it learns, such as dropout, is for these guesses alone.
    network.train()
    with torch.enable_grad():
        guesses = network(*inputs)
    network.eval()
    return guesses.detach(), guesses.backward
