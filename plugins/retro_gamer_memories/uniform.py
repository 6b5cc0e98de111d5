"""The plain replay memory: everything remembered is equally likely to be drawn (Mnih et al. 2015)."""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_core.observation import ObservationSpec
from retro_gamer_core.transitions import Batch, Transitions
from retro_gamer_memories.errors import NotEnoughRemembered
from retro_gamer_memories.transition_store import TransitionStore


class UniformMemory:
    """Remembers the latest ``capacity`` transitions and draws them evenly, with replacement.

    Raises:
        ConfigurationError: if ``capacity`` is less than 1.
    """

    def __init__(self, capacity: int, spec: ObservationSpec) -> None:
        self._store = TransitionStore(capacity, spec)

    def __len__(self) -> int:
        return len(self._store)

    def add(self, transitions: Transitions) -> None:
        self._store.add(transitions)

    def sample(self, batch_size: int, rng: np.random.Generator) -> Batch:
        """Draw ``batch_size`` transitions, all of weight 1.

        Raises:
            NotEnoughRemembered: if nothing has been added yet.
        """
        if len(self) == 0:
            raise NotEnoughRemembered(batch_size, 0)
        keys = rng.integers(len(self), size=batch_size)
        return Batch(self._store.take(keys), keys, np.ones(batch_size, np.float32))

    def update_priorities(self, keys: np.ndarray, td_errors: np.ndarray) -> None:
        """Nothing changes: every transition stays as likely as the others."""

    def recode(self, codes: np.ndarray) -> None:
        self._store.recode(codes)

    def state_dict(self) -> dict[str, Any]:
        return self._store.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._store.load_state_dict(state)
