"""A board as a picture: a cell for each character, in the game's own colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.playing.frames import drawn
from retro_gamer_gymnasium.dot_letters import HEIGHT, WIDTH, dots

if TYPE_CHECKING:
    from retro.game import Game

#: Dots of a cell: taller than wide, as in a terminal.
ROWS, COLUMNS = 12, 8

_TOP, _LEFT = (ROWS - HEIGHT) // 2, (COLUMNS - WIDTH) // 2
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def picture_of(game: Game) -> np.ndarray:
    """The board as it stands, ``uint8[12 * height, 8 * width, 3]``.

    A letter, digit or sign is drawn as one, any other character as a filled box.
    """
    width, height = game.board_size
    front, back = _colours(game.color, (_WHITE, _BLACK))
    cells = np.empty((height, ROWS, width, COLUMNS, 3), np.uint8)
    cells[:] = back
    for x, y, character, agent in drawn(game.agents):
        if 0 <= x < width and 0 <= y < height:
            front_here, back_here = _colours(getattr(agent, "color", None), (front, back))
            cell = cells[y, :, x]
            cell[:] = back_here
            cell[_TOP : _TOP + HEIGHT, _LEFT : _LEFT + WIDTH][dots(character)] = front_here
    return cells.reshape(height * ROWS, width * COLUMNS, 3)


def _colours(name: str | None, otherwise: tuple[Any, Any]) -> tuple[Any, Any]:
    """Front and back of ``"red_on_black"``, ``"bright_red"`` or ``"on_black"``, as red, green and blue."""
    front, _, back = f"_{name or ''}".partition("_on_")
    return _rgb(front, otherwise[0]), _rgb(back, otherwise[1])


def _rgb(name: str, otherwise: Any) -> Any:
    from blessed.colorspace import X11_COLORNAMES_TO_RGB  # retro-games takes its colours from there

    return X11_COLORNAMES_TO_RGB.get(name.rpartition("_")[2], otherwise)
