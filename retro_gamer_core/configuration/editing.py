"""Changing single settings of a ``config.toml``: comments, order and layout are the student's own.

Only the value in the statement that sets it is rewritten; no other byte of the file is touched.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from retro_gamer_core.configuration.toml_file import BYTE_ORDER_MARK, parse, read_text
from retro_gamer_core.configuration.toml_statements import Statement, header, setting, statements
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.runs.links import refuse_link_out

_Path = tuple[str, ...]


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
    text = read_text(path)
    edited = edited_text(text, changes, where=str(path))
    if edited != text:
        replace_file(path.resolve(), lambda temporary: temporary.write_bytes(edited.encode("utf-8")))


def edited_text(text: str, changes: Mapping[str, Mapping[str, Any]], *, where: str) -> str:
    """As ``edit_config``, from the text of a file to its new text."""
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    edited = text.removeprefix(mark)
    wanted = parse(edited, where)
    try:
        for table, key, value in _single_changes(changes):
            if _is_already(wanted, (*table, key), value):
                continue
            edited = _changed(edited, table, key, value)
            _assign(wanted, (*table, key), value)
        if tomllib.loads(edited) == wanted:
            return mark + edited
    except (TypeError, AttributeError, tomllib.TOMLDecodeError):
        pass  # what should be a table is a value, or a list of tables
    raise RetroGamerError(
        "this cannot be changed without disturbing other settings",
        where=where,
        why="the file is laid out in a way that leaves no safe place for the change",
        hint="change it by hand, in your editor",
    )


def _single_changes(changes: Mapping[str, Any], table: _Path = ()) -> Iterator[tuple[_Path, str, Any]]:
    """One by one: the path of a table, a key in it, and the new value."""
    for key, value in changes.items():
        if isinstance(value, Mapping):
            yield from _single_changes(value, (*table, key))
        else:
            yield table, key, list(value) if isinstance(value, tuple) else value


def _is_already(tables: Any, path: _Path, value: Any) -> bool:
    """Whether ``value`` stands at ``path``, or nothing does and it is to be removed."""
    if not _has(tables, path):
        return value is None
    for key in path:
        tables = tables[key]
    return type(tables) is type(value) and tables == value


def _changed(text: str, table: _Path, key: str, value: Any) -> str:
    lines = list(statements(text))
    texts = [line.text for line in lines]
    has_header = any(line.kind == "header" and line.table == table for line in lines) or not table
    place = _place_of(lines, (*table, key))
    if place is None and not has_header:
        place = _place_of(lines, table)  # the table may be written in one line, or as dotted keys
    if place is not None:
        texts[place] = _rewritten(lines[place], (*table, key), value)
        if not texts[place]:
            del texts[place : _end_of_comment(lines, place)]
        return "".join(texts)
    newline = "\r\n" if "\r\n" in text else "\n"
    added = [setting(key, value) + newline]
    if has_header:
        place = _end_of_table(lines, table)
    else:
        place = len(lines)
        added = [newline] * bool(lines) + [header(table) + newline, *added]
    if place and not texts[place - 1].endswith("\n"):
        texts[place - 1] += newline
    return "".join([*texts[:place], *added, *texts[place:]])


def _place_of(lines: Sequence[Statement], path: _Path) -> int | None:
    """The index of the statement that sets what is at ``path``."""
    for index, line in enumerate(lines):
        if path[: len(line.table)] == line.table and _has(line.values, path[len(line.table) :]):
            return index
    return None


def _has(values: Any, path: _Path) -> bool:
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return False
        values = values[key]
    return bool(path)


def _end_of_table(lines: Sequence[Statement], table: _Path) -> int:
    """Where a new key belongs: behind the last one of its table, or behind the remarks that head the table."""
    start = next((i + 1 for i, line in enumerate(lines) if line.kind == "header" and line.table == table), 0)
    end = next((i for i in range(start, len(lines)) if lines[i].kind == "header"), len(lines))
    keys = [i for i in range(start, end) if lines[i].kind == "assignment"]
    if keys:
        return _end_of_comment(lines, keys[-1])
    return next((i for i in range(start, end) if not lines[i].text.strip()), end)


def _end_of_comment(lines: Sequence[Statement], place: int) -> int:
    """Behind the lines that go on with the comment beside a value: each # stands under the one above."""
    above = lines[place].text.rstrip("\n").rpartition("\n")[2]
    for end in range(place + 1, len(lines)):
        comment = lines[end].text.lstrip(" ")
        column = len(lines[end].text) - len(comment)
        if column == 0 or not comment.startswith("#") or not above.startswith("#", column):
            return end
    return len(lines)


def _rewritten(line: Statement, path: _Path, value: Any) -> str:
    """The statement with another value at ``path``; its comment stays in its column if there is room."""
    import tomlkit

    document = tomlkit.parse(line.text)
    path = path[len(line.table) :]
    _assign(document, path, value)
    if len(path) == 1 and value is not None and line.text.count("\n") <= 1:
        trivia = document[path[0]].trivia
        wider = len(tomlkit.dumps(document)) - len(line.text)
        if len(trivia.comment_ws) > 1:  # more than one blank: the comments of several lines are aligned
            trivia.comment_ws = " " * max(2, len(trivia.comment_ws) - wider)
    return tomlkit.dumps(document)


def _assign(tables: MutableMapping[str, Any], path: _Path, value: Any) -> None:
    *above, key = path
    for name in above:
        tables = tables.setdefault(name, {})
    if value is None:
        tables.pop(key, None)
    else:
        tables[key] = value
