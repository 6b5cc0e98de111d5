"""A board as people see it, cell by cell, in colours that can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retro_gamer_core.playing.replay import board_cells
from retro_gamer_seeing.cell_colours import ground_of, ink_and_ground

if TYPE_CHECKING:
    from retro.game import Game

#: Of a cell: its character, the colour that it is drawn in, and the colour behind it; as CSS writes colours.
Cell = tuple[str, str, str]


def look_at(game: Game) -> list[list[Cell]]:
    """Each cell of the board as it stands now, row by row."""
    (width, height), ground = game.board_size, ground_of(getattr(game, "color", None))
    rows: list[list[Cell]] = [[(" ", ground, ground)] * width for _ in range(height)]
    for (column, row), (character, scheme) in board_cells(game).items():
        ink, behind = ink_and_ground(scheme, ground)
        rows[row][column] = (character[:1] or " ", ink, behind or ground)
    return rows
