"""Printing for people and for programs: data to standard output, everything else to standard error.

On a terminal, text is broken between words and goes on below itself; elsewhere it is left as it is.
"""

from __future__ import annotations

import errno
import math
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, redirect_stdout, suppress
from dataclasses import is_dataclass
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from rich.text import Text

_NARROWEST = 30
"""Characters. In less room than this beside its label or columns, a text goes on at the left."""

_NARROW = 70
"""Columns. In a narrower window, a ``MovingLine`` is one line."""

_BETWEEN = " · "

_LABEL = re.compile(r"\s*(?:- |\w{1,8}:\s+|\[\d+\] )?")
"""What the further lines of a text stand behind: ``  try:   ``, ``  - ``, ``[1] ``."""

_NUMBER = re.compile(r"[-+]?\d|-$")

_MISREAD_BY_SHELLS = set(" &;()<>|*?#'")

#: Shown, not sent: what a game draws must not move the cursor or ring the bell.
_CONTROL_CHARACTERS = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}
_LEVELS = "▁▂▃▄▅▆▇█"
_LOOKALIKES = str.maketrans(
    {"×": "x", "→": "->", "…": "...", "░": ".", **dict(zip(_LEVELS, "_.-:=+*#", strict=True))}
)


def say(text: str = "", *, bold: bool = False, hang: int | None = None) -> None:
    """Print what was asked for; a line that is broken goes on ``hang`` columns from the left, or below its text."""
    text = _laid_out(text, sys.stdout, hang)
    coloured = is_terminal(sys.stdout) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    # Named, for click would otherwise put a stream of its own in place of one that is ASCII only.
    _echo(click.style(text, bold=True) if bold and coloured else text, sys.stdout)


def say_unbroken(text: str, stream: TextIO | None = None) -> None:
    """Print what must stay as it is, such as a picture, to standard output or another stream."""
    stream = stream or sys.stdout
    _echo(showable(text, stream), stream)


def warn(text: str) -> None:
    """Print a message beside it: a hint, a warning, an error."""
    _echo("", sys.stdout, nl=False)  # where both go into one file, each line stands where it was said
    _echo(_laid_out(text, sys.stderr), sys.stderr)


def heading(text: str) -> None:
    say()
    say(text, bold=True)


def what_games_print_aside() -> AbstractContextManager[Any]:
    """Inside the block, what the code of games and plugins prints goes to standard error: nobody asked for it."""
    return redirect_stdout(sys.stderr)


def next_step(*commands: str) -> None:
    """What to type next; every command ends with it. They are never broken, so that they can be copied."""
    warn("")
    say_unbroken("Next: " + "\n      ".join(commands), sys.stderr)


def typed(*words: object) -> str:
    """A command as it must be typed: a word that a shell would misread, such as a path, stands in quotes."""
    return " ".join(f'"{word}"' if set(str(word)) & _MISREAD_BY_SHELLS else str(word) for word in words)


def command(*words: object, **flags: object) -> str:
    """``retro-gamer play run --checkpoint best``, as it must be typed; flags that were not given are left out."""
    given = [
        word for flag, value in flags.items() if value not in (None, "") for word in (f"--{flag}", value)
    ]
    return typed("retro-gamer", *words, *given)


def into(directory: Path) -> list[str]:
    """The command to type to get there, if that is somewhere else."""
    return [] if directory.resolve() == Path.cwd() else [typed("cd", directory)]


def say_json(data: Mapping[str, Any]) -> None:
    """Print data for programs, in ASCII: no encoding on the way can then damage it."""
    import json

    _echo(json.dumps(as_json({"schema": 1, **data}), indent=2), sys.stdout)


