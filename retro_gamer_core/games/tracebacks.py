"""Which line of the game itself an error came from: the one line its author can do something about."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb, walk_tb

from retro_gamer_core.games.module_files import INSTALL_DIRECTORIES


def where_raised(error: BaseException, source: Path | None) -> str:
    """``file:line`` and the text of the last line that ``error`` passed through in the game's own code.

    Args:
        error: as caught; a syntax error points at the line that Python could not read.
        source: the directory or file of the game's own code (``FoundGame.source_root``). Packages installed
            inside it, as in the virtual environment of a project, are not the game's own.

    Returns an empty text when the error has nothing to do with it. retro-games looks for illegal moves
    only after a character's turn, when that line is left already: then it is the method which moved.
    """
    if isinstance(error, SyntaxError) and Path(error.filename or "").is_file():
        text = f": {error.text.strip()}" if error.text else ""
        return f"{error.filename}:{error.lineno}{text}"
    own = [frame for frame in extract_tb(error.__traceback__) if _belongs(frame.filename, source)]
    if not own:
        return _whose_turn_it_was(error, source)
    frame = own[-1]
    inside = "" if frame.name == "<module>" else f", in {frame.name}"
    return f"{frame.filename}:{frame.lineno}{inside}: {frame.line}"


def _whose_turn_it_was(error: BaseException, source: Path | None) -> str:
    for frame, _ in walk_tb(error.__traceback__):
        character = type(frame.f_locals.get("agent"))
        for method in ("play_turn", "handle_keystroke"):
            code = getattr(getattr(character, method, None), "__code__", None)
            if code and _belongs(code.co_filename, source):
                return f"{code.co_filename}:{code.co_firstlineno}, in {character.__name__}.{method}"
    return ""


def _belongs(filename: str, source: Path | None) -> bool:
    if source is None:
        return False
    try:
        below = Path(filename).resolve().relative_to(source.resolve())
    except ValueError:
        return False
    return INSTALL_DIRECTORIES.isdisjoint(below.parts)
