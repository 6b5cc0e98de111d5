"""How far it is to walk, round what cannot be walked through: to the nearest of each character, step by step.

The simplest learner of a grid world that gets anywhere is told just this (``closestFood`` in the project "Pacman" of
Berkeley's CS188). A network on the board alone would have to find a way through a maze by itself in every turn, which
takes as many layers as the way has steps (Tamar et al. 2016, "Value iteration networks").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from retro_gamer_core import GameMetadata, RetroGamerError, Symmetry

DIRECTIONS = {"right": (1, 0), "up": (0, -1), "left": (-1, 0), "down": (0, 1)}
"""Column and row of a step."""

_NEARER_BY_STEP = 0.9
"""Closeness is this to the power of the distance: 1 at the place itself, a third ten steps away; 0 without a way."""

_NO_WAY = [0.0] * 5


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
        self._explained = list(goals), list(walls)
        self._width, height = metadata.board_size
        self._codes = code = {
            character: code for code, character in enumerate(metadata.character_set or (), start=1)
        }
        self._walls = _ones_for(code[wall] for wall in walls if wall in code)
        self._goals = [_ones_for([code[goal]] if goal in code else ()) for goal in goals]
        # Bit 0 is the last cell of the last row.
        self._all = (1 << self._width * height) - 1
        first = sum(1 << row * self._width for row in range(1, height + 1)) >> 1
        self._not_first, self._not_last = self._all & ~first, self._all & ~(first >> self._width - 1)
        self.names = tuple(
            name
            for goal in goals
            for name in (f"closeness of {goal}", *(f"{goal} by {step}" for step in DIRECTIONS))
        )

    def write(self, codes: np.ndarray, player: tuple[int, int], features: np.ndarray) -> None:
        """Fill ``features: float32[len(self.names)]``, for the board ``codes: uint8[H, W]``.

        A step has 1 if it leads nearer, -1 if it leads away, and 0 if there is a wall, or no way at all.
        """
        cells, width, not_first, not_last = codes.tobytes(), self._width, self._not_first, self._not_last
        free = self._all & ~int(cells.translate(self._walls), 2)
        at = 1 << codes.size - 1 - (player[1] * width + player[0])
        free |= at
        around = [
            step & free for step in ((at & not_last) >> 1, at << width, (at & not_first) << 1, at >> width)
        ]
        values: list[float] = []
        for goal in self._goals:
            seen, before, distance = int(cells.translate(goal), 2), 0, 0
            while not seen & at and seen != before:
                before = seen
                seen |= (
                    (seen & not_last) >> 1 | (seen & not_first) << 1 | seen << width | seen >> width
                ) & free
                distance += 1
            if seen & at:
                values.append(_NEARER_BY_STEP**distance)
                values += [(1.0 if before & step else -1.0) if step else 0.0 for step in around]
            else:
                values += _NO_WAY
        features[:] = values

    def places_in_mirror(self, symmetry: Symmetry) -> list[int]:
        """The feature that each one has in the mirror image.

        Raises:
            RetroGamerError: a goal becomes a character there that is none.
        """
        goals, _ = self._explained
        steps = list(DIRECTIONS.values())
        # What is to the right in the mirror was where the step to the right comes from.
        turned = {symmetry.grid.vector(step): number for number, step in enumerate(steps)}
        found: list[int] = []
        for goal in goals:
            was = next((other for other in goals if self._in_mirror(other, symmetry) == goal), None)
            if was is None:
                raise RetroGamerError(
                    f"{goal!r} is a goal, and what it is in a mirror image is none",
                    where="[preprocessing] goals",
                    why="with symmetries in the description, each moment is learned from in its mirror images, too",
                    hint=f"goals = {[*dict.fromkeys([*goals, self._in_mirror(goal, symmetry)])]}",
                )
            first = 5 * goals.index(was)
            found += [first, *(first + 1 + turned[step] for step in steps)]
        return found

    def _in_mirror(self, goal: str, symmetry: Symmetry) -> str:
        if goal not in self._codes:
            return goal
        code = int(symmetry.codes[self._codes[goal]])
        return next(character for character, each in self._codes.items() if each == code)

    def explain(self) -> list[str]:
        """A sentence, where there are goals."""
        goals, walls = (" ".join(each) for each in self._explained)
        if not goals:
            return []
        round_what = f", round {walls}" if walls else ""
        return [
            f"of each of {goals} it is told how near the nearest is, and which steps lead nearer{round_what}"
        ]


def _ones_for(codes: Iterable[int]) -> bytes:
    """What makes of a board, cell by cell, the digits of a binary number that has a 1 for each of these codes."""
    digits = bytearray(b"0" * 256)
    for code in codes:
        digits[code] = ord("1")
    return bytes(digits)
