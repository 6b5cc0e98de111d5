"""What has changed of late: where something left or came, and how many turns ago.

Of things that move at their own pace, one picture does not show who moves next, nor where to. Beside a picture of what
changed it does, and only the few cells that changed cost anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retro_gamer_core import Frame
from retro_gamer_core.errors import RetroGamerError

_REMEMBERED = "changes"
_MOST_CODES = 250


class Changes:
    """A second board, on which a cell shows what left it or came to it last, if that is few turns ago.

    Where the player goes is not told: it is in the middle anyhow.

    Args:
        characters: the character with code 1, 2, … on the board itself.
        turns: for how long a change is shown; 1 shows those of this turn only. With many characters it is shorter.

    Raises:
        RetroGamerError: there are too many characters.
    """

    def __init__(self, characters: Sequence[str], turns: int) -> None:
        n = len(characters)
        # Each character that left or came so many turns ago looks different.
        self.turns = turns = min(turns, (_MOST_CODES // max(1, n) - 1) // 2)
        if turns < 1:
            raise RetroGamerError(
                f"changes cannot be shown of a game of {n} characters",
                where="[preprocessing] changes",
                why=f"a cell can look in {_MOST_CODES} ways at most, and each character needs three",
                hint="changes = 0",
            )
        self.characters = tuple(
            f"{character} {what} {age}"
            for what in ("left", "came")
            for age in range(1, turns + 1)
            for character in characters
        )
        # The code of a change is that of the character, and how many kinds and ages of changes come before.
        self._left, self._came = n, n + turns * n
        self._older = np.arange(256, dtype=np.uint8) + np.uint8(n)
        self._older[: n + 1] = 0
        for oldest in (self._came - n, self._came + (turns - 1) * n):
            self._older[oldest + 1 : oldest + n + 1] = 0

    def read(self, frame: Frame) -> np.ndarray:
        """The board of changes, ``uint8[H, W]``, however often it is asked for in a turn. Do not write to it."""
        turn = frame.game.turn_number
        kept: dict[str, Any] = frame.memory.setdefault(_REMEMBERED, {})
        if not kept:
            kept["board"] = np.zeros_like(frame.codes)
        elif kept["turn"] != turn:
            kept["board"] = self._next(
                kept["board"], kept["codes"], frame.codes, (kept["player"], frame.player)
            )
        else:
            return kept["board"]
        kept.update(turn=turn, codes=frame.codes.copy(), player=frame.player)
        return kept["board"]

    def _next(
        self, board: np.ndarray, before: np.ndarray, now: np.ndarray, player: Sequence[tuple[int, int] | None]
    ) -> np.ndarray:
        board = self._older.take(board)
        rows, columns = (before != now).nonzero()
        what = now[rows, columns]
        changes = np.where(what, what + self._came, before[rows, columns] + self._left)
        by_others = np.ones(len(rows), bool)
        for at in player:
            if at is not None:
                by_others &= (columns != at[0]) | (rows != at[1])
        board[rows[by_others], columns[by_others]] = changes[by_others]
        return board
