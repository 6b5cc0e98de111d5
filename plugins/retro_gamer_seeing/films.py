"""A game as a film: a GIF that any browser or chat shows, or a recording for asciinema, which plays in a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import replace_file, write_text
from retro_gamer_seeing.boards import Cell, rgb_of

if TYPE_CHECKING:
    from PIL.Image import Image

_CELL = (11, 20)  # pixels; like those of a terminal, about twice as high as wide
_FONT = 16
_MARGIN = 10
_MOST_PIXELS = 300_000_000
"""Of all frames of a GIF together, which are in memory at once; with more, its cells are smaller."""
_CAPTION = ("#dddddd", "#202020")
_LINGER = 1.5  # seconds on the last frame, so that one sees how it ended


@dataclass(frozen=True)
class Shot:
    """One moment: the board as ``boards.look_at`` reads it, and what is written below it."""

    board: list[list[Cell]]
    caption: str

    @property
    def line(self) -> str:
        """The caption as one line that can be shown: a game may call its values anything."""
        return "".join(each if each.isprintable() else "?" for each in self.caption)


def write_gif(path: Path, shots: Sequence[Shot], framerate: float) -> None:
    """Write the film as a GIF, ``framerate`` turns a second (50 at most: no browser shows a GIF faster).

    Raises:
        RetroGamerError: Pillow, or a font to draw with, is missing; or the file cannot be written.
    """
    frames = list(_drawn(shots))
    turn = max(20, round(1000 / framerate / 10) * 10)  # a GIF counts hundredths of a second
    durations = [turn] * (len(frames) - 1) + [round(_LINGER * 1000)]
    how: dict[str, Any] = {"append_images": frames[1:], "duration": durations, "loop": 0, "optimize": False}
    replace_file(path, lambda new: frames[0].save(new, "GIF", save_all=True, **how))


def write_cast(path: Path, shots: Sequence[Shot], framerate: float) -> None:
    """Write the film in the second version of asciinema's format; ``asciinema play FILE`` shows it."""
    board = shots[0].board
    width = max(len(board[0]) + 2, *(cell_len(shot.line) for shot in shots))
    header = {"version": 2, "width": width, "height": len(board) + 3, "env": {"TERM": "xterm-256color"}}
    lines = [json.dumps(header)]
    for number, shot in enumerate(shots):
        lines.append(json.dumps([round(number / framerate, 3), "o", _as_terminal(shot)]))
    lines.append(json.dumps([round(len(shots) / framerate + _LINGER, 3), "o", ""]))
    write_text(path, "\n".join(lines) + "\n")


def _as_terminal(shot: Shot) -> str:
    width = len(shot.board[0])
    rows = [f"+{'-' * width}+"]
    for row in shot.board:
        text, shown = "|", None
        for character, ink, paper in row:
            if (ink, paper) != shown:
                text += "\x1b[38;2;{};{};{};48;2;{};{};{}m".format(*rgb_of(ink), *rgb_of(paper))
                shown = ink, paper
            text += character if character.isprintable() and cell_len(character) == 1 else "?"
        rows.append(f"{text}\x1b[0m|")
    return "\x1b[H\x1b[2J" + "\r\n".join([*rows, rows[0], shot.line])


def _drawn(shots: Sequence[Shot]) -> Sequence[Image]:
    try:
        import matplotlib
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise RetroGamerError(
            "a GIF needs Pillow, and a font of matplotlib; they are not both installed",
            why="a .cast file, which asciinema plays, needs nothing more",
            hint='python -m pip install "retro-gamer[pictures]"',
        ) from error
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    board = shots[0].board
    wide, high = cell = _cell_size(len(board[0]) * len(board) * len(shots))
    sizes = max(1, _FONT * high // _CELL[1]), _FONT
    font, caption_font = (ImageFont.truetype(fonts / "DejaVuSansMono.ttf", size) for size in sizes)
    width, height = len(board[0]) * wide + 2 * _MARGIN, len(board) * high + 3 * _MARGIN + _CELL[1]
    palette = _palette(shots)
    image = Image.new("P", (width, height), palette[_CAPTION[1]])
    image.putpalette([part for colour in palette for part in rgb_of(colour)])
    before: list[list[Any]] = [[None] * len(row) for row in board]
    frames = []
    for shot in shots:
        draw = ImageDraw.Draw(image)
        for y, row in enumerate(shot.board):
            for x, shown in enumerate(row):
                if shown != before[y][x]:
                    _draw_cell(draw, font, palette, (_MARGIN + x * wide, _MARGIN + y * high), cell, shown)
        before = shot.board
        below = len(board) * high + 2 * _MARGIN
        draw.rectangle((0, below - _MARGIN + 1, width, height), fill=palette[_CAPTION[1]])
        draw.text((_MARGIN, below), shot.line, fill=palette[_CAPTION[0]], font=caption_font)
        frames.append(image.copy())
    return frames


def _cell_size(cells: int) -> tuple[int, int]:
    """Pixels of a cell, in a film of so many cells."""
    share = min(1.0, (_MOST_PIXELS / (cells * _CELL[0] * _CELL[1])) ** 0.5)
    return max(2, int(_CELL[0] * share)), max(4, int(_CELL[1] * share))


def _draw_cell(
    draw: Any, font: Any, palette: dict[str, int], corner: tuple[int, int], size: tuple[int, int], cell: Cell
) -> None:
    character, ink, paper = cell[0], palette[cell[1]], palette[cell[2]]
    (left, top), (wide, high) = corner, size
    draw.rectangle((left, top, left + wide - 1, top + high - 1), fill=paper)
    if character.isspace() or not character.isprintable():
        return
    if cell_len(character) == 1 and _can_draw(font, character):
        draw.text((left + wide / 2, top + high / 2), character, fill=ink, font=font, anchor="mm")
    else:  # an emoji, or a letter that the font lacks: a shape of the same colour, of the size of its cell
        room = high // 4
        draw.ellipse((left, top + room, left + wide - 1, top + high - 1 - room), fill=ink)


def _can_draw(font: Any, character: str) -> bool:
    missing = font.getmask("\U0010ffff").getbbox(), bytes(font.getmask("\U0010ffff"))
    mask = font.getmask(character)
    return (mask.getbbox(), bytes(mask)) != missing


def _palette(shots: Sequence[Shot]) -> dict[str, int]:
    """Every colour of the film with its number; a GIF has room for 256, and what comes later takes the first one."""
    used = (colour for shot in shots for row in shot.board for cell in row for colour in cell[1:])
    found = dict.fromkeys([*_CAPTION, *used])
    return {colour: number if number < 256 else 0 for number, colour in enumerate(found)}
