"""Every setting there is, as rows of a table: what the documentation of ``config.toml`` is made from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.games.metadata_keys import METADATA_KEYS
from retro_gamer_core.options import Setting
from retro_gamer_core.parts import Kind

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins

_SECTION_OF: dict[Kind, str] = {
    "encoder": "preprocessing",
    "network": "model",
    "learner": "training",
    "memory": "training",
    "logger": "logging",
}


@dataclass(frozen=True)
class SettingRow:
    """One setting.

    Args:
        section: where it stands in ``config.toml``; ``logging.NAME`` for options of a logger.
        name: its key.
        owner: the part whose option it is, such as ``"learner dqn"``; ``""`` for the core's own.
        default: as it would stand in the file; ``""`` where there is none.
        typical: the values people use; ``""`` where nobody said.
        meaning: what it does, in plain words.
    """

    section: str
    name: str
    owner: str
    default: str
    typical: str
    meaning: str


def settings_table(plugins: Plugins) -> list[SettingRow]:
    """The core's settings and the options of every installed part, in the order of the sections."""
    rows = _rows("game", "", SECTION_KEYS["game"]) + _rows("metadata", "", METADATA_KEYS)
    for section in ("preprocessing", "model", "training", "logging"):
        rows += _rows(section, "", SECTION_KEYS[section])
        for kind in (kind for kind, home in _SECTION_OF.items() if home == section):
            for name, part in plugins.parts(kind).items():
                place = f"logging.{name}" if kind == "logger" else section
                rows += _rows(place, f"{kind} {name}", plugins.options_of(part))
    return rows


def _rows(section: str, owner: str, options: Iterable[Setting]) -> list[SettingRow]:
    return [
        SettingRow(
            section, option.name, owner, _default(option), option.option.typical, option.option.meaning
        )
        for option in options
    ]


def _default(option: Setting) -> str:
    return (
        ""
        if option.default in (None, "", ())
        else json.dumps(option.default, ensure_ascii=False, default=str)
    )
