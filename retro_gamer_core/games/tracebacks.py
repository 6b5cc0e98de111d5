"""Which line of the game itself an error came from: the one line its author can do something about."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb

from retro_gamer_core.games.module_files import INSTALL_DIRECTORIES


def where_raised(error: BaseException, source: Path | None) -> str:
    """``file:line`` and the text of the last line that ``error`` passed through in the game's own code.

    Args:
        error: as caught; a syntax error points at the line that Python could not read.
        source: the directory or file of the game's own code (``FoundGame.source_root``). Packages installed
            inside it, as in the virtual environment of a project, are not the game's own.

    Returns an empty text when the error passed through none of it.
    """
    if isinstance(error, SyntaxError) and Path(error.filename or "").is_file():
        text = f": {error.text.strip()}" if error.text else ""
        return f"{error.filename}:{error.lineno}{text}"
    own = [frame for frame in extract_tb(error.__traceback__) if _belongs(frame.filename, source)]
    if not own:
        return ""
    frame = own[-1]
    inside = "" if frame.name == "<module>" else f", in {frame.name}"
    return f"{frame.filename}:{frame.lineno}{inside}: {frame.line}"


def _belongs(filename: str, source: Path | None) -> bool:
    if source is None:
        return False
    try:
        below = Path(filename).resolve().relative_to(source.resolve())
    except ValueError:
        return False
    return INSTALL_DIRECTORIES.isdisjoint(below.parts)
