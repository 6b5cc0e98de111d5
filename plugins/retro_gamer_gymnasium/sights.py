"""What an environment shows of an observation: one flat vector, or the board and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces

from retro_gamer_core import ObservationSpec, RetroGamerError, one_hot
from retro_gamer_core.observation import view
from retro_gamer_core.suggestions import did_you_mean

# Infinite limits would say the same, and Gymnasium warns of them.
_ANY_NUMBER = np.finfo(np.float32)


class Sight(Protocol):
    """A way of showing observations, and the space they are in."""

    @property
    def space(self) -> spaces.Space: ...

    def show(self, cells: np.ndarray, features: np.ndarray) -> Any:
        """``cells: uint8[h, w]``, ``features: float32[f]``. What is returned is new each time."""


class Flat:
    """The documented vector, ``float32[n_inputs]``: the board one-hot, then the features."""

    def __init__(self, spec: ObservationSpec) -> None:
        self._spec = spec
        low, high = np.zeros(spec.n_inputs, np.float32), np.ones(spec.n_inputs, np.float32)
        beside = spec.n_inputs - spec.n_view_features
        low[beside:], high[beside:] = _ANY_NUMBER.min, _ANY_NUMBER.max
        self.space = spaces.Box(low, high)

    def show(self, cells: np.ndarray, features: np.ndarray) -> np.ndarray:
        return one_hot(cells, features, self._spec)


class Board:
    """A dictionary: ``board``, the code of each cell, ``uint8[h, w]``; and ``features``, ``float32[f]``.

    Code 0 is an empty cell, code c the character c - 1 of ``spec.characters``, the one after these a
    cell outside the board. An observation without a board, or without features, has no such entry.
    """

    def __init__(self, spec: ObservationSpec) -> None:
        self._spec = spec
        shown: dict[str, spaces.Space] = {}
        if spec.height:
            shown["board"] = spaces.Box(0, spec.n_channels, (spec.view_height, spec.view_width), np.uint8)
        if spec.n_view_features:
            shown["features"] = spaces.Box(_ANY_NUMBER.min, _ANY_NUMBER.max, (spec.n_view_features,))
        self.space = spaces.Dict(shown)

    def show(self, cells: np.ndarray, features: np.ndarray) -> dict[str, np.ndarray]:
        shown = {}
        if "board" in self.space.spaces:
            shown["board"] = view(cells, features, self._spec).copy()
        if "features" in self.space.spaces:
            shown["features"] = features[-self._spec.n_view_features :].copy()
        return shown


_SIGHTS: Mapping[str, Callable[[ObservationSpec], Sight]] = {"flat": Flat, "board": Board}


def sight(name: str, spec: ObservationSpec) -> Sight:
    """The way of showing of that name.

    Raises:
        RetroGamerError: there is none.
    """
    if name not in _SIGHTS:
        raise RetroGamerError(
            f"observation={name!r} is no way of showing what is seen", hint=did_you_mean(str(name), _SIGHTS)
        )
    return _SIGHTS[name](spec)
