"""Reading ``config.toml`` from disk, and saying plainly what is wrong with it as a file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.reading import config_from_sections, configuration_error
from retro_gamer_core.configuration.run_config import RunConfig
from retro_gamer_core.errors import Problem

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins

BYTE_ORDER_MARK = "\ufeff"
"""What some Windows editors put before the first character of a file; TOML has no such thing."""


def read_config(path: Path, plugins: Plugins) -> RunConfig:
    """The settings of a run, checked.

    Raises:
        ConfigurationError: the file is not there or is not TOML, or with every problem in it.
        PluginError: a plugin whose part is named in it is broken.
    """
    return config_from_sections(read_sections(path), plugins, where=str(path))


def read_sections(path: Path) -> dict[str, Any]:
    """The tables of a TOML file, unchecked.

    Raises:
        ConfigurationError: the file is not there, cannot be read, or is not TOML.
    """
    return parse(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of the file, every character and line ending as it is.

    Raises:
        ConfigurationError: the file is not there or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem(
            f"line {line} has characters that cannot be read",
            where=str(path),
            why="the file is not saved as UTF-8, the way of storing letters that TOML asks for",
            hint='save it again with "UTF-8" chosen as its encoding',
        )
    except OSError as error:
        problem = Problem(
            f"the file cannot be opened: {error.strerror or error}",
            where=str(path),
            why="the settings of a run are read from there",
            hint="retro-gamer create makes a run with such a file in it",
        )
    raise configuration_error(str(path), [problem])


def parse(text: str, where: str) -> dict[str, Any]:
    """The tables in a TOML text; a byte order mark before it is passed over.

    Raises:
        ConfigurationError: it is not TOML; the message shows the line.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise configuration_error(where, [_syntax_problem(str(error), text, where)]) from None


_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

# What Python's parser says, and what a person may have done.
_LIKELY_CAUSES = (
    ("Expected '=' after a key", "write a setting as: key = value"),
    ("Cannot overwrite a value", "the same key is written twice in this section: remove one of the two"),
    ("Cannot declare", "the same section is written twice: put all its settings under one of them"),
    ("Cannot mutate", "the same section is written twice: put all its settings under one of them"),
    ("Unclosed array", "the list that begins above has no ] at its end"),
    ("Unterminated string", "a text needs a quote at its end"),
    ("Illegal character '\\n'", "a text needs a quote at its end, on the same line"),
    ("Unescaped '\\' in a string", "in a path, write / for each \\"),
    ("Expected ']'", "a section is named as in: [training]"),
    ("Expected newline", "there is one setting too many on this line, or a quote or comma is missing"),
    ("Invalid statement", "write a setting as: key = value, and a remark after a #"),
)
_OTHERWISE = "texts stand in quotes, lists in [ ], and true and false in small letters"


def _syntax_problem(message: str, text: str, where: str) -> Problem:
    lines = text.split("\n")
    number, column = len(lines), len(lines[-1]) + 1
    position = _POSITION.search(message)
    if position and position[1]:
        number, column = int(position[1]), int(position[2])
    complaint = _POSITION.sub("", message)
    causes = (cause for said, cause in _LIKELY_CAUSES if said in complaint)
    shown = f"    {lines[number - 1].rstrip()}\n    {' ' * (column - 1)}^"
    return Problem(
        f"line {number}, column {column}: {complaint}\n{shown}",
        where=where,
        why="nothing in the file can be used until every line can be read",
        hint=next(causes, _OTHERWISE),
    )
