"""No board: only the numbers the game keeps in its state."""

from __future__ import annotations

import numpy as np

from retro_gamer_core import Frame, GameMetadata, Observations, ObservationSpec, RetroGamerError, Symmetry
from retro_gamer_core.playing.state_features import StateFeatures


class StateOnly:
    """The state values named in ``observe_state``, and nothing else.

    Raises:
        RetroGamerError: ``observe_state`` is empty, so there would be nothing to see.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        self._state = StateFeatures(metadata.observe_state_sizes)
        if not self._state.names:
            raise RetroGamerError(
                "there is nothing for the learner to see",
                where='encoder = "state_only" with an empty observe_state',
                why="this encoder leaves the board out and shows only the state values you name",
                hint='name at least one number of the game\'s state, such as observe_state = ["energy"]',
            )
        self.spec = ObservationSpec(0, 0, (), features=self._state.names)

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        self._state.write(frame.state, features)

    def mirrored(self, observations: Observations, symmetry: Symmetry) -> Observations:
        numbers = symmetry.of_numbers(observations.features, self._state.names)
        return Observations(observations.cells, numbers)

    def explain(self) -> list[str]:
        return [f"encoder state_only: the learner sees no board, only {', '.join(self.spec.features)}"]
