"""The boards that are seen at once: that of this turn, those of the turns before it, and what changed of late."""

from __future__ import annotations

import numpy as np

from retro_gamer_core import Frame, GameMetadata
from retro_gamer_encoders.changes import Changes

_REMEMBERED = "newest boards"


class Boards:
    """One board below the other, the newest at the top.

    Args:
        metadata: needs ``board_size`` and ``character_set``.
        frames: how many boards as they are drawn.
        changes: for how many turns a change is shown on a board below them; 0 for no such board.

    Attributes:
        characters: the character with code 1, 2, …
        count: how many boards there are.
    """

    def __init__(self, metadata: GameMetadata, frames: int, changes: int) -> None:
        self._frames = frames
        self.characters = tuple(metadata.character_set or ())
        self._changes = Changes(self.characters, changes) if changes else None
        if self._changes:
            self.characters += self._changes.characters
        self.count = frames + bool(changes)

    def read(self, frame: Frame) -> np.ndarray:
        """``uint8[count · H, W]``. Before the first turn, the game has looked as it does at the beginning."""
        boards = frame.codes if self._frames == 1 else self._newest(frame)
        return boards if self._changes is None else np.concatenate([boards, self._changes.read(frame)])

    def _newest(self, frame: Frame) -> np.ndarray:
        turn = frame.game.turn_number
        seen_in, boards = frame.memory.get(_REMEMBERED, (turn, None))
        if boards is None:
            boards = np.repeat(frame.codes[None], self._frames, axis=0)
        elif seen_in != turn:
            boards[1:] = boards[:-1].copy()
        boards[0] = frame.codes
        frame.memory[_REMEMBERED] = turn, boards
        return boards.reshape(-1, boards.shape[2])

    def explain(self) -> str:
        """The end of a sentence on what is seen."""
        before = f", now and in the {self._frames - 1} turn(s) before" if self._frames > 1 else ""
        changes = (
            f", and what came and left in the last {self._changes.turns} turn(s)" if self._changes else ""
        )
        return before + changes
