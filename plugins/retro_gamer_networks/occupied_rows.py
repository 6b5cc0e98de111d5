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
        row, column = np.divmod(np.arange(spec.height * spec.width), max(1, spec.width))
        row += row // max(1, spec.board_height) * (spec.view_height - spec.height) // spec.frames
        # The row of a cell's code 0, which nobody looks up, when the view is not moved.
        self._first_row = (row * spec.view_width + column) * spec.n_channels - 1

    def find(self, cells: np.ndarray, features: np.ndarray) -> RowBags:
        """The bags of ``cells: uint8[n, h, w]``; ``features`` hold the player's place in a centred view."""
        n, n_cells = len(cells), len(self._first_row)
        cells = cells.reshape(-1)
        places = (cells != 0).nonzero()[0]
        boards, places_on_board = np.divmod(places, max(1, n_cells))
        starts = boards.searchsorted(np.arange(n))
        rows = self._first_row.take(places_on_board) + cells.take(places)
        return self._centred(rows, starts, boards, features) if self._spec.centred else RowBags(rows, starts)

    def _centred(
        self, rows: np.ndarray, starts: np.ndarray, boards: np.ndarray, features: np.ndarray
    ) -> RowBags:
        """Moves the boards so that the player is in the middle, and begins each bag with its four edges."""
        spec, n = self._spec, len(starts)
        height, width, view_width = spec.board_height, spec.width, spec.view_width
        column, row = features[:, :2].astype(np.int64).T
        moved = ((height - row) * view_width + width - column) * spec.n_channels
        edges = np.empty((n, 4), np.int64)
        edges[:, 0] = height * view_width + width - column - 1
        edges[:, 1] = edges[:, 0] + width + 1
        edges[:, 2] = (height - row - 1) * view_width + width
        edges[:, 3] = edges[:, 2] + (height + 1) * view_width
        edges *= spec.n_channels
        edges += spec.outside_code - 1
        together = np.empty(len(rows) + 4 * n, np.int64)
        together[np.arange(len(rows)) + 4 * (boards + 1)] = rows + moved.take(boards)
        starts = starts + 4 * np.arange(n)
        together[starts[:, None] + np.arange(4)] = edges
        return RowBags(together, starts)


def lengths_of(starts: np.ndarray, total: int) -> np.ndarray:
    """How long each bag is, ``int64[n]``, when the last one ends at ``total``."""
    lengths = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1:] = total - starts[-1:]
    return lengths


def distinct_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``(distinct, order, starts)``: ``rows[order]`` are sorted, and row ``distinct[i]`` begins at ``starts[i]``.

    Rows that are alike keep their order.
    """
    if rows.max(initial=0) < 2**16:
        rows = rows.astype(np.uint16)  # numpy sorts short numbers by their digits, in a fifth of the time
    order = rows.argsort(kind="stable")
    in_order = rows.take(order)
    is_first = np.ones(len(rows), bool)
    np.not_equal(in_order[1:], in_order[:-1], out=is_first[1:])
    starts = is_first.nonzero()[0]
    return in_order.take(starts).astype(np.int64), order, starts
