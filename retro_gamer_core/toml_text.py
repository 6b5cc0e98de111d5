"""Values as they stand in a TOML file: for new files and for messages that show a setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def toml_value(value: Any) -> str:
    """``0.5``, ``"text"``, ``[1, 2]``, ``{ a = 1 }``; what TOML has no word for is shown as Python shows it."""
    import tomlkit  # here, because most commands show no setting

    if value is None:
        return "(left out)"
    if isinstance(value, Mapping):
        entries = ", ".join(toml_setting(key, inner) for key, inner in value.items())
        return f"{{ {entries} }}" if entries else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    try:
        return tomlkit.item(value).as_string()
    except (ValueError, TypeError):
        return str(value)


def toml_setting(key: str, value: Any) -> str:
    """``key = value``."""
    import tomlkit

    return f"{tomlkit.key(key).as_string()} = {toml_value(value)}"


def toml_header(table: Sequence[str]) -> str:
    """``[table]`` for a path such as ``("logging", "json_lines")``."""
    import tomlkit

    return f"[{'.'.join(tomlkit.key(name).as_string() for name in table)}]"
