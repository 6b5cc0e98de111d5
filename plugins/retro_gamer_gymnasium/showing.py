"""What an environment shows of an observation: one flat vector, or the board and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from gymnasium import spaces

from retro_gamer_core import ObservationSpec, RetroGamerError, one_hot, view
from retro_gamer_core.suggestions import did_you_mean

# Infinite limits would say the same, and Gymnasium warns of them.
_ANY_NUMBER = np.finfo(np.float32)

#: Of ``cells: uint8[h, w]`` and ``features: float32[f]``; what it returns is new each time.
Show = Callable[[np.ndarray, np.ndarray], Any]


def _flat(spec: ObservationSpec) -> tuple[spaces.Space, Show]:
    """The documented vector, ``float32[n_inputs]``: the board one-hot, then the features."""
    low, high = np.zeros(spec.n_inputs, np.float32), np.ones(spec.n_inputs, np.float32)
    beside = spec.n_inputs - spec.n_view_features
    low[beside:], high[beside:] = _ANY_NUMBER.min, _ANY_NUMBER.max
    return spaces.Box(low, high), partial(one_hot, spec=spec)


def _board(spec: ObservationSpec) -> tuple[spaces.Space, Show]:
    """A dictionary: ``board``, the code of each cell, ``uint8[h, w]``; and ``features``, ``float32[f]``.

    Code 0 is an empty cell, code c the character c - 1 of ``spec.characters``, the one after these a
    cell outside the board. An observation without a board, or without features, has no such entry.
    """
    shown: dict[str, spaces.Space] = {}
    if spec.height:
        shown["board"] = spaces.Box(0, spec.n_channels, (spec.view_height, spec.view_width), np.uint8)
    if spec.n_view_features:
        shown["features"] = spaces.Box(_ANY_NUMBER.min, _ANY_NUMBER.max, (spec.n_view_features,))

    def show(cells: np.ndarray, features: np.ndarray) -> dict[str, np.ndarray]:
        beside = features[spec.n_features - spec.n_view_features :]
        seen = {"board": view(cells, features, spec) if spec.height else cells, "features": beside}
        return {name: seen[name].copy() for name in shown}

    return spaces.Dict(shown), show


_WAYS = {"flat": _flat, "board": _board}


def way_of_showing(name: str, spec: ObservationSpec) -> tuple[spaces.Space, Show]:
    """The space of what is shown, and what shows it.

    Raises:
        RetroGamerError: there is no way of that name.
    """
    if name not in _WAYS:
        raise RetroGamerError(
            f"observation={name!r} is no way of showing what is seen", hint=did_you_mean(str(name), _WAYS)
        )
    return _WAYS[name](spec)
