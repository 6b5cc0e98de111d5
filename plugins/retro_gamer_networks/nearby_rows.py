"""Further rows for the first layer: what is near each place the player could step to, and what lies ahead of it.

A row of an occupied cell says one thing about one place, and "any of these nine cells has a beast in it" must be
put together from nine of them, for every key. A row here says such a thing at once, so it is learned from few
examples:

- *near*: for the player's place and the four beside it, how many steps away (as a king goes in chess) the nearest
  cell with each character is, up to ``_FARTHEST``;
- *ahead*: in each of the four directions, what comes first, how often it is repeated, what comes after it, and
  whether anything comes after that: "two blocks, then a beast, then something".

The same code serves numpy and torch: ``xp`` is either of the two modules.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_core import ObservationSpec

#: The player's place and those beside it, as (column, row) from it.
_PLACES = ((0, 0), (1, 0), (0, -1), (-1, 0), (0, 1))
_DIRECTIONS = _PLACES[1:]
_FARTHEST = 3
_LONGEST_RUN = 3
#: Characters after a run share so many rows, that of the edge not counted, or long character sets had too many.
_KINDS = 15

RADIUS = _LONGEST_RUN + 2
"""Of the square round the player that is looked at."""

_SIDE = 2 * RADIUS + 1


def shows_the_player(spec: ObservationSpec) -> bool:
    """Whether the player is in the middle of the view, as ``egocentric`` has it."""
    odd = spec.board_height % 2 == spec.width % 2 == 1
    return spec.centred or (spec.outside and odd)


class NearbyRows:
    """Which of these rows belong to a board. ``spec`` must show it from the player's place."""

    def __init__(self, spec: ObservationSpec) -> None:
        self._spec = spec
        self.n_near = len(_PLACES) * (_FARTHEST + 1) * spec.n_channels
        self._n_patterns = len(_DIRECTIONS) * _LONGEST_RUN * (_KINDS + 2) * 2
        self.n_rows = self.n_near + self._n_patterns * spec.n_codes
        # Cells that are not seen look empty; of a board that is seen whole, it is known where it ends.
        self.beyond = spec.outside_code if spec.centred else 0

    def find(self, cells: np.ndarray, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows and the board of each, ``int64[total]``; ``cells: uint8[n, h, w]``, ``features: float32[n, f]``."""
        n = len(cells)
        board = cells[:, : self._spec.board_height]
        padded = np.full((n, board.shape[1] + 2 * RADIUS, board.shape[2] + 2 * RADIUS), self.beyond, np.uint8)
        padded[:, RADIUS:-RADIUS, RADIUS:-RADIUS] = board
        row, column = self.player(np, features.astype(np.int64), n)
        _, height, width = padded.shape
        corner = (np.arange(n) * height + row) * width + column
        square = np.arange(_SIDE)[:, None] * width + np.arange(_SIDE)
        seen = padded.reshape(-1).take(square[..., None] + corner)
        boards, rows = np.divmod(self.near(np, seen).reshape(-1).nonzero()[0], self.n_near)
        ahead = self.n_near + self.ahead(np, seen).reshape(-1)
        return np.concatenate([rows, ahead]), np.concatenate([boards, np.arange(n).repeat(len(_DIRECTIONS))])

    def player(self, xp: Any, features: Any, n: int) -> tuple[Any, Any]:
        """Its row and column on each board; when that is padded, they are those of the corner of the square."""
        if self._spec.centred:
            return features[:, 1], features[:, 0]
        middle = xp.zeros(n, dtype=xp.int64)
        return middle + self._spec.board_height // 2, middle + self._spec.width // 2

    def near(self, xp: Any, seen: Any) -> Any:
        """``bool[n, n_near]`` for the squares round the player, ``seen: uint8[side, side, n]``.

        The boards are the last axis, as numpy is several times as fast where the longest one is the last.
        """
        rim = RADIUS - _FARTHEST - 1  # of cells that only ``ahead`` looks at
        codes = xp.arange(1, self._spec.n_codes, dtype=xp.uint8)
        here = seen[rim : _SIDE - rim, rim : _SIDE - rim, None] == codes[:, None]
        rings, nearer = [], None
        for _ in range(_FARTHEST + 1):
            middle = here.shape[0] // 2
            at = here[[middle + y for (_, y) in _PLACES], [middle + x for (x, _) in _PLACES]]
            rings.append(at if nearer is None else at & ~nearer)
            nearer = at
            here = here[:-2] | here[1:-1] | here[2:]
            here = here[:, :-2] | here[:, 1:-1] | here[:, 2:]
        return xp.moveaxis(xp.stack(rings, 1), -1, 0).reshape(-1, self.n_near)

    def ahead(self, xp: Any, seen: Any) -> Any:
        """``int64[n, 4]``, rows counted from the end of the near ones."""
        steps = range(1, RADIUS + 1)
        rows = [RADIUS + y * step for _, y in _DIRECTIONS for step in steps]
        columns = [RADIUS + x * step for x, _ in _DIRECTIONS for step in steps]
        line = seen[rows, columns].reshape(len(_DIRECTIONS), RADIUS, -1)
        line = line + xp.zeros(1, dtype=xp.int32)  # or patterns would not go beyond 255
        first, second, third = line[:, 0], line[:, 1], line[:, 2]
        twice = second == first
        thrice = twice & (third == first)
        after = xp.where(thrice, line[:, 3], xp.where(twice, third, second))
        behind = xp.where(thrice, line[:, 4], xp.where(twice, line[:, 3], third))
        kind = xp.where(after == self._spec.outside_code, _KINDS + 1, (after + _KINDS - 1) % _KINDS + 1)
        kind = xp.where(after == 0, 0, kind)
        pattern = xp.arange(len(_DIRECTIONS))[:, None] * _LONGEST_RUN + twice + thrice * 1
        pattern = (pattern * (_KINDS + 2) + kind) * 2 + (behind != 0)
        return (pattern * self._spec.n_codes + first).T

    def of_old_characters(self, channels: np.ndarray) -> np.ndarray:
        """Where the rows of fewer characters belong: old channel c is ``channels[c]`` here."""
        near = np.arange(self.n_near // self._spec.n_channels)[:, None] * self._spec.n_channels + channels
        codes = np.concatenate([[0], channels + 1])
        ahead = self.n_near + np.arange(self._n_patterns)[:, None] * self._spec.n_codes + codes
        return np.concatenate([near.reshape(-1), ahead.reshape(-1)])
