"""The prioritized replay memory: what was guessed badly is drawn more often (Schaul et al. 2016)."""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_core.observation import ObservationSpec
from retro_gamer_core.transitions import Batch, Transitions
from retro_gamer_memories.errors import NotEnoughRemembered
from retro_gamer_memories.proportional import ProportionalSampler
from retro_gamer_memories.settings import Prioritization
from retro_gamer_memories.transition_store import TransitionStore


class PrioritizedMemory:
    """Remembers the latest ``capacity`` transitions and draws the badly guessed ones more often.

    The options are those of ``Prioritization``.

    Raises:
        ConfigurationError: if ``capacity`` or an option is out of range.
    """

    def __init__(
        self,
        capacity: int,
        spec: ObservationSpec,
        **options: Any,
    ) -> None:
        self._store = TransitionStore(capacity, spec)
        self._sampler = ProportionalSampler(capacity, Prioritization(**options))

    def __len__(self) -> int:
        return len(self._store)

    def add(self, transitions: Transitions) -> None:
        self._sampler.add(self._store.add(transitions))

    def sample(self, batch_size: int, rng: np.random.Generator) -> Batch:
        """Draw ``batch_size`` transitions with their importance weights, the largest of which is 1.

        Raises:
            NotEnoughRemembered: if nothing has been added yet.
        """
        if len(self) == 0:
            raise NotEnoughRemembered(batch_size, 0)
        keys, weights = self._sampler.sample(batch_size, rng)
        return Batch(self._store.take(keys), keys, weights)

    def update_priorities(self, keys: np.ndarray, td_errors: np.ndarray) -> None:
        """Draw these from now on in proportion to their errors: ``int64[n]``, ``float32[n]``.

        Raises:
            NotANumber: if an error is infinite or not a number.
        """
        self._sampler.update(keys, td_errors)

    def recode(self, codes: np.ndarray) -> None:
        self._store.recode(codes)

    def state_dict(self) -> dict[str, Any]:
        return {"store": self._store.state_dict(), "sampler": self._sampler.state_dict(len(self))}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._sampler.load_state_dict(state["sampler"], kept=self._store.load_state_dict(state["store"]))
