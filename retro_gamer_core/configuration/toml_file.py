"""``config.toml`` on disk: what is wrong with it as a file, and single settings changed in it.

The file is a student's own. tomlkit keeps its comments, order and layout: a changed value is the only part of
its line that is new, but for the blanks before a comment that stands in a column. (A table that is written in
two places loses the header of the one whose last key is removed.)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.reading import config_from_sections, configuration_error
from retro_gamer_core.configuration.run_config import RunConfig
from retro_gamer_core.errors import Problem, RetroGamerError
from retro_gamer_core.runs.atomic_files import refuse_link_out, replace_file

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins

_BYTE_ORDER_MARK = "\ufeff"
"""What some Windows editors put before the first character of a file; TOML has no such thing."""

_Path = tuple[str, ...]


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
    return _parse(_read_text(path), str(path))


def edit_config(path: Path, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Set values in a config file. The file is replaced as a whole or not at all.

    Args:
        path: the file.
        changes: for each section, keys and their new values. None removes a key; a mapping stands
            for the section's own table of that name. What is not there yet is added.

    Raises:
        ConfigurationError: the file is not there, or is not TOML.
        RetroGamerError: its layout leaves no place for the change, or the system refused to write, or it is a
            link that leads elsewhere. The file is then as it was.
    """
    refuse_link_out(path)
    text = _read_text(path)
    edited = edited_text(text, changes, where=str(path))
    if edited != text:
        replace_file(path.resolve(), lambda temporary: temporary.write_bytes(edited.encode("utf-8")))


def edited_text(text: str, changes: Mapping[str, Mapping[str, Any]], *, where: str) -> str:
    """As ``edit_config``, from the text of a file to its new text."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    wanted = _parse(text, where)
    try:
        document = tomlkit.parse(text.removeprefix(mark))
        for path, value in _single_changes(changes):
            if not _is_already(wanted, path, value):
                _change(document, wanted, path, value)
        edited = tomlkit.dumps(document)
        if "\r\n" in text and not re.search(r"(?<!\r)\n", text):  # new lines end as all the others do
            edited = re.sub(r"(?<!\r)\n", "\r\n", edited)
        if tomllib.loads(edited) == wanted:
            return mark + edited
    except (TypeError, AttributeError, ValueError, TOMLKitError):
        pass  # what should be a table is a value, or a list of tables
    raise RetroGamerError(
        "this cannot be changed without disturbing other settings",
        where=where,
        why="the file is laid out in a way that leaves no safe place for the change",
        hint="change it by hand, in your editor",
    )


def _single_changes(changes: Mapping[str, Any], table: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    """One by one: the path of a key, and its new value."""
    for key, value in changes.items():
        if isinstance(value, Mapping):
            yield from _single_changes(value, (*table, key))
        else:
            yield (*table, key), list(value) if isinstance(value, tuple) else value


def _is_already(tables: Any, path: _Path, value: Any) -> bool:
    """Whether ``value`` stands at ``path``, or nothing does and it is to be removed."""
    for key in path:
        if not isinstance(tables, Mapping) or key not in tables:
            return value is None
        tables = tables[key]
    return type(tables) is type(value) and tables == value


def _change(document: Any, wanted: dict[str, Any], path: _Path, value: Any) -> None:
    """In the document of tomlkit, and in the plain tables that it must amount to."""
    import tomlkit

    *tables, key = path
    for name in tables:
        wanted = wanted.setdefault(name, {})
        if name not in document:
            document[name] = tomlkit.table()
        document = document[name]
    if value is None:
        del wanted[key]
        _remove(document, key)
    else:
        wanted[key] = value
        (_replace if key in document else _add)(document, key, value)


def _replace(table: Any, key: str, value: Any) -> None:
    """The comment beside it keeps its distance; where more than one blank parts them, its column."""
    from tomlkit.items import Item, Table

    before = table.value.item(key) if isinstance(table, Table) else None
    table[key] = value
    if isinstance(before, Item) and len(before.trivia.comment_ws) > 1:
        now: Any = table.value.item(key)
        wider = len(now.as_string()) - len(before.as_string())
        now.trivia.comment_ws = " " * max(2, len(before.trivia.comment_ws) - wider)


def _add(table: Any, key: str, value: Any) -> None:
    """Behind the last key and its comment, or behind the comments that head an empty table."""
    from tomlkit.items import Comment, Item, Table, Whitespace

    if not isinstance(table, Table):
        table[key] = value
        return
    body = table.value.body
    below: list[Item] = []
    while body and isinstance(body[-1][1], (Comment, Whitespace)):
        below.insert(0, body.pop()[1])
    heads = not body
    while below and isinstance(below[0], Comment) and (heads or below[0].trivia.indent):
        table.value.append(None, below.pop(0))
    table[key] = value
    for item in below:
        table.value.append(None, item)


def _remove(table: Any, key: str) -> None:
    """With the lines below that go on with the comment beside it: each # stands to the right."""
    from tomlkit.items import Comment, Null, Table

    if not isinstance(table, Table):
        del table[key]
        return
    body = table.value.body
    below = 1 + next(i for i, (name, _) in enumerate(body) if name is not None and name.key == key)
    has_comment = bool(body[below - 1][1].trivia.comment)
    table.remove(key)
    for number, (_, item) in enumerate(body[below:] if has_comment else (), below):
        if not (isinstance(item, Comment) and item.trivia.indent):
            break
        body[number] = (None, Null())


def _read_text(path: Path) -> str:
    """The text of the file, every character and line ending as it is.

    Raises:
        ConfigurationError: the file is not there or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"line {line} has characters that cannot be read"
        why = "the file is not saved as UTF-8, the way of storing letters that TOML asks for"
        hint = 'save it again with "UTF-8" chosen as its encoding'
    except OSError as error:
        what = f"the file cannot be opened: {error.strerror or error}"
        why = "the settings of a run are read from there"
        hint = "retro-gamer create makes a run with such a file in it"
    raise configuration_error(str(path), [Problem(what, str(path), why, hint)])


def _parse(text: str, where: str) -> dict[str, Any]:
    """The tables in a TOML text; a byte order mark before it is passed over.

    Raises:
        ConfigurationError: it is not TOML; the message shows the line.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK)
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
