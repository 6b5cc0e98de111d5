"""Reading the table ``[tool.retro-gamer]`` of one ``pyproject.toml``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from retro_gamer_core.errors import MetadataError, Problem

SECTION = "tool.retro-gamer"


def table_in(pyproject: Path) -> dict[str, Any] | None:
    """The table, with all of ``[tool.retro-gamer.games]`` in it; None where the file has none.

    Raises:
        MetadataError: the file cannot be read, or what it holds there is not a table.
    """
    try:
        # utf-8-sig, for Windows editors that begin a file with a byte order mark; TOML has no such thing.
        document = tomllib.loads(pyproject.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        message, place = _message_and_place(error)
        raise _cannot_read(
            f"{pyproject.name} is not valid TOML: {message}", f"{pyproject}{place}", "correct that line"
        ) from error
    except UnicodeDecodeError as error:
        raise _cannot_read(
            f"{pyproject.name} is not written in UTF-8", str(pyproject), "save it as UTF-8 in your editor"
        ) from error
    except OSError as error:
        raise _cannot_read(str(error), str(pyproject), "let this file be read") from error
    tool = document.get("tool")
    table = tool.get("retro-gamer") if isinstance(tool, dict) else None
    if table is not None:
        _refuse_other_than_tables(table, pyproject)
    return table


def _refuse_other_than_tables(table: Any, pyproject: Path) -> None:
    if not isinstance(table, dict):
        raise _not_a_table("retro-gamer", table, f"[{SECTION}]", pyproject)
    games = table.get("games", {})
    if not isinstance(games, dict):
        raise _not_a_table("games", games, f"[{SECTION}.games.NAME]", pyproject)
    for name, values in games.items():
        if not isinstance(values, dict):
            raise _not_a_table(name, values, f"[{SECTION}.games.{name}]", pyproject)


def _not_a_table(key: str, value: Any, header: str, pyproject: Path) -> MetadataError:
    return _cannot_read(f"{key} is {value!r}, not a table", str(pyproject), f"begin the table with {header}")


def _cannot_read(what: str, where: str, hint: str) -> MetadataError:
    why = "this file may describe the game"
    return MetadataError(
        "The description of the game cannot be read:",
        [Problem(what, where, why, hint, code="unreadable-description")],
    )


def _message_and_place(error: tomllib.TOMLDecodeError) -> tuple[str, str]:
    """``("Invalid value", ", line 3, column 9")`` from ``Invalid value (at line 3, column 9)``."""
    match = re.fullmatch(r"(.*) \(at (.+)\)", str(error), re.DOTALL)
    return (match[1], f", {match[2]}") if match else (str(error), "")
