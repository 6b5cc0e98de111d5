"""The whole board, as it is drawn."""

from __future__ import annotations

import numpy as np

from retro_gamer_core import Frame, GameMetadata, Observations, ObservationSpec, Symmetry
from retro_gamer_core.playing.state_features import StateFeatures
from retro_gamer_encoders.newest_boards import explain, newest_boards
from retro_gamer_encoders.settings import Frames


class WholeBoard:
    """Every cell of the board, and the observed state values beside it.

    Args:
        metadata: needs ``board_size`` and ``character_set``.
        frames: how many boards are seen, the newest first.
    """

    def __init__(self, metadata: GameMetadata, *, frames: Frames = 1) -> None:
        width, height = metadata.board_size
        self._state = StateFeatures(metadata.observe_state_sizes)
        self.spec = ObservationSpec(
            frames * height,
            width,
            tuple(metadata.character_set),
            features=self._state.names,
            channel_first=metadata.spatial,
            frames=frames,
        )

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        cells[...] = newest_boards(frame, self.spec.frames)
        if self._state.names:
            self._state.write(frame.state, features)

    def mirrored(self, observations: Observations, symmetry: Symmetry) -> Observations:
        cells = symmetry.of_cells(observations.cells, self.spec)
        return Observations(cells, symmetry.of_numbers(observations.features, self._state.names))

    def explain(self) -> list[str]:
        spec = self.spec
        return [
            f"encoder one_hot: the learner sees all {spec.width}×{spec.board_height} cells{explain(spec.frames)}; "
            f"each shows one of {len(spec.characters)} characters or nothing"
        ]
