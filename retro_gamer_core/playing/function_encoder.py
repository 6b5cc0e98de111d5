"""A plain function as an encoder: from the game, or from a frame of it, to some numbers.

    def near_the_apple(game):
        return [game.state["apple_dx"], game.state["apple_dy"]]

named in the config as ``encoder = "my_file:near_the_apple"``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.observation import ObservationSpec
from retro_gamer_core.options import required_parameters
from retro_gamer_core.plugins.diagnosis import in_words

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Frame


def takes_a_game(factory: Any) -> bool:
    """Whether this is a function of one ``game`` or one ``frame``, rather than an encoder factory."""
    return inspect.isfunction(factory) and required_parameters(factory) in (["game"], ["frame"])


class FunctionEncoder:
    """Sees the numbers that ``function`` returns, and no board.

    Args:
        function: takes one argument called ``game`` or ``frame``, and the options, and returns a number or any
            nest of numbers with the same shape every time.
        look_at: how many numbers these are, or a frame in which they are counted.
        options: what is written in the config for its other parameters.

    Raises:
        RetroGamerError: the function fails in that frame, or returns something else than numbers.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        look_at: int | Frame,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._function = function
        self._options = dict(options)
        self._of_game = next(iter(inspect.signature(function).parameters)) == "game"
        count = look_at if isinstance(look_at, int) else len(self.numbers(look_at))
        names = tuple(f"{function.__name__}[{i}]" for i in range(count))
        self.spec = ObservationSpec(0, 0, (), features=names)

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        numbers = self.numbers(frame)
        if len(numbers) != len(features):
            raise self._refused(f"it returned {len(numbers)} numbers this turn and {len(features)} before")
        features[:] = numbers

    def numbers(self, frame: Frame) -> np.ndarray:
        """What the function returns for a frame, as one row of numbers.

        Raises:
            RetroGamerError: the function fails, or returns something else than numbers.
        """
        try:
            seen = self._function(frame.game if self._of_game else frame, **self._options)
        except Exception as error:
            raise self._refused(f"it ended with {in_words(error)}", error) from error
        if seen is None:
            raise self._refused("it returned nothing")
        try:
            numbers = np.asarray(seen, dtype=np.float32).ravel()
        except (TypeError, ValueError) as error:
            raise self._refused(f"it returned something else than numbers: {error}") from error
        if not len(numbers):
            raise self._refused("it returned no number at all")
        if not np.isfinite(numbers).all():
            raise self._refused("it returned a number that is not finite (nan or infinity)")
        return numbers

    def _refused(self, what: str, error: Exception | None = None) -> RetroGamerError:
        code = self._function.__code__
        line = where_raised(error, Path(code.co_filename)) if error else ""
        return RetroGamerError(
            f"the encoder function {self._function.__name__} cannot be used: {what}",
            where=line or f"{code.co_filename}:{code.co_firstlineno}",
            why="the network has one input for each number, so every turn must give the same count of them",
            hint="return a list of numbers, always of the same length",
        )

    def explain(self) -> list[str]:
        sees = f"the learner sees the {self.spec.n_features} numbers that this function of your own returns"
        return [f"encoder {self._function.__name__}: {sees}"]
