"""A TOML text as the list of its statements, each with the very characters it was written in.

TOML ends a statement at the end of a line, except within a list or a text of several lines. So the
shortest run of lines that is TOML by itself is one statement, and the parser is the judge of it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Statement:
    """One statement.

    Args:
        text: its characters, the end of the line included.
        kind: ``[a.section]`` is a header, a comment or an empty line a remark.
        table: the path of the table it stands in; of a header, the path of the one it opens.
        values: what an assignment sets, from that table downwards.
    """

    text: str
    kind: Literal["header", "assignment", "remark"]
    table: tuple[str, ...]
    values: Mapping[str, Any]


def statements(text: str) -> Iterator[Statement]:
    """The statements of a valid TOML text; their texts together are the text."""
    table: tuple[str, ...] = ()
    pending = ""
    for line in _LINE.findall(text):
        pending += line
        try:
            values = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        if pending.lstrip().startswith("["):
            table = _opened_by(values)
            yield Statement(pending, "header", table, {})
        else:
            yield Statement(pending, "assignment" if values else "remark", table, values)
        pending = ""


def setting(key: str, value: Any) -> str:
    """``key = value``."""
    import tomlkit

    return f"{tomlkit.key(key).as_string()} = {tomlkit.item(value).as_string()}"


def header(table: Sequence[str]) -> str:
    """``[table]``."""
    import tomlkit

    return f"[{'.'.join(tomlkit.key(name).as_string() for name in table)}]"


def _opened_by(header: Mapping[str, Any]) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    inside: Any = header
    while inside:
        if isinstance(inside, list):  # [[an.array.of.tables]]
            inside = inside[-1]
            continue
        key, inside = next(iter(inside.items()))
        path += (key,)
    return path
