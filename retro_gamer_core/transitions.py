"""Transitions: what was seen, what was done, what came of it.

A transition carries a ``discount``, never a ``done`` flag: it is ``gamma**k`` when the game goes on
k turns later and 0 when the game ended. A turn limit is not an end, so it keeps its discount and is
judged by what was really seen last (Pardo et al. 2018, "Time limits in reinforcement learning").
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from retro_gamer_core.observation import Observations

if TYPE_CHECKING:
    import numpy as np


@dataclass
class Transitions:
    """n transitions side by side.

    Args:
        observations: what was seen, ``cells: uint8[n, h, w]``, ``features: float32[n, f]``.
        actions: ``int64[n]``, index of the key pressed; the last index is "press nothing".
        rewards: ``float32[n]``, discounted sum of the k rewards that followed.
        discounts: ``float32[n]``, ``gamma**k``, or 0 where the game ended.
        next_observations: what was seen k turns later.
    """

    observations: Observations
    actions: np.ndarray
    rewards: np.ndarray
    discounts: np.ndarray
    next_observations: Observations

    def __len__(self) -> int:
        return len(self.actions)

    def __getitem__(self, index: np.ndarray | slice) -> Transitions:
        return Transitions(*(getattr(self, field.name)[index] for field in fields(self)))


@dataclass
class Batch:
    """Transitions drawn from a memory, to learn from.

    Args:
        transitions: ``batch_size`` of them.
        keys: ``int64[batch_size]``, the memory's own names for them, for ``update_priorities``.
        weights: ``float32[batch_size]``, how much each counts: 1 for all when drawn evenly, less
            for those drawn more often than evenly (Schaul et al. 2016, section 3.4).
    """

    transitions: Transitions
    keys: np.ndarray
    weights: np.ndarray
