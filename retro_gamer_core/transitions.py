"""Transitions: what was seen, what was done, what came of it.

A transition carries a ``discount``, never a ``done`` flag: it is ``gamma**k`` when the game goes on
k turns later and 0 when the game ended. A turn limit is not an end, so it keeps its discount and is
judged by what was really seen last (Pardo et al. 2018, "Time limits in reinforcement learning").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from retro_gamer_core.observation import Observations

if TYPE_CHECKING:
    import numpy as np

    from retro_gamer_core.observation import ObservationSpec

_NOT_TOLD: Any = None


@dataclass
class Transitions:
    """n transitions side by side.

    Args:
        observations: what was seen, ``cells: uint8[n, h, w]``, ``features: float32[n, f]``.
        actions: ``int64[n]``, index of the key pressed; the last index is "press nothing".
        rewards: ``float32[n]``, discounted sum of the k rewards that followed.
        discounts: ``float32[n]``, ``gamma**k``, or 0 where the game ended.
        next_observations: what was seen k turns later.
        games: ``int64[n]``, the number of the game among those played side by side; 0 when left out.
        began: ``bool[n]``, whether ``observations`` was the first of its episode; False when left out.
    """

    observations: Observations
    actions: np.ndarray
    rewards: np.ndarray
    discounts: np.ndarray
    next_observations: Observations
    games: np.ndarray = _NOT_TOLD
    began: np.ndarray = _NOT_TOLD

    def __post_init__(self) -> None:
        if self.games is None or self.began is None:
            import numpy as np

            self.games = np.zeros(len(self.actions), np.int64) if self.games is None else self.games
            self.began = np.zeros(len(self.actions), bool) if self.began is None else self.began

    def __len__(self) -> int:
        return len(self.actions)

    def __getitem__(self, index: np.ndarray | slice) -> Transitions:
        return Transitions(*(getattr(self, field.name)[index] for field in fields(self)))

    @classmethod
    def empty(cls, n: int, spec: ObservationSpec) -> Transitions:
        """Room for ``n`` transitions, all zero."""
        import numpy as np

        before, after = Observations.empty(n, spec), Observations.empty(n, spec)
        rewards, discounts = np.zeros(n, np.float32), np.zeros(n, np.float32)
        return cls(before, np.zeros(n, np.int64), rewards, discounts, after)

    def columns(self) -> dict[str, np.ndarray]:
        """Every array by a name of its own, ``cells``, ``features``, ``next_cells`` and so on; not copied."""
        rest = dict(vars(self))
        seen, then = rest.pop("observations"), rest.pop("next_observations")
        next_ = {"next_cells": then.cells, "next_features": then.features}
        return {"cells": seen.cells, "features": seen.features, **next_, **rest}

    @classmethod
    def of_columns(cls, columns: Mapping[str, np.ndarray]) -> Transitions:
        """The transitions of which these are the ``columns``."""
        rest = dict(columns)
        seen = Observations(rest.pop("cells"), rest.pop("features"))
        then = Observations(rest.pop("next_cells"), rest.pop("next_features"))
        return cls(observations=seen, next_observations=then, **rest)

    @classmethod
    def concat(cls, parts: Sequence[Transitions]) -> Transitions:
        """All of these one after the other; one of them at least."""
        import numpy as np

        by_name = [part.columns() for part in parts]
        return cls.of_columns({name: np.concatenate([each[name] for each in by_name]) for name in by_name[0]})


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
