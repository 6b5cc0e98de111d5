"""The players ``random`` and ``careful``: what comes of pressing anything, and of not running into what is near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retro_gamer_core import GameInPlay


class AtRandom:
    """Presses every key, pressing nothing included, as often as any other."""

    def __init__(self, keys: Sequence[str | None]) -> None:
        self._keys = keys
        self.begin(np.random.default_rng(0))

    def begin(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def choose(self, game: GameInPlay) -> str | None:
        return self._keys[int(self._rng.integers(len(self._keys)))]


class Careful(AtRandom):
    """The same, but tries a key in a copy of the game first, and takes another where that ends it."""

    def choose(self, game: GameInPlay) -> str | None:
        order = self._rng.permutation(len(self._keys)).tolist()
        for action in order:
            copy = game.copy(int(self._rng.integers(2**32)))
            try:
                copy.step(action)
            except (Exception, SystemExit):
                continue
            if copy.playing:
                return self._keys[action]
        return self._keys[order[0]]
