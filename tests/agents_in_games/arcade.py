"""The retro arcade (retro-console 1.2) as a game meets it: what it demands, how it starts one, what it reads.

Written after ``game_manager.py`` and ``settings.py`` of https://github.com/cproctor/retro-console.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

SCREEN = {"columns": 80, "rows": 24}

#: The buttons of the first player, as they reach a game: blessed's name of a key, or the character itself.
KEYS = {
    "RETRO_KEY_P1_UP": "w",
    "RETRO_KEY_P1_DOWN": "s",
    "RETRO_KEY_P1_LEFT": "a",
    "RETRO_KEY_P1_RIGHT": "d",
    "RETRO_KEY_P1_A": " ",
    "RETRO_KEY_P2_A": "\n",
}

_SOUND = re.compile(r"^\d+: play (\S+)$")


def complaints_about(directory: Path) -> list[str]:
    """Why the arcade would not list the game in ``directory``."""
    file = directory / "pyproject.toml"
    if not file.is_file():
        return ["Missing pyproject.toml"]
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        return [f"Failed to parse pyproject.toml: {error}"]
    complaints = []
    if "play" not in project.get("project", {}).get("scripts", {}):
        complaints.append("Missing project.scripts.play")
    retro = project.get("tool", {}).get("retro", {})
    for key in ("name", "author", "description", "result_file"):
        if key not in retro:
            complaints.append(f"Missing tool.retro.{key}")
    return complaints


def result_in(directory: Path) -> tuple[object, int | None]:
    """Score and winner of the game that was played in ``directory``; whatever file the game says, it is this one."""
    try:
        result = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None, None
    winner = result.get("winner")
    return result.get("score"), winner if winner in (1, 2) else None


def sounds_in(log: Path) -> list[str]:
    """The sounds that the arcade would have played."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return [match[1] for line in lines if (match := _SOUND.match(line))]
