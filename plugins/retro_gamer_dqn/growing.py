"""Moving what was learned into a network that knows more characters.

Weights keep their values; weights of the added characters start at zero. So the larger network
gives the same answers as before for every board without the new characters, and for boards with
them the answers they had while those characters still looked like empty cells.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def can_grow(network: nn.Module) -> bool:
    """Whether the network says where old weights belong in a larger one."""
    return hasattr(network, "old_weights_in")


def spread(old: Tensor, like: Tensor, place: tuple[int, Tensor] | None) -> Tensor:
    """``old`` put into a tensor shaped like ``like``: at ``index`` along ``axis``, zeros elsewhere."""
    if place is None:
        return old.clone()
    axis, index = place
    return torch.zeros_like(like).index_copy_(axis, index.to(like.device), old)


@torch.no_grad()
def copy_weights(old: nn.Module, new: nn.Module, channels: Tensor) -> dict[str, tuple[int, Tensor]]:
    """Fill ``new`` with the weights of ``old``; old channel c is ``channels[c]`` in the new one.

    Returns where the entries went, by parameter name, for whatever else has the same shape.
    """
    old_weights_in = getattr(new, "old_weights_in", None)
    places = old_weights_in(channels) if old_weights_in else {}
    old_weights = dict(old.named_parameters())
    for name, weight in new.named_parameters():
        weight.copy_(spread(old_weights[name], weight, places.get(name)))
    old_buffers = dict(old.named_buffers())
    for name, buffer in new.named_buffers():
        buffer.copy_(old_buffers[name])
    return places
