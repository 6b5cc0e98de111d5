"""Standard output and error as they should be: UTF-8 where possible, and never an error for a character."""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

import click

_LOOKALIKES = str.maketrans(
    {"×": "x", "→": "->", "…": "...", **dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#", strict=True))}
)

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


def prepare_streams() -> None:
    """Print whatever a game draws: a character the terminal cannot show becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Without this, the Fortran runtime under some numpy builds ends the process on Ctrl-C on Windows.
    os.environ.setdefault("FOR_DISABLE_CONSOLE_CTRL_HANDLER", "1")


def colour_wanted(stream: object) -> bool:
    """Whether to colour what goes to this stream: only on a terminal, and not against NO_COLOR."""
    return _is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width(stream: object) -> int | None:
    """The columns of the terminal that this stream goes to; None where it goes elsewhere."""
    if not _is_terminal(stream):
        return None
    import shutil

    return shutil.get_terminal_size().columns


def showable(text: str, stream: object) -> str:
    """The text; where the stream's encoding lacks something in it, with plainer characters."""
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return text.translate(_LOOKALIKES)
    return text


def _is_terminal(stream: object) -> bool:
    return getattr(stream, "isatty", lambda: False)()


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
