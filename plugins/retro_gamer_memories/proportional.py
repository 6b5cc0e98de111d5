"""Proportional prioritisation (Schaul et al. 2016, section 3.3): a distribution over keys, not a store.

A key's *priority* is ``(|td_error| + priority_floor) ** alpha``, and its chance of being drawn is
proportional to that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_memories.errors import NotANumber
from retro_gamer_memories.settings import Prioritization
from retro_gamer_memories.sum_tree import SumTree


class ProportionalSampler:
    """Draws keys ``0 … capacity - 1`` in proportion to their priorities.

    Args:
        capacity: how many keys there are.
        settings: alpha, beta and how beta rises.
    """

    def __init__(self, capacity: int, settings: Prioritization) -> None:
        self._settings = settings
        self._tree = SumTree(capacity)
        self._largest_priority = 1.0
        self._draws = 0

    @property
    def beta(self) -> float:
        """How fully the next draw's weights make up for the uneven drawing."""
        first, updates = self._settings.beta, self._settings.beta_updates
        progress = min(self._draws / updates, 1.0) if updates else 0.0
        return first + progress * (1.0 - first)

    def add(self, keys: np.ndarray) -> None:
        """New transitions lie at ``keys: int64[n]``: they get the largest priority seen so far."""
        self._tree.set(keys, np.full(len(keys), self._largest_priority))

    def priorities(self, keys: np.ndarray) -> np.ndarray:
        """The priorities of ``keys: int64[n]``, ``float64[n]``."""
        return self._tree.get(keys)

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw n keys, one from each n-th of the total priority (appendix B.2.1), and their weights.

        Returns:
            ``keys: int64[n]`` and ``weights: float32[n]``, the largest of which is 1.
        """
        keys = self._tree.find((np.arange(n) + rng.random(n)) * (self._tree.total / n))
        priorities = self._tree.get(keys)
        # (N * p / total) ** -beta over the largest of the batch: N and the total cancel out.
        weights = (priorities / priorities.min()) ** -self.beta
        self._draws += 1
        return keys, weights.astype(np.float32)

    def update(self, keys: np.ndarray, td_errors: np.ndarray) -> None:
        """Set the priorities of ``keys: int64[n]`` from their ``td_errors: float[n]``, signed or not.

        Raises:
            NotANumber: if an error is infinite or not a number.
        """
        errors = np.abs(td_errors, dtype=np.float64) + self._settings.priority_floor
        priorities = errors**self._settings.alpha
        largest = float(priorities.max(initial=self._largest_priority))
        if not np.isfinite(largest):
            raise NotANumber
        self._tree.set(keys, priorities)
        self._largest_priority = largest

    def state_dict(self, n: int) -> dict[str, Any]:
        """Everything needed to go on exactly here, when only keys ``0 … n - 1`` are in use."""
        return {
            "priorities": self._tree.get(np.arange(n)),
            "largest_priority": self._largest_priority,
            "draws": self._draws,
        }

    def load_state_dict(self, state: dict[str, Any], kept: np.ndarray) -> None:
        """Take over a saved state; key k is what was saved as ``kept[k]``."""
        self._tree = SumTree(self._tree.capacity)
        self._tree.set(np.arange(len(kept)), state["priorities"][kept])
        self._largest_priority = float(state["largest_priority"])
        self._draws = int(state["draws"])
        if not np.isfinite(self._largest_priority) or self._largest_priority <= 0 or self._draws < 0:
            raise ValueError(f"no priorities are {self._largest_priority} at most after {self._draws} draws")
