"""Do these weights belong to that network? Asked before anything is made room for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from retro_gamer_core.suggestions import did_you_mean

if TYPE_CHECKING:
    import numpy as np


def expect_weights(weights: Mapping[str, np.ndarray], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Make sure that there are exactly these weights, of these shapes, as floats.

    A network's player in numpy calls this first, so that a file with other arrays is refused with a
    sentence instead of failing in the middle of a game.

    Raises:
        ValueError: saying which weight is missing, too many, or of another shape.
    """
    for name in weights:
        if name not in shapes:
            raise ValueError(f"the network has no weight {name!r}; {did_you_mean(name, shapes)}")
    for name, shape in shapes.items():
        if name not in weights:
            raise ValueError(f"the weight {name!r} is missing")
        if weights[name].shape != tuple(shape):
            raise ValueError(f"the weight {name!r} has the shape {weights[name].shape}, not {tuple(shape)}")
        if weights[name].dtype.kind != "f":
            raise ValueError(f"the weight {name!r} is of {weights[name].dtype}, which is no fraction")
