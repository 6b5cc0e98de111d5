"""The whole board, as it is drawn."""

from __future__ import annotations

import numpy as np

from retro_gamer_core import Frame, GameMetadata, ObservationSpec
from retro_gamer_core.playing.state_features import StateFeatures


class WholeBoard:
    """Every cell of the board, and the observed state values beside it.

    Args:
        metadata: needs ``board_size`` and ``character_set``.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        width, height = metadata.board_size
        self._state = StateFeatures(metadata.observe_state_sizes)
        self.spec = ObservationSpec(
            height,
            width,
            tuple(metadata.character_set),
            features=self._state.names,
            channel_first=metadata.spatial,
        )

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        cells[...] = frame.codes
        if self._state.names:
            self._state.write(frame.state, features)

    def explain(self) -> list[str]:
        spec = self.spec
        return [
            f"encoder one_hot: the learner sees all {spec.width}×{spec.height} cells; each shows one of "
            f"{len(spec.characters)} characters or nothing"
        ]
