"""Where transitions are kept: a ring of plain arrays that knows nothing of how they are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_core.observation import ObservationSpec
from retro_gamer_core.transitions import Transitions
from retro_gamer_memories.errors import ShapeMismatch
from retro_gamer_memories.settings import Capacity

# The stored board is rewritten this many turns at a time: numpy widens an index array to int64,
# eight times its size, and a whole memory of boards widened at once would not fit.
_RECODED_TOGETHER = 1024


class TransitionStore:
    """A ring of the latest ``capacity`` transitions. A key is a place in the ring, ``0 … capacity - 1``.

    Costs about two boards of bytes a transition (1,040 on a board of 32 x 16). The arrays are
    allocated at once, but the operating system hands out their pages only as they are written.

    Raises:
        ConfigurationError: if ``capacity`` is less than 1.
    """

    def __init__(self, capacity: int, spec: ObservationSpec) -> None:
        self.capacity = Capacity(capacity).capacity
        self._columns = Transitions.empty(capacity, spec).columns()
        self._size = 0
        self._next_key = 0

    def __len__(self) -> int:
        return self._size

    def add(self, transitions: Transitions) -> np.ndarray:
        """Copy these in over the oldest and return their keys, ``int64[n]``.

        Of more than ``capacity`` only the last ``capacity`` are kept.
        """
        if len(transitions) > self.capacity:
            transitions = transitions[-self.capacity :]
        n, first = len(transitions), self._next_key
        room = self.capacity - first
        for name, values in transitions.columns().items():
            column = self._columns[name]
            column[first : first + n] = values[:room]
            if n > room:
                column[: n - room] = values[room:]
        self._size = min(self._size + n, self.capacity)
        self._next_key = (first + n) % self.capacity
        return np.arange(first, first + n) % self.capacity

    def take(self, keys: np.ndarray) -> Transitions:
        """Copies of the transitions with these ``keys: int64[n]``, in that order."""
        # take() on each array costs half of what indexing with an array does.
        return Transitions.of_columns(
            {name: column.take(keys, axis=0) for name, column in self._columns.items()}
        )

    def recode(self, codes: np.ndarray) -> None:
        """Replace every stored cell ``c`` by ``codes[c]`` (``uint8[256]``)."""
        for name in ("cells", "next_cells"):
            filled = self._columns[name][: self._size]
            for start in range(0, self._size, _RECODED_TOGETHER):
                some = filled[start : start + _RECODED_TOGETHER]
                some[...] = codes[some]

    def state_dict(self) -> dict[str, Any]:
        """A copy of what is stored, each array as long as the memory is full."""
        columns = {name: column[: self._size].copy() for name, column in self._columns.items()}
        return {"capacity": self.capacity, "next_key": self._next_key, **columns}

    def load_state_dict(self, state: dict[str, Any]) -> np.ndarray:
        """Take over a saved state and return, for each key there is now, the key it was saved under.

        Saved with the same capacity, everything lies where it lay. With another one the newest
        transitions that fit are kept, oldest first.

        Raises:
            ShapeMismatch: if the observations have another shape; nothing is changed then.
        """
        size, next_key = len(state["actions"]), int(state["next_key"])
        # States of before do not tell which game it was, nor where an episode began.
        state = {"games": np.zeros(size, np.int64), "began": np.zeros(size, bool), **state}
        for name, column in self._columns.items():
            if state[name].shape[1:] != column.shape[1:]:
                raise ShapeMismatch(name, state[name].shape[1:], column.shape[1:])
        if not 0 <= next_key < max(1, state["capacity"]):
            raise ValueError(f"next_key cannot be {next_key}")
        kept = np.arange(size)
        if state["capacity"] != self.capacity:
            kept = np.roll(kept, -next_key)[-self.capacity :]
            next_key = len(kept) % self.capacity
        for name, column in self._columns.items():
            # Without mode="clip" numpy would first build the result a second time beside `out`.
            state[name].take(kept, axis=0, out=column[: len(kept)], mode="clip")
        self._size, self._next_key = len(kept), next_key
        return kept
