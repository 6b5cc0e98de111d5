"""What would be thought of the keys if a thing were not on the board, or the player somewhere else?

The learner is shown boards that were changed; the game stays as it is. What mattered is found by occlusion (Zeiler and
Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core import Observations

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Encoder, Frame

#: So many observations at once: a batch that fits into the memory of any computer.
_AT_ONCE = 512


@dataclass
class ChangedFrame:
    """A frame as it would be if the board or the place of the player were another; the game stays as it is."""

    codes: np.ndarray
    game: Any
    memory: dict[str, Any]
    player: tuple[int, int] | None

    @property
    def state(self) -> dict[str, Any]:
        return self.game.state

    @classmethod
    def of(cls, frame: Frame) -> ChangedFrame:
        return cls(frame.codes.copy(), frame.game, deepcopy(frame.memory), frame.player)


@dataclass(frozen=True)
class BoardMap:
    """What it thinks of each cell.

    Args:
        places: ``(row, column)`` of each cell that nothing else stands in, and of the player's own.
        values: ``float32[len(places), n_actions]``, how good each key looks with the player there.
    """

    places: list[tuple[int, int]]
    values: np.ndarray


def mattered(frame: Frame, encoder: Encoder, learner: Any, action: int) -> list[tuple[int, int, float]]:
    """How much each thing on the board had to do with choosing a key: ``(row, column, weight)``, the largest first.

    The weight is by how much the key would stand out less, or more, among the others without what is in that cell:
    the change of its value minus the mean of all values, as a part of the largest such change; between 0 and 1.
    Things that make no difference are left out, and so is the player, without whom most encoders see nothing.
    """
    places = [
        (int(row), int(column))
        for row, column in np.argwhere(frame.codes)
        if (int(column), int(row)) != frame.player
    ]
    values = values_of(_hidden(frame, [None, *places]), encoder, learner)
    advantage = values[:, action] - values.mean(axis=1)
    change = np.abs(advantage[1:] - advantage[0])
    largest = float(change.max(initial=0.0))
    if not largest > 0:
        return []
    found = [(*place, float(each) / largest) for place, each in zip(places, change, strict=True) if each > 0]
    return sorted(found, key=lambda each: -each[2])


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


def values_of(frames: Iterator[ChangedFrame], encoder: Encoder, learner: Any) -> np.ndarray:
    """How good each key looks in each of these: ``float32[n, n_actions]``."""
    found: list[np.ndarray] = []
    waiting: list[ChangedFrame] = []

    def look() -> None:
        seen = Observations.empty(len(waiting), encoder.spec)
        for number, frame in enumerate(waiting):
            encoder.encode(frame, seen.cells[number], seen.features[number])
        found.append(np.asarray(learner.q_values(seen), np.float32))
        waiting.clear()

    for frame in frames:
        waiting.append(frame)
        if len(waiting) == _AT_ONCE:
            look()
    if waiting:
        look()
    return np.concatenate(found)


def _hidden(frame: Frame, places: list[tuple[int, int] | None]) -> Iterator[ChangedFrame]:
    for place in places:
        changed = ChangedFrame.of(frame)
        if place is not None:
            changed.codes[place] = 0
        yield changed


def _moved(frame: Frame, places: list[tuple[int, int]]) -> Iterator[ChangedFrame]:
    column, row = frame.player or (0, 0)
    itself = frame.codes[row, column]
    for y, x in places:
        changed = ChangedFrame.of(frame)
        changed.codes[row, column] = 0
        changed.codes[y, x] = itself
        changed.player = (x, y)
        yield changed
