"""Proportional prioritisation (Schaul et al. 2016, section 3.3): a distribution over keys, not a store.

A key's *priority* is ``(|td_error| + priority_floor) ** alpha``, and its chance of being drawn is
proportional to that. Errors are kept beside the priorities, and only they are saved, so that another
``alpha`` or ``priority_floor`` counts at once for all that is remembered.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_memories.errors import NotANumber
from retro_gamer_memories.settings import Prioritization
from retro_gamer_memories.sum_tree import SumTree, last_of_each


class ProportionalSampler:
    """Draws keys ``0 … capacity - 1`` in proportion to their priorities.

    Args:
        capacity: how many keys there are.
        settings: alpha, beta and how beta rises.
    """

    def __init__(self, capacity: int, settings: Prioritization) -> None:
        self._settings = settings
        self._tree = SumTree(capacity)
        self._errors = np.zeros(capacity)
        self._largest_error = max(0.0, 1.0 - settings.priority_floor)  # so the first priority is 1
        self._draws = 0

    @property
    def beta(self) -> float:
        """How fully the next draw's weights make up for the uneven drawing."""
        first, updates = self._settings.beta, self._settings.beta_updates
        progress = min(self._draws / updates, 1.0) if updates else 0.0
        return first + progress * (1.0 - first)

    def add(self, keys: np.ndarray) -> None:
        """New transitions lie at ``keys: int64[n]``: they count as the largest error seen so far."""
        self._set(keys, np.full(len(keys), self._largest_error))

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
        errors = np.abs(td_errors, dtype=np.float64)
        largest = float(errors.max(initial=self._largest_error))
        if not np.isfinite(largest):
            raise NotANumber
        self._set(keys, errors)
        self._largest_error = largest

    def _set(self, keys: np.ndarray, errors: np.ndarray) -> None:
        keys, errors = last_of_each(keys, errors)
        self._tree.set(keys, (errors + self._settings.priority_floor) ** self._settings.alpha)
        self._errors[keys] = errors

    def state_dict(self, n: int) -> dict[str, Any]:
        """Everything needed to go on exactly here, when only keys ``0 … n - 1`` are in use."""
        return {
            "errors": self._errors[:n].copy(),
            "largest_error": self._largest_error,
            "draws": self._draws,
        }

    def load_state_dict(self, state: dict[str, Any], kept: np.ndarray) -> None:
        """Take over a saved state; key k is what was saved as ``kept[k]``."""
        self._tree = SumTree(self._tree.capacity)
        if "errors" in state:
            errors, largest = state["errors"], state["largest_error"]
        else:
            errors = self._errors_of(state["priorities"])
            [largest] = self._errors_of(np.array([state["largest_priority"]], np.float64))
        largest, draws = float(largest), int(state["draws"])
        if not 0 <= largest < np.inf or draws < 0:
            raise ValueError(f"no errors are {largest} at most after {draws} draws")
        self._set(np.arange(len(kept)), errors[kept])
        self._largest_error, self._draws = largest, draws

    def _errors_of(self, priorities: np.ndarray) -> np.ndarray:
        """The errors behind priorities: older states held these, without their alpha, so that of now is taken."""
        if not (priorities > 0).all():
            raise ValueError("priorities must be above 0")
        if self._settings.alpha == 0:
            return np.full(len(priorities), max(0.0, 1.0 - self._settings.priority_floor))
        return np.maximum(priorities ** (1 / self._settings.alpha) - self._settings.priority_floor, 0.0)
