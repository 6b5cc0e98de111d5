"""A board as people see it, cell by cell, in colours that can be told apart: ``red_on_black`` as two colours of CSS."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from retro_gamer_core.playing.replay import board_cells

if TYPE_CHECKING:
    from retro.game import Game

#: Of a cell: its character, the colour that it is drawn in, and the colour behind it; as CSS writes colours.
Cell = tuple[str, str, str]

BLACK, WHITE = "#101418", "#e8e6e3"
_CONTRAST = 4.5
"""What WCAG 2.2 asks of text (1.4.3); games are drawn for terminals, which show what no page should."""
_RGB = tuple[int, int, int]


def look_at(game: Game) -> list[list[Cell]]:
    """Each cell of the board as it stands now, row by row."""
    (width, height), ground = game.board_size, ground_of(getattr(game, "color", None))
    rows: list[list[Cell]] = [[(" ", ground, ground)] * width for _ in range(height)]
    for (column, row), (character, scheme) in board_cells(game).items():
        ink, behind = ink_and_ground(scheme, ground)
        rows[row][column] = (character[:1] or " ", ink, behind or ground)
    return rows


@cache
def ground_of(colour: str | None) -> str:
    """The background in ``black_on_skyblue1``; black where none is named."""
    _, _, ground = str(colour or "").partition("on_")
    rgb = _rgb(ground)
    return BLACK if rgb is None or not any(rgb) else _hex(rgb)


@cache
def ink_and_ground(colour: str, board: str) -> tuple[str, str | None]:
    """The colour of a character that can be read on its ground; the ground is None where it is that of the board."""
    ink, _, own = colour.partition("on_")
    rgb, ground = _rgb(ink.strip("_")), ground_of(colour) if own else board
    # In a terminal a board of another colour shows through wherever a character names black.
    ground = board if ground == BLACK else ground
    readable = _readable(rgb or rgb_of(WHITE), rgb_of(ground))
    return _hex(readable), None if ground == board else ground


@cache
def _rgb(name: str) -> _RGB | None:
    from blessed.colorspace import X11_COLORNAMES_TO_RGB

    plain = re.sub(r"^(bright|bold|italic|underline|reverse|blink|dim)_?", "", name.strip("_"))
    found = X11_COLORNAMES_TO_RGB.get(plain)
    return None if found is None else (found.red, found.green, found.blue)


def _readable(ink: _RGB, ground: _RGB) -> _RGB:
    """The ink, mixed with white or black until it stands out from the ground."""
    towards = 255 if _luminance(ground) < 0.18 else 0
    for step in range(11):
        red, green, blue = (round(part + (towards - part) * step / 10) for part in ink)
        mixed = red, green, blue
        if _contrast(mixed, ground) >= _CONTRAST:
            return mixed
    return towards, towards, towards


def _contrast(one: _RGB, other: _RGB) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: _RGB) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [value / 255 for value in rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rgb_of(text: str) -> _RGB:
    """The parts of a colour such as ``#101418``, 0 to 255."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(rgb: _RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
