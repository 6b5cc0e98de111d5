"""Which rows of a weight table belong to the occupied cells of a batch of boards.

Done in numpy before anything becomes a tensor: boards are nearly empty, so it pays to leave the
empty cells behind as early as possible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retro_gamer_core import ObservationSpec


@dataclass(frozen=True)
class RowBags:
    """Rows of a table, one bag a board, the bags one after the other.

    Args:
        rows: ``int64[total]``, row numbers.
        starts: ``int64[n]``, where the bag of each board begins.
    """

    rows: np.ndarray
    starts: np.ndarray


class OccupiedRows:
    """Finds the rows of occupied cells: row ``(cell of the view) · n_channels + channel``."""

    def __init__(self, spec: ObservationSpec) -> None:
        self._spec = spec
        self._n_cells = spec.height * spec.width
        row, column = np.divmod(np.arange(self._n_cells), max(1, spec.width))
        # For each cell and code at once: its row in the table when the view is not moved.
        first = (row * spec.view_width + column)[:, None] * spec.n_channels
        self._row_of = (first + np.arange(spec.n_codes) - 1).ravel()

    def find(self, cells: np.ndarray, features: np.ndarray) -> RowBags:
        """The bags of ``cells: uint8[n, h, w]``; ``features`` hold the player's place in a centred view."""
        spec, n = self._spec, len(cells)
        places, codes = _occupied(np.ascontiguousarray(cells).reshape(-1))
        starts = np.searchsorted(places, np.arange(n) * self._n_cells)
        boards, cell = np.divmod(places, self._n_cells)
        rows = self._row_of[cell * spec.n_codes + codes]
        if not spec.centred:
            return RowBags(rows, starts)
        height, width, view_width = spec.height, spec.width, spec.view_width
        column, row = features[:, 0].astype(np.int64), features[:, 1].astype(np.int64)
        rows += (((height - row) * view_width + width - column) * spec.n_channels)[boards]
        edges = np.empty((n, 4), np.int64)
        edges[:, 0] = height * view_width + width - column - 1
        edges[:, 1] = edges[:, 0] + width + 1
        edges[:, 2] = (height - row - 1) * view_width + width
        edges[:, 3] = edges[:, 2] + (height + 1) * view_width
        edges = edges * spec.n_channels + (spec.outside_code - 1)
        # Each bag begins with its four edges.
        starts += 4 * np.arange(n)
        together = np.empty(len(rows) + 4 * n, np.int64)
        together[np.arange(len(rows)) + 4 * (boards + 1)] = rows
        together[starts[:, None] + np.arange(4)] = edges
        return RowBags(together, starts)


def _occupied(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places and codes of the cells that are not 0; ``cells: uint8[total]``."""
    if len(cells) % 8:
        places = np.flatnonzero(cells)
        return places, cells[places]
    # Eight cells at a time: most groups of eight are empty.
    groups = np.flatnonzero(cells.view(np.uint64))
    group, within = np.nonzero(cells.reshape(-1, 8)[groups])
    places = groups[group] * 8 + within
    return places, cells[places]


class DistinctRows:
    """Finds the distinct rows in a list of rows without sorting it.

    Args:
        n_rows: rows of the table.
    """

    def __init__(self, n_rows: int) -> None:
        self._last_place = np.zeros(n_rows, np.int64)

    def find(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """``(distinct, index)``: ``distinct[index]`` is ``rows``."""
        places = np.arange(len(rows))
        self._last_place[rows] = places
        representative = self._last_place[rows]
        is_representative = representative == places
        number = np.cumsum(is_representative) - 1
        return rows[is_representative], number[representative]
