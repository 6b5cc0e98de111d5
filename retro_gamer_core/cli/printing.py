"""Printing for people and for programs: data to standard output, everything else to standard error."""

from __future__ import annotations

import math
import sys
from collections.abc import Container, Mapping, Sequence
from contextlib import AbstractContextManager, redirect_stdout
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import click

from retro_gamer_core.terminal.streams import say, terminal_width, warn

_NARROWEST = 30
"""Characters. In less room than this, a wrapped text is harder to read than a long line."""

_MISREAD_BY_SHELLS = set(" &;()<>|*?#'")


def what_games_print_aside() -> AbstractContextManager[Any]:
    """Inside the block, what the code of games and plugins prints goes to standard error: nobody asked for it."""
    return redirect_stdout(sys.stderr)


def next_step(*commands: str) -> None:
    """What to type next; every command ends with it."""
    warn("\nNext: " + "\n      ".join(commands))


def typed(*words: object) -> str:
    """A command as it must be typed: a word that a shell would misread, such as a path, stands in quotes."""
    return " ".join(f'"{word}"' if set(str(word)) & _MISREAD_BY_SHELLS else str(word) for word in words)


def say_json(data: Mapping[str, Any]) -> None:
    """Print data for programs, in ASCII: no encoding on the way can then damage it."""
    import json

    click.echo(json.dumps(_as_json({"schema": 1, **data}), indent=2))


def say_lines(first: str, text: str) -> None:
    """Print ``first`` and, behind it, a text; on a terminal it is wrapped between words and stays behind it."""
    for number, line in enumerate(_wrapped(text, indent=len(first))):
        say(f"{' ' * len(first) if number else first}{line}".rstrip())


def into(directory: Path) -> list[str]:
    """The command to type to get there, if that is somewhere else."""
    return [] if directory.resolve() == Path.cwd() else [typed("cd", directory)]


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Container[str] = (), indent: str = ""
) -> None:
    """Print rows in aligned columns. Nothing is ever cut off: on a terminal, the last column is wrapped.

    Args:
        headings: one for each column.
        rows: the cells of each row.
        right: headings of the columns whose cells end below each other, as numbers should.
        indent: what stands before each line.
    """
    widths = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings))]
    for number, row in enumerate([headings, *rows]):
        cells = [
            cell.rjust(width) if heading in right else cell.ljust(width)
            for heading, cell, width in zip(headings, row, widths, strict=True)
        ]
        *before, last = cells
        start = indent + "".join(f"{cell}  " for cell in before)
        if number == 0:
            say(f"{start}{last}".rstrip(), bold=True)
        else:
            say_lines(start, last.rstrip())


def size_in_words(n_bytes: int) -> str:
    """``12 KB``, ``3.4 MB``: as file managers show it."""
    if n_bytes < 1000:
        return f"{n_bytes} bytes"
    power = min(int(math.log10(n_bytes) / 3), 4)
    amount = n_bytes / 1000**power
    return f"{amount:.{1 if amount < 10 else 0}f} {('KB', 'MB', 'GB', 'TB')[power - 1]}"


def _wrapped(text: str, *, indent: int) -> list[str]:
    width = terminal_width(sys.stdout)
    if width is None or width - indent < _NARROWEST:
        return [text]
    import textwrap

    return textwrap.wrap(text, width - indent, break_long_words=False, break_on_hyphens=False) or [""]


def _as_json(value: Any) -> Any:
    """The value made of what JSON has words for: infinity and "not a number" become null."""
    if is_dataclass(value):
        value = vars(value)
    if isinstance(value, Mapping):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
