"""Printing for people and for programs: data to standard output, everything else to standard error."""

from __future__ import annotations

import errno
import math
import os
import sys
from collections.abc import Container, Mapping, Sequence
from contextlib import AbstractContextManager, redirect_stdout
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from retro_gamer_core.cli.streams import colour_wanted, showable, terminal_width

_NARROWEST = 30
"""Characters. In less room than this, a wrapped text is harder to read than a long line."""

_MISREAD_BY_SHELLS = set(" &;()<>|*?#'")

#: Shown, not sent: what a game draws must not move the cursor or ring the bell.
_CONTROL_CHARACTERS = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}


def say(text: str = "", *, bold: bool = False) -> None:
    """Print a line of what was asked for."""
    text = _fit(text, sys.stdout)
    # Named, for click would otherwise put a stream of its own in place of one that is ASCII only.
    _echo(click.style(text, bold=True) if bold and colour_wanted(sys.stdout) else text, sys.stdout)


def warn(text: str) -> None:
    """Print a message beside it: a hint, a warning, an error."""
    if sys.stdout is not None:  # it is None where whoever began this closed it
        _echo("", sys.stdout, nl=False)  # where both go into one file, each line stands where it was said
    _echo(_fit(text, sys.stderr), sys.stderr)


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


def _echo(text: str, stream: TextIO, *, nl: bool = True) -> None:
    """Print, and flush. Once a terminal has been closed, nobody reads on, and no work fails because of that."""
    try:
        click.echo(text, file=stream, nl=nl)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _fit(text: str, stream: object) -> str:
    return showable(text.translate(_CONTROL_CHARACTERS), stream)


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
