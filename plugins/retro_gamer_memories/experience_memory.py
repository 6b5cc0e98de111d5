"""The two classic memories for use by hand: push experiences one at a time, sample lists of them.

Training uses ``UniformMemory`` and ``PrioritizedMemory``, which keep arrays and are many times
faster. These two are for trying ideas in a Python session.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from retro_gamer_memories.errors import NotEnoughRemembered
from retro_gamer_memories.proportional import ProportionalSampler
from retro_gamer_memories.settings import Capacity, Prioritization


class Experience(NamedTuple):
    """One turn: what was seen, what was done, what came of it, and whether the game ended there."""

    state: Any
    action: int
    reward: float
    next_state: Any
    done: bool


class ReplayMemory:
    """The latest ``capacity`` experiences, all equally likely to be drawn.

    States may be of any kind; they are kept as they are, not copied. The same ``seed`` draws the
    same experiences again.

    Raises:
        ConfigurationError: if ``capacity`` is less than 1.
    """

    def __init__(self, capacity: int, *, seed: int | None = None) -> None:
        self._experiences = _Ring(capacity)
        self._rng = np.random.default_rng(seed)

    def __len__(self) -> int:
        return len(self._experiences)

    def push(self, state: Any, action: int, reward: float, next_state: Any, done: bool) -> None:
        """Remember one experience, forgetting the oldest once full."""
        self._experiences.push(Experience(state, action, reward, next_state, done))

    def sample(self, batch_size: int) -> list[Experience]:
        """Draw ``batch_size`` different experiences.

        Raises:
            NotEnoughRemembered: if there are fewer.
        """
        if batch_size > len(self):
            raise NotEnoughRemembered(batch_size, len(self))
        indices = self._rng.choice(len(self), batch_size, replace=False)
        return self._experiences.take(indices)


class PrioritizedReplayMemory:
    """The latest ``capacity`` experiences, the badly guessed ones more likely to be drawn.

    Args:
        capacity: how many are remembered.
        alpha: 0 draws all alike, 1 in proportion to the error.
        beta: how fully the weights make up for the uneven drawing, 0 … 1.
        seed: the same seed draws the same experiences again.

    States may be of any kind; they are kept as they are, not copied.

    Raises:
        ConfigurationError: if any of these is out of range.
    """

    def __init__(
        self, capacity: int, alpha: float = 0.6, beta: float = 0.4, *, seed: int | None = None
    ) -> None:
        self._experiences = _Ring(capacity)
        self._sampler = ProportionalSampler(capacity, Prioritization(alpha=alpha, beta=beta))
        self._rng = np.random.default_rng(seed)

    def __len__(self) -> int:
        return len(self._experiences)

    def push(self, state: Any, action: int, reward: float, next_state: Any, done: bool) -> None:
        """Remember one experience, with the largest priority seen so far."""
        index = self._experiences.push(Experience(state, action, reward, next_state, done))
        self._sampler.add(np.array([index]))

    def sample(self, batch_size: int) -> tuple[list[Experience], np.ndarray, np.ndarray]:
        """Draw ``batch_size`` experiences, some perhaps more than once.

        Returns:
            the experiences, their ``indices: int64[batch_size]`` for ``update_priorities``, and
            ``weights: float32[batch_size]``, how much each should count in the loss.

        Raises:
            NotEnoughRemembered: if fewer than ``batch_size`` are remembered.
        """
        if batch_size > len(self):
            raise NotEnoughRemembered(batch_size, len(self))
        indices, weights = self._sampler.sample(batch_size, self._rng)
        return self._experiences.take(indices), indices, weights

    def update_priorities(self, indices: np.ndarray, td_errors: np.ndarray) -> None:
        """Say how wrong each guess was: the more, the likelier the experience is drawn again."""
        self._sampler.update(np.asarray(indices), np.asarray(td_errors))


class _Ring:
    """A list that overwrites its oldest item once it is ``capacity`` long."""

    def __init__(self, capacity: int) -> None:
        self._capacity = Capacity(capacity).capacity
        self._items: list[Experience] = []
        self._next = 0

    def __len__(self) -> int:
        return len(self._items)

    def push(self, item: Experience) -> int:
        index = self._next
        self._items[index : index + 1] = [item]
        self._next = (index + 1) % self._capacity
        return index

    def take(self, indices: np.ndarray) -> list[Experience]:
        return [self._items[index] for index in indices]
