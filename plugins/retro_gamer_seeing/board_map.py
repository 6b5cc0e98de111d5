"""A map of the board: what would it press, and what would it expect, if the player stood in another cell?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_seeing.attention import ChangedFrame, values_of

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Encoder, Frame


@dataclass(frozen=True)
class BoardMap:
    """What it thinks of each cell.

    Args:
        places: ``(row, column)`` of each cell that nothing else stands in, and of the player's own.
        values: ``float32[len(places), n_actions]``, how good each key looks with the player there.
    """

    places: list[tuple[int, int]]
    values: np.ndarray


def board_map(frame: Frame, encoder: Encoder, learner: Any) -> BoardMap | None:
    """The map at this moment, everything else staying where it is; None where there is no player to move.

    The player is moved in what the encoder is shown and not in the game. Of a player that is larger than one cell,
    such as a snake, only the cell that counts as its place is moved.
    """
    if frame.player is None:
        return None
    column, row = frame.player
    free = [(int(y), int(x)) for y, x in np.argwhere(frame.codes == 0)]
    places = [(row, column), *(place for place in free if place != (row, column))]
    return BoardMap(places, values_of(_moved(frame, places), encoder, learner))


def _moved(frame: Frame, places: list[tuple[int, int]]) -> Iterator[ChangedFrame]:
    column, row = frame.player or (0, 0)
    itself = frame.codes[row, column]
    for y, x in places:
        changed = ChangedFrame.of(frame)
        changed.codes[row, column] = 0
        changed.codes[y, x] = itself
        changed.player = (x, y)
        yield changed
