"""How a setting stands in the file, for messages that speak of it in the person's own words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


def assignment(key: str, value: Any) -> str:
    """``key = value`` as it would stand in a TOML file, near enough to read."""
    return f"{key} = {json.dumps(value, ensure_ascii=False, default=str)}"


@dataclass(frozen=True)
class Spelling:
    """One setting as the person wrote it: in which section, under which key, with which value."""

    section: str
    key: str
    value: Any

    def __str__(self) -> str:
        return assignment(self.key, self.value)
