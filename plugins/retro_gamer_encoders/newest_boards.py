"""The boards of the newest turns: what moves can be seen to move."""

from __future__ import annotations

import numpy as np

from retro_gamer_core import Frame

_REMEMBERED = "newest boards"


def newest_boards(frame: Frame, count: int) -> np.ndarray:
    """``uint8[count · H, W]``: the board of this turn, below it that of the turn before it, and so on.

    Before the first turn, it has looked as it does at the beginning.
    """
    if count == 1:
        return frame.codes
    turn = frame.game.turn_number
    seen_in, boards = frame.memory.get(_REMEMBERED, (turn, None))
    if boards is None:
        boards = np.repeat(frame.codes[None], count, axis=0)
    elif seen_in != turn:
        boards[1:] = boards[:-1].copy()
    boards[0] = frame.codes
    frame.memory[_REMEMBERED] = turn, boards
    return boards.reshape(-1, boards.shape[2])


def explain(frames: int) -> str:
    """The end of a sentence on what is seen."""
    return f", now and in the {frames - 1} turn(s) before" if frames > 1 else ""
