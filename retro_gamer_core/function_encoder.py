"""A plain function as an encoder: from the game, or from a frame of it, to some numbers.

    def near_the_apple(game):
        return [game.state["apple_dx"], game.state["apple_dy"]]

named in the config as ``encoder = "my_file:near_the_apple"``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.frames import Frame
from retro_gamer_core.observation import ObservationSpec


def takes_a_game(factory: Any) -> bool:
    """Whether this is a function of one ``game`` or one ``frame``, rather than an encoder factory."""
    if not inspect.isfunction(factory):
        return False
    parameters = list(inspect.signature(factory).parameters.values())
    required = [
        p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]
    return len(required) == 1 and required[0].name in ("game", "frame")


class FunctionEncoder:
    """Sees the numbers that ``function`` returns, and no board.

    Args:
        function: takes one argument called ``game`` or ``frame`` and returns a number or any nest
            of numbers with the same shape every time.
        frame: any frame of the game, to count the numbers once.

    Raises:
        RetroGamerError: the function fails, or returns something else than numbers.
    """

    def __init__(self, function: Callable[[Any], Any], frame: Frame) -> None:
        self._function = function
        self._of_game = next(iter(inspect.signature(function).parameters)) == "game"
        count = len(self._numbers(frame))
        name = getattr(function, "__name__", "function")
        self.spec = ObservationSpec(0, 0, (), features=tuple(f"{name}[{i}]" for i in range(count)))

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        numbers = self._numbers(frame)
        if len(numbers) != len(features):
            raise self._refused(f"it returned {len(numbers)} numbers this turn and {len(features)} before")
        features[:] = numbers

    def _numbers(self, frame: Frame) -> np.ndarray:
        seen = self._function(frame.game if self._of_game else frame)
        try:
            numbers = np.asarray(seen, dtype=np.float32).ravel()
        except (TypeError, ValueError) as error:
            raise self._refused(f"it returned {type(seen).__name__}: {error}") from error
        if not np.isfinite(numbers).all():
            raise self._refused("it returned a number that is not finite (nan or infinity)")
        return numbers

    def _refused(self, what: str) -> RetroGamerError:
        name = getattr(self._function, "__name__", "function")
        return RetroGamerError(
            f"the encoder function {name} cannot be used: {what}",
            where=f"{inspect.getsourcefile(self._function)}:{self._function.__code__.co_firstlineno}",
            why="the network has one input for each number, so every turn must give the same count of them",
            hint="return a list of numbers, always of the same length",
        )

    def explain(self) -> list[str]:
        return [f"encoder function: the learner sees {self.spec.n_features} numbers of your own choosing"]
