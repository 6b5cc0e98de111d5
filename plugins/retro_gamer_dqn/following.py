"""One network that follows another slowly: the running average of its weights.

Polyak and Juditsky 1992; as a target network, Lillicrap et al. 2016, "Continuous control with deep
reinforcement learning", section 3.
"""

from __future__ import annotations

import math

import torch
from torch import nn


@torch.no_grad()
def follow(leader: nn.Module, follower: nn.Module, *, over: float) -> None:
    """Move each weight of ``follower`` toward ``leader``'s.

    Called again and again, this makes ``follower`` the average of about the last ``over`` leaders, where
    the newer ones count more. What is no fraction, such as a counter of batches, is copied.
    """
    share = 1.0 - math.exp(-1.0 / over)
    newest = leader.state_dict()
    for name, average in follower.state_dict().items():
        if average.is_floating_point():
            average.lerp_(newest[name], share)
        else:
            average.copy_(newest[name])
