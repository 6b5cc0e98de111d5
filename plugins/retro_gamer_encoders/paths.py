"""How far it is to walk, round what cannot be walked through: to the nearest of each character, step by step.

The simplest learner of a grid world that gets anywhere is told just this (``closestFood`` in the project "Pacman" of
Berkeley's CS188). A network on the board alone would have to find a way through a maze by itself in every turn, which
takes as many layers as the way has steps (Tamar et al. 2016, "Value iteration networks").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retro_gamer_core import GameMetadata

DIRECTIONS = {"right": (1, 0), "up": (0, -1), "left": (-1, 0), "down": (0, 1)}
"""Column and row of a step."""

_NEARER_BY_STEP = 0.9
"""Closeness is this to the power of the distance: 1 at the place itself, a third ten steps away; 0 without a way."""


class Paths:
    """Features of an observation: for each goal how close it is, and which of the four steps lead to it.

    Distances are found from the goals outward, all places of one distance at once: a set of places is the bits of
    one number, in which a step up is a shift by a row.

    Args:
        metadata: needs ``board_size`` and ``character_set``.
        walls: characters that the ways go round; also one of them may be a goal.
        goals: characters that one may want to reach, or to flee.

    Characters that are not in the set are nowhere on the board: they may be added later.
    """

    def __init__(self, metadata: GameMetadata, walls: Sequence[str], goals: Sequence[str]) -> None:
        self._explained = goals, walls
        width, height = metadata.board_size
        code = {character: code for code, character in enumerate(metadata.character_set or (), start=1)}
        self._row = width + 1  # with a place at the end of each row that belongs to no cell
        self._cells = np.zeros((1 + len(goals), height, self._row), np.uint8)
        # Code 255 is on no board.
        self._goals = np.array([code.get(goal, 255) for goal in goals], np.uint8)[:, None, None]
        self._blocked = np.zeros(256, np.uint8)
        self._blocked[[code[wall] for wall in walls if wall in code]] = 1
        on_board = np.zeros((height, self._row), np.uint8)
        on_board[:, :width] = 1
        self._on_board = _bits(on_board)
        self.names = tuple(
            name
            for goal in goals
            for name in (f"closeness of {goal}", *(f"{goal} by {step}" for step in DIRECTIONS))
        )

    def write(self, codes: np.ndarray, player: tuple[int, int], features: np.ndarray) -> None:
        """Fill ``features: float32[len(self.names)]``, for the board ``codes: uint8[H, W]``.

        A step has 1 if it leads nearer, -1 if it leads away, and 0 if there is a wall, or no way at all.
        """
        cells, row = self._cells, self._row
        self._blocked.take(codes, out=cells[0, :, :-1])
        np.equal(codes, self._goals, out=cells[1:, :, :-1].view(bool))
        blocked, *goals = map(_bits, cells)
        free = self._on_board & ~blocked
        at = 1 << (player[1] * row + player[0])
        free |= at
        around = [step & free for step in (at << 1, at >> row, at >> 1, at << row)]
        values: list[float] = []
        for goal in goals:
            seen, before, distance = goal, 0, 0
            while not seen & at:
                before = seen
                seen |= (seen << 1 | seen >> 1 | seen << row | seen >> row) & free
                if seen == before:
                    break
                distance += 1
            if seen & at and goal:
                values.append(_NEARER_BY_STEP**distance)
                values += [(1.0 if before & step else -1.0) if step else 0.0 for step in around]
            else:
                values += [0.0] * 5
        features[:] = values

    def explain(self) -> list[str]:
        """A sentence, where there are goals."""
        goals, walls = (" ".join(each) for each in self._explained)
        if not goals:
            return []
        round_what = f", round {walls}" if walls else ""
        return [
            f"of each of {goals} it is told how near the nearest is, and which steps lead nearer{round_what}"
        ]


def _bits(cells: np.ndarray) -> int:
    """The cells that are 1, as the bits of a number."""
    return int.from_bytes(np.packbits(cells, bitorder="little").tobytes(), "little")
