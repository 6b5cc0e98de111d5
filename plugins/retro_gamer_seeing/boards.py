"""A board as people see it: the characters and their colours, read as they stand now."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from retro_gamer_core.playing.frames import drawn

if TYPE_CHECKING:
    from retro.game import Game

#: What a game is drawn in where it says nothing that is known: its ink, its paper.
_PLAIN = ("#ffffff", "#000000")
_NOTHING = " "


def look_at(game: Game) -> list[list[tuple[str, str]]]:
    """Each cell of the board, row by row: its character, and its colours as the game names them."""
    width, height = game.board_size
    paper = str(getattr(game, "color", "white_on_black"))
    rows = [[(_NOTHING, paper)] * width for _ in range(height)]
    for column, row, character, agent in drawn(game.agents):
        if 0 <= column < width and 0 <= row < height:
            rows[row][column] = (character[:1] or _NOTHING, str(getattr(agent, "color", paper)))
    return rows


@cache
def colours(scheme: str) -> tuple[str, str]:
    """Ink and paper of ``"red_on_black"``, as ``("#ff0000", "#000000")``; the names are those of blessed."""
    words = scheme.removeprefix("on_").split("_on_")
    ink, paper = (
        (words[0], words[1])
        if len(words) == 2
        else ("", words[0])
        if scheme.startswith("on_")
        else (words[0], "")
    )
    return _hex(ink) or _PLAIN[0], _hex(paper) or _PLAIN[1]


def columns_of(character: str) -> int:
    """How many columns of a terminal a character takes: 2 for wide ones such as ``"你"`` or an emoji."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _hex(name: str) -> str | None:
    from blessed.colorspace import X11_COLORNAMES_TO_RGB

    for prefix in ("bold_", "bright_", "reverse_", "underline_", "blink_"):
        name = name.removeprefix(prefix)
    found = X11_COLORNAMES_TO_RGB.get(name)
    return f"#{found.red:02x}{found.green:02x}{found.blue:02x}" if found else None
