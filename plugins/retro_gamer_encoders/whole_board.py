"""The whole board, as it is drawn."""

from __future__ import annotations

import numpy as np

from retro_gamer_core import Frame, GameMetadata, Observations, ObservationSpec, Symmetry
from retro_gamer_core.playing.state_features import StateFeatures
from retro_gamer_encoders.boards import Boards
from retro_gamer_encoders.settings import Changes, Frames


class WholeBoard:
    """Every cell of the board, and the observed state values beside it.

    Args:
        metadata: needs ``board_size`` and ``character_set``.
        frames: how many boards are seen, the newest first.
        changes: for how many turns it is seen what came and left.
    """

    def __init__(self, metadata: GameMetadata, *, frames: Frames = 1, changes: Changes = 0) -> None:
        width, height = metadata.board_size
        self._boards = Boards(metadata, frames, changes)
        self._state = StateFeatures(metadata.observe_state_sizes)
        self.spec = ObservationSpec(
            self._boards.count * height,
            width,
            self._boards.characters,
            features=self._state.names,
            channel_first=metadata.spatial,
            frames=self._boards.count,
        )

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        cells[...] = self._boards.read(frame)
        if self._state.names:
            self._state.write(frame.state, features)

    def mirrored(self, observations: Observations, symmetry: Symmetry) -> Observations:
        cells = symmetry.of_cells(observations.cells, self.spec)
        return Observations(cells, symmetry.of_numbers(observations.features, self._state.names))

    def explain(self) -> list[str]:
        spec = self.spec
        return [
            f"encoder one_hot: the learner sees all {spec.width}×{spec.board_height} cells{self._boards.explain()}; "
            f"each shows one of {len(spec.characters)} characters or nothing"
        ]
