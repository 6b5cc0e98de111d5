"""Numbers from a game's state dictionary, as features of an observation.

A value may be a number, true or false, or a flat tuple of these; a tuple gives one feature an entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import GameError

if TYPE_CHECKING:
    import numpy as np


def sizes_of(state: Mapping[str, Any], keys: Sequence[str]) -> dict[str, int]:
    """How many features each key gives, judged by one state."""
    return {key: len(state[key]) if isinstance(state[key], (tuple, list)) else 1 for key in keys}


def feature_names(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """``energy`` for a single number, ``velocity[0]``, ``velocity[1]`` for a tuple."""
    names: list[str] = []
    for key, size in sizes.items():
        names.extend([key] if size == 1 else [f"{key}[{i}]" for i in range(size)])
    return tuple(names)


class StateFeatures:
    """Writes the observed keys of a state, in order, into a feature array.

    Args:
        sizes: how many features each key gives; see ``sizes_of``.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.names = feature_names(sizes)
        self._sizes = dict(sizes)

    def write(self, state: Mapping[str, Any], features: np.ndarray) -> None:
        """Fill ``features: float32[len(self.names)]``.

        Raises:
            GameError: a key is missing, has another length now, or is no finite number. Never a zero instead.
        """
        try:
            numbers: list[float] = []
            for key, size in self._sizes.items():
                value = state[key]
                entries = value if isinstance(value, (tuple, list)) else (value,)
                if len(entries) != size or not all(map(isfinite, entries)):
                    raise ValueError(f"{key!r} is {value!r}")
                numbers += entries
            features[:] = numbers
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise GameError(
                f"the game's state no longer has the numbers that are observed: {error}",
                where=f"observe_state = {list(self._sizes)}",
                why="the network has one input for each of them, in every turn",
                hint="keep these keys in the state from the first turn to the last, with the same length",
            ) from error
