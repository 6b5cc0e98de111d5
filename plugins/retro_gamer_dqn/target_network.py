"""How the target network, which the targets are computed with, follows the learning network."""

from __future__ import annotations

import math

import torch
from torch import nn

_UPDATES_BETWEEN_AVERAGES = 100
"""Averaging all weights costs as much as an update, so it is done now and then."""


class Copied:
    """The target network is a copy, renewed every so many updates (Mnih et al. 2015)."""

    plays = False
    """Whether the target network is the one that plays where nothing is learned."""

    def __init__(self, every: int) -> None:
        self._every = every

    def move(self, target: nn.Module, online: nn.Module, updates: int) -> None:
        """After so many updates of ``online``."""
        if updates % self._every == 0:
            target.load_state_dict(online.state_dict())

    def explain(self) -> str:
        return f"target network: copied from the learning network every {self._every} updates"


class Averaged:
    """The target network is the running average of the learning network's weights.

    Polyak and Juditsky 1992; as a target, Lillicrap et al. 2016, "Continuous control with deep
    reinforcement learning", section 3. An average wavers less than what it is the average of, so it plays.
    """

    plays = True

    def __init__(self, over: int) -> None:
        self._over = over
        self._share = 1.0 - math.exp(-_UPDATES_BETWEEN_AVERAGES / over)

    @torch.no_grad()
    def move(self, target: nn.Module, online: nn.Module, updates: int) -> None:
        """After so many updates of ``online``. What is no fraction, such as a counter of batches, is copied."""
        if updates % _UPDATES_BETWEEN_AVERAGES:
            return
        newest = online.state_dict()
        for name, average in target.state_dict().items():
            if average.is_floating_point():
                average.lerp_(newest[name], self._share)
            else:
                average.copy_(newest[name])

    def explain(self) -> str:
        return (
            f"target network: the average of the learning network over about {self._over:,} updates; it wavers "
            "less, so it is also the one that plays when the agent is watched or tested"
        )


def target_rule(every: int, average: int) -> Copied | Averaged:
    """The rule for these options: ``target_update_freq`` and ``target_average``."""
    return Averaged(average) if average else Copied(every)
