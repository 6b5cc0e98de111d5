"""Which rows of a weight table belong to the occupied cells of a batch of boards.

Done in numpy before anything becomes a tensor: boards are nearly empty, so it pays to leave the
empty cells behind as early as possible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retro_gamer_core import ObservationSpec
from retro_gamer_networks.nearby_rows import NearbyRows, shows_the_player


@dataclass(frozen=True)
class RowBags:
    """Rows of a table, one bag a board, the bags one after the other.

    Args:
        rows: ``int64[total]``, row numbers.
        boards: ``int64[total]``, the number of the bag each is in.
        starts: ``int64[n]``, where the bag of each board begins.
    """

    rows: np.ndarray
    boards: np.ndarray
    starts: np.ndarray


class OccupiedRows:
    """Finds the rows of occupied cells: row ``(cell of the view) · n_channels + channel``."""

    nearby: NearbyRows | None = None

    def __init__(self, spec: ObservationSpec) -> None:
        self._spec = spec
        height, width, view_width = spec.board_height, spec.width, spec.view_width
        row, column = np.divmod(np.arange(spec.height * width), max(1, width))
        on_view = row + row // max(1, height) * (spec.view_height - spec.height) // spec.frames
        # The row of a cell's code 0, which nobody looks up, when the view is not moved.
        self._first_row = (on_view * view_width + column) * spec.n_channels - 1
        self._n_edges = 4 * spec.centred
        self._first_row = np.concatenate([np.zeros(self._n_edges, np.int64), self._first_row])
        row, column = row[: height * width], column[: height * width]
        # For each place of the player, how far that moves, and where the edges are: left, right, above, below.
        self._moved = ((height - row) * view_width + width - column) * spec.n_channels
        left, above = height * view_width + width - column - 1, (height - row - 1) * view_width + width
        edges = np.stack([left, left + width + 1, above, above + (height + 1) * view_width], axis=1)
        self._edges = edges * spec.n_channels + spec.outside_code - 1
        self.n_rows = spec.view_height * view_width * spec.n_channels

    def find(self, cells: np.ndarray, features: np.ndarray) -> RowBags:
        """The bags of ``cells: uint8[n, h, w]``; ``features`` hold the player's place in a centred view."""
        n, n_edges = len(cells), self._n_edges
        cells = cells.reshape(n, -1)
        if n_edges:  # before the cells of a board, room for the edges
            cells = np.concatenate([np.ones((n, n_edges), np.uint8), cells], axis=1)
        flat, n_cells = cells.reshape(-1), len(self._first_row)
        places = (flat != 0).nonzero()[0]
        boards = places // max(1, n_cells)
        starts = boards.searchsorted(np.arange(n))
        rows = self._first_row.take(places - boards * n_cells)
        rows += flat.take(places)
        if n_edges:
            player = (features[:, 1] * self._spec.width + features[:, 0]).astype(np.int64)
            rows += self._moved.take(player).take(boards)
            rows[starts[:, None] + np.arange(n_edges)] = self._edges.take(player, axis=0)
        return RowBags(rows, boards, starts)


class OccupiedAndNearbyRows:
    """``OccupiedRows``, and after them ``NearbyRows``."""

    def __init__(self, spec: ObservationSpec) -> None:
        self._occupied = OccupiedRows(spec)
        self.nearby = NearbyRows(spec)
        self.n_rows = self._occupied.n_rows + self.nearby.n_rows

    def find(self, cells: np.ndarray, features: np.ndarray) -> RowBags:
        """The bags of ``cells: uint8[n, h, w]``; ``features`` as for either."""
        occupied = self._occupied.find(cells, features)
        rows, boards = self.nearby.find(cells, features)
        boards = np.concatenate([occupied.boards, boards])
        rows = np.concatenate([occupied.rows, rows + self._occupied.n_rows])
        in_order = (
            boards.astype(np.uint16) if len(cells) <= 2**16 else boards
        )  # sorted in a fifth of the time
        order = in_order.argsort(kind="stable")
        boards = boards.take(order)
        return RowBags(rows.take(order), boards, boards.searchsorted(np.arange(len(cells))))


def rows_of(spec: ObservationSpec, nearby: bool) -> OccupiedRows | OccupiedAndNearbyRows:
    """What finds the rows of a first layer, with those of what is near where they are wanted and a player is seen."""
    return OccupiedAndNearbyRows(spec) if nearby and shows_the_player(spec) else OccupiedRows(spec)


def distinct_rows(rows: np.ndarray, n_rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``(distinct, order, starts)``: ``rows[order]`` are sorted, and row ``distinct[i]`` begins at ``starts[i]``.

    Rows that are alike keep their order. All are below ``n_rows``.
    """
    if n_rows <= 2**16:
        rows = rows.astype(np.uint16)  # numpy sorts short numbers by their digits, in a fifth of the time
    order = rows.argsort(kind="stable")
    in_order = rows.take(order)
    is_first = np.ones(len(rows), bool)
    np.not_equal(in_order[1:], in_order[:-1], out=is_first[1:])
    starts = is_first.nonzero()[0]
    return in_order.take(starts).astype(np.int64), order, starts
