"""The board from the player's own place: whatever is two cells to the left is always in the same cell.

What is learned in one corner of the board then holds everywhere, and the edge of the board can be
seen coming. There are two of them: a window that moves with the player, and the whole board.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_core import Frame, GameMetadata, Observations, ObservationSpec, RetroGamerError, Symmetry
from retro_gamer_core.playing.state_features import StateFeatures
from retro_gamer_encoders.boards import Boards
from retro_gamer_encoders.paths import Paths
from retro_gamer_encoders.settings import EgocentricSettings


def build(metadata: GameMetadata, **options: Any) -> CentredBoard | Window:
    """The encoder for these options, which are those of ``EgocentricSettings``.

    ``metadata`` needs ``board_size`` and ``character_set``. Without a player named, ``metadata.player`` is
    in the middle, and without that the one that listens to the keyboard.
    """
    settings = EgocentricSettings(**options)
    return (
        CentredBoard(metadata, settings)
        if settings.radius is None
        else Window(metadata, settings, settings.radius)
    )


class _Egocentric:
    """What both have: the player, its surroundings, and the numbers beside the board."""

    spec: ObservationSpec

    def __init__(self, metadata: GameMetadata, settings: EgocentricSettings) -> None:
        self.player = settings.player or metadata.player
        self._boards = Boards(metadata, settings.frames, settings.changes)
        self._state = StateFeatures(metadata.observe_state_sizes)
        self._paths = Paths(metadata, settings.walls, settings.goals)
        self._features = ("player column", "player row", *self._state.names, *self._paths.names)
        self._first_path = 2 + len(self._state.names)

    def _position(self, frame: Frame) -> tuple[int, int]:
        at = frame.player
        if at is None:
            raise _no_player(self.player)
        return at

    def _write_beside(self, frame: Frame, at: tuple[int, int], features: np.ndarray) -> None:
        if self._state.names:
            self._state.write(frame.state, features[2 : self._first_path])
        if self._paths.names:
            self._paths.write(frame.codes, at, features[self._first_path :])

    def _mirrored(self, seen: Observations, symmetry: Symmetry, board: tuple[int, int]) -> Observations:
        """The features are the player's place on a board of this size, numbers of the state, and the ways."""
        first = self._first_path
        places = symmetry.of_places(seen.features[:, :2], *board)
        numbers = symmetry.of_numbers(seen.features[:, 2:first], self._state.names)
        ways = seen.features[:, first:][:, self._paths.places_in_mirror(symmetry)]
        return Observations(symmetry.of_cells(seen.cells, self.spec), np.hstack([places, numbers, ways]))

    def _explain(self, seen: str, edge: str) -> list[str]:
        return [
            f"encoder egocentric: the learner sees {seen}{self._boards.explain()}; {edge}",
            *self._paths.explain(),
        ]


class CentredBoard(_Egocentric):
    """The whole board, moved so that the player is in the middle.

    Kept as drawn, with the player's column and row as the first two features; ``ObservationSpec``
    says how a network sees it (``centred``).
    """

    def __init__(self, metadata: GameMetadata, settings: EgocentricSettings) -> None:
        super().__init__(metadata, settings)
        width, height = metadata.board_size
        self.spec = ObservationSpec(
            self._boards.count * height,
            width,
            self._boards.characters,
            outside=True,
            features=self._features,
            channel_first=metadata.spatial,
            centred=True,
            frames=self._boards.count,
        )

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        at = self._position(frame)
        cells[...] = self._boards.read(frame)
        features[0], features[1] = at
        self._write_beside(frame, at, features)

    def mirrored(self, observations: Observations, symmetry: Symmetry) -> Observations:
        board = self.spec.width, self.spec.board_height
        return self._mirrored(observations, symmetry, board)

    def explain(self) -> list[str]:
        return self._explain(
            f"the whole board, moved so that {_who(self.player)} is in the middle",
            "the edge of the board is marked straight ahead, behind and to both sides",
        )


class Window(_Egocentric):
    """A square window with the player in the middle; cells beyond the board look unlike empty ones.

    The player's column and row on the board (0 … 1) are the first two features.
    """

    def __init__(self, metadata: GameMetadata, settings: EgocentricSettings, radius: int) -> None:
        super().__init__(metadata, settings)
        self._board_width, self._board_height = metadata.board_size
        self._radius = radius
        self._side = side = 2 * radius + 1
        self.spec = ObservationSpec(
            self._boards.count * side,
            side,
            self._boards.characters,
            outside=True,
            features=self._features,
            channel_first=metadata.spatial,
            frames=self._boards.count,
        )

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        (x, y), r = self._position(frame), self._radius
        left, right = max(0, x - r), min(self._board_width, x + r + 1)
        top, bottom = max(0, y - r), min(self._board_height, y + r + 1)
        cells[...] = self.spec.outside_code
        count = self._boards.count
        boards = self._boards.read(frame).reshape(count, self._board_height, self._board_width)
        windows = cells.reshape(count, self._side, self._side)
        windows[:, top - y + r : bottom - y + r, left - x + r : right - x + r] = boards[
            :, top:bottom, left:right
        ]
        features[0] = x / max(1, self._board_width - 1)
        features[1] = y / max(1, self._board_height - 1)
        self._write_beside(frame, (x, y), features)

    def mirrored(self, observations: Observations, symmetry: Symmetry) -> Observations:
        two_cells = 2, 2  # on which the place is 0 or 1, too
        return self._mirrored(observations, symmetry, two_cells)

    def explain(self) -> list[str]:
        return self._explain(
            f"a window of {self._side}×{self._side} cells with {_who(self.player)} in the middle",
            "cells beyond the edge of the board look different from empty ones",
        )


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