def table(rows: Iterable[Mapping[str, str]], *, indent: str = "") -> None:
    """Print rows in aligned columns: cells by the heading of their column, numbers with their ends below each other.

    Nothing is ever cut off: on a terminal, the last column is wrapped. ``indent`` stands before each line.
    """
    rows = list(rows)
    lines = [list(rows[0]), *(list(row.values()) for row in rows)] if rows else []
    columns = list(zip(*lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numbers = [all(map(_NUMBER.match, column[1:])) for column in columns]
    for line in lines:
        cells = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        ]
        before = len(indent) + sum(width + 2 for width in widths[:-1])
        say(f"{indent}{'  '.join(cells)}".rstrip(), bold=line is lines[0], hang=before)


def sparkline(values: Sequence[float], *, width: int = 60) -> str:
    """A curve in one line of text, ``▁▂▃▅▇█``: the smallest value is lowest, the largest is highest.

    More than ``width`` values are averaged in groups of neighbours. What is no ordinary number is a space;
    values that are all the same stand in the middle.
    """
    count = min(width, len(values))
    edges = [round(i * len(values) / count) for i in range(count + 1)] if count else []
    groups = [values[start:end] for start, end in pairwise(edges)]
    means = [sum(group) / len(group) for group in groups]
    ordinary = [mean for mean in means if math.isfinite(mean)]
    low, high = min(ordinary, default=0.0), max(ordinary, default=0.0)

    def level(value: float) -> str:
        # Halved, for the difference of two huge numbers may be too large for a float.
        share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
        return _LEVELS[min(int(share * len(_LEVELS)), len(_LEVELS) - 1)]

    return "".join(level(mean) if math.isfinite(mean) else " " for mean in means)


def size_in_words(n_bytes: int) -> str:
    """``12 KB``, ``3.4 MB``: as file managers show it."""
    if n_bytes < 1000:
        return f"{n_bytes} bytes"
    power = min(int(math.log10(n_bytes) / 3), 4)
    amount = n_bytes / 1000**power
    return f"{amount:.{1 if amount < 10 else 0}f} {('KB', 'MB', 'GB', 'TB')[power - 1]}"


def figure(value: float) -> str:
    """A score: ``756.0``, ``12,345``."""
    return f"{value:,.1f}" if abs(value) < 10_000 else f"{value:,.0f}"


def percent(share: float) -> str:
    """``5%``, ``0.7%``: one figure, written alike wherever it is met."""
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


class MovingLine(AbstractContextManager["MovingLine"]):
    """The lowest line of a terminal, drawn again and again; what is printed scrolls by above it.

    Further lines may stand below it, where the window is not narrow. Nothing is drawn where standard error is no
    terminal.
    """

    def __init__(self) -> None:
        self.moves = is_terminal(sys.stderr)
        """Whether it is drawn at all."""
        self._shown: tuple[str, float, Sequence[str], Sequence[Sequence[str]]] = ("", 0.0, (), ())
        self._lengths: list[int] = []
        self._due = 0.0

    def __enter__(self) -> MovingLine:
        if self.moves:
            from rich.console import Console
            from rich.live import Live

            both = is_terminal(sys.stdout)
            self._console = Console(stderr=True)
            self._live = Live(
                console=self._console, get_renderable=self._lines, auto_refresh=False, redirect_stdout=both
            )
            self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self.moves:
            with suppress(OSError):  # the terminal may have been closed
                self._live.stop()

    @property
    def has_room_below(self) -> bool:
        """Whether further lines are drawn."""
        return self.moves and self._console.width >= _NARROW

    def show(
        self, what: str, share: float, facts: Sequence[str] = (), below: Sequence[Sequence[str]] = ()
    ) -> None:
        """Draw ``what``, a bar that is filled up to ``share``, and as many of the facts as there is room for.

        ``below`` are the facts of each further line.
        """
        self._shown = what, share, facts, below
        if self.moves and monotonic() >= self._due:
            self._due = monotonic() + 0.2
            self._remove_what_a_narrower_window_broke()
            self._live.refresh()

    def _lines(self) -> Text:
        from rich.text import Text

        what, share, facts, below = self._shown
        room = self._console.width - 1 - len(what) - len("  ")
        said = _as_fits(facts, room - 10)
        bar = max(0, min(room - len(said), 40))
        done = min(bar, round(bar * share))
        line = f"{what} {'█' * done}{'░' * (bar - done)}{said}" if what else ""
        rest = below if self.has_room_below else ()
        further = [_as_fits(each, self._console.width + 2).removeprefix(_BETWEEN) for each in rest]
        self._lengths = [len(line), *map(len, further)]
        text = Text(showable("\n".join([line, *further]), sys.stderr), no_wrap=True, overflow="ellipsis")
        text.stylize("cyan", len(what) + 1, len(what) + 1 + done)
        return text

    def _remove_what_a_narrower_window_broke(self) -> None:
        """A terminal that was made narrower shows a line in several, and the cursor stands in the last."""
        from rich.control import Control
        from rich.segment import ControlType

        width = max(1, self._console.width)
        for _ in range(sum(max(0, length - 1) // width for length in self._lengths)):
            self._console.control(Control((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1)))


def _as_fits(facts: Sequence[str], room: int) -> str:
    """Those of the facts that there is room for, each behind a dot."""
    said = ""
    for fact in facts:
        if len(said) + len(_BETWEEN) + len(fact) <= room:
            said += _BETWEEN + fact
    return said


def is_terminal(stream: object) -> bool:
    return getattr(stream, "isatty", lambda: False)()


def showable(text: str, stream: object) -> str:
    """The text without control characters; where the stream's encoding lacks something in it, in plainer ones."""
    text = text.translate(_CONTROL_CHARACTERS)
    stream = getattr(stream, "rich_proxied_file", stream)  # what a MovingLine has put another one before
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return text.translate(_LOOKALIKES)
    return text


def _laid_out(text: str, stream: TextIO, hang: int | None = None) -> str:
    text = showable(text, stream)
    if not is_terminal(stream):
        return text
    import textwrap

    width, lines = shutil.get_terminal_size().columns, []
    for line in text.split("\n"):
        label = _LABEL.match(line)
        before = hang if hang is not None else len(label[0]) if label else 0
        indent = " " * (before if width - before >= _NARROWEST else 4)
        broken = textwrap.wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        lines += broken if len(line) > width else [line]
    return "\n".join(lines)


def _echo(text: str, stream: TextIO, *, nl: bool = True) -> None:
    """Print, and flush. Once a terminal or a pipe has been closed, nobody reads on, and no work fails for that."""
    try:
        click.echo(text, file=stream, nl=nl)
    except OSError as error:
        if error.errno not in (errno.EIO, errno.EPIPE):
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def as_json(value: Any) -> Any:
    """The value made of what JSON has words for: infinity and "not a number" become null."""
    if is_dataclass(value):
        value = vars(value)
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
