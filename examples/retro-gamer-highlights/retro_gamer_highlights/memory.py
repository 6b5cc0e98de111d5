from typing import Annotated

import numpy as np
from retro_gamer_core import Batch, Option, Transitions

SHARE = Option(
    "How much of each batch is drawn from the turns that brought a reward or a punishment.",
    low=0,
    high=0.9,
    typical="0.1 to 0.5",
)


class Highlights:
    """Remembers the latest turns, and draws those with a reward in them more often."""

    def __init__(self, capacity, spec, *, share: Annotated[float, SHARE] = 0.25):
        self.capacity = capacity
        self.share = share
        self.added = 0  # turns since the beginning; turn i lies at place i % capacity
        self.turns = Transitions.empty(capacity, spec)

    def __len__(self):
        return min(self.added, self.capacity)

    def add(self, transitions):
        transitions = transitions[-self.capacity :]
        places = np.arange(self.added, self.added + len(transitions)) % self.capacity
        for name, array in self.turns.columns().items():
            array[places] = transitions.columns()[name]
        self.added += len(transitions)

    def sample(self, batch_size, rng):
        rewarded = np.flatnonzero(self.turns.rewards[: len(self)])
        n_rewarded = int(self.share * batch_size) if len(rewarded) else 0
        n_any = batch_size - n_rewarded
        keys = np.concatenate([rng.choice(rewarded, n_rewarded), rng.integers(len(self), size=n_any)])
        # Whoever is drawn more often counts for less each time, so that what is learned stays true.
        often = n_any / len(self)
        more_often = often + n_rewarded / max(1, len(rewarded))
        weights = np.where(self.turns.rewards[keys] != 0, often / more_often, 1)
        return Batch(self.turns[keys], keys, weights.astype(np.float32))

    def update_priorities(self, keys, td_errors):
        """How wrong a guess was changes nothing here."""

    def recode(self, codes):
        for seen in (self.turns.observations, self.turns.next_observations):
            seen.cells[:] = codes[seen.cells]

    def state_dict(self):
        arrays = {name: array[: len(self)].copy() for name, array in self.turns.columns().items()}
        return {"added": self.added, **arrays}

    def load_state_dict(self, state):
        self.added = state["added"]
        for name, array in self.turns.columns().items():
            array[: len(self)] = state[name]
