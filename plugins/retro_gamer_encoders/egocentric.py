"""The board from the player's own place: whatever is two cells to the left is always in the same cell.

What is learned in one corner of the board then holds everywhere, and the edge of the board can be
seen coming. There are two of them: a window that moves with the player, and the whole board.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retro_gamer_core import Frame, GameMetadata, Observations, ObservationSpec, RetroGamerError, Symmetry
from retro_gamer_core.playing.state_features import StateFeatures
from retro_gamer_encoders.newest_boards import explain, newest_boards
from retro_gamer_encoders.settings import EgocentricSettings


def build(metadata: GameMetadata, **options: Any) -> CentredBoard | Window:
    """The encoder for these options, which are those of ``EgocentricSettings``.

    ``metadata`` needs ``board_size`` and ``character_set``. Without a player named, ``metadata.player`` is
    in the middle, and without that the one that listens to the keyboard.
    """
    settings = EgocentricSettings(**options)
    player = settings.player or metadata.player
    if settings.radius is None:
        return CentredBoard(metadata, player, settings.frames)
    return Window(metadata, settings.radius, player, settings.frames)


class CentredBoard:
    """The whole board, moved so that the player is in the middle.

    Kept as drawn, with the player's column and row as the first two features; ``ObservationSpec``
    says how a network sees it (``centred``).
    """

    def __init__(self, metadata: GameMetadata, player: str | None, frames: int = 1) -> None:
        width, height = metadata.board_size
        self.player = player
        self._state = StateFeatures(metadata.observe_state_sizes)
        self.spec = ObservationSpec(
            frames * height,
            width,
            tuple(metadata.character_set),
            outside=True,
            features=("player column", "player row", *self._state.names),
            channel_first=metadata.spatial,
            centred=True,
            frames=frames,
        )

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        at = frame.player
        if at is None:
            raise _no_player(self.player)
        cells[...] = newest_boards(frame, self.spec.frames)
        features[0], features[1] = at
        if self._state.names:
            self._state.write(frame.state, features[2:])

    def mirrored(self, observations: Observations, symmetry: Symmetry) -> Observations:
        board = self.spec.width, self.spec.board_height
        return _mirrored(observations, symmetry, self.spec, board, self._state.names)

    def explain(self) -> list[str]:
        return [
            f"encoder egocentric: the learner sees the whole board, moved so that {_who(self.player)} is in "
            f"the middle{explain(self.spec.frames)}; the edge of the board is marked straight ahead, behind and to "
            "both sides"
        ]


class Window:
    """A square window with the player in the middle; cells beyond the board look unlike empty ones.

    The player's column and row on the board (0 … 1) are the first two features.
    """

    def __init__(self, metadata: GameMetadata, radius: int, player: str | None, frames: int = 1) -> None:
        self._board_width, self._board_height = metadata.board_size
        self.player = player
        self._radius = radius
        self._state = StateFeatures(metadata.observe_state_sizes)
        self._side = side = 2 * radius + 1
        self.spec = ObservationSpec(
            frames * side,
            side,
            tuple(metadata.character_set),
            outside=True,
            features=("player column", "player row", *self._state.names),
            channel_first=metadata.spatial,
            frames=frames,
        )

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        at = frame.player
        if at is None:
            raise _no_player(self.player)
        (x, y), r = at, self._radius
        left, right = max(0, x - r), min(self._board_width, x + r + 1)
        top, bottom = max(0, y - r), min(self._board_height, y + r + 1)
        cells[...] = self.spec.outside_code
        frames = self.spec.frames
        boards = newest_boards(frame, frames).reshape(frames, self._board_height, self._board_width)
        windows = cells.reshape(frames, self._side, self._side)
        windows[:, top - y + r : bottom - y + r, left - x + r : right - x + r] = boards[
            :, top:bottom, left:right
        ]
        features[0] = x / max(1, self._board_width - 1)
        features[1] = y / max(1, self._board_height - 1)
        if self._state.names:
            self._state.write(frame.state, features[2:])

    def mirrored(self, observations: Observations, symmetry: Symmetry) -> Observations:
        two_cells = 2, 2  # on which the place is 0 or 1, too
        return _mirrored(observations, symmetry, self.spec, two_cells, self._state.names)

    def explain(self) -> list[str]:
        return [
            f"encoder egocentric: the learner sees a window of {self._side}×{self._side} cells with "
            f"{_who(self.player)} in the middle{explain(self.spec.frames)}; cells beyond the edge of the board look "
            "different from empty ones"
        ]


def _mirrored(
    seen: Observations,
    symmetry: Symmetry,
    spec: ObservationSpec,
    board: tuple[int, int],
    names: Sequence[str],
) -> Observations:
    """The features are the player's place on a board of this size, then the numbers of the state."""
    places = symmetry.of_places(seen.features[:, :2], *board)
    numbers = symmetry.of_numbers(seen.features[:, 2:], names)
    return Observations(symmetry.of_cells(seen.cells, spec), np.hstack([places, numbers]))


def _who(player: str | None) -> str:
    return player or "the character that listens to the keyboard"


def _no_player(name: str | None) -> RetroGamerError:
    return RetroGamerError(
        f"there is no character named {name!r} on the board"
        if name
        else "no character in this game listens to the keyboard",
        where='encoder = "egocentric"',
        why="this encoder shows the board from the player's place, so it must know who the player is",
        hint='name the character: player = "…" in [preprocessing], or use encoder = "one_hot"',
    )
