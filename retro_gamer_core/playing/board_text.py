"""A game's board as lines of text, read from its characters as they stand now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retro_gamer_core.playing.frames import CharacterCodes, Frame, characters_on

if TYPE_CHECKING:
    from retro.game import Game


def board_lines(game: Game) -> list[str]:
    """One line a row, as wide as the board."""
    shown = sorted(characters_on(game))
    frame = Frame(game.board_size, CharacterCodes(shown))
    frame.begin(game)
    letters = [" ", *(character[:1] or " " for character in shown)]
    return ["".join(letters[code] for code in row) for row in frame.codes]


def framed(lines: list[str]) -> str:
    """The lines inside a border."""
    rule = "+" + "-" * max(map(len, lines), default=0) + "+"
    return "\n".join([rule, *(f"|{line}|" for line in lines), rule])
