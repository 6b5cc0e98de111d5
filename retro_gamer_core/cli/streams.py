"""Standard output and error as they should be: UTF-8 where possible, and never an error for a character."""

from __future__ import annotations

import os
import sys

_LOOKALIKES = str.maketrans(
    {"×": "x", "→": "->", "…": "...", **dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#", strict=True))}
)


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
