"""Whose code failed? A plugin's, a file of one's own, or ours: told by the lines that an error passed through."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.errors import PluginError
from retro_gamer_core.plugins.diagnosis import in_words, last_line, last_line_in

if TYPE_CHECKING:
    from retro_gamer_core.plugins.records import PluginRecord
    from retro_gamer_core.plugins.registry import Plugins

_FOLDERS_OF_PIP = {"site-packages", "dist-packages"}


def blamed(error: Exception, plugins: Plugins) -> PluginError | None:
    """The same error as one of whoever wrote the code that failed; None where that is us."""
    for record in plugins.records:
        where = "" if record.built_in else last_line_in(record.module, error)
        if where:
            return PluginError(
                f"{_offered(record)} of the plugin {record.provider} failed: {in_words(error)}",
                where=where,
                why="the mistake is in that plugin, and everything saved before is still there",
                hint=f"correct that line, or leave the plugin out: retro-gamer --no-plugin {record.name} …",
            )
    where = last_line(error, _is_own)
    if not where:
        return None
    return PluginError(
        f"code of your own failed: {in_words(error)}",
        where=where,
        why="everything saved before is still there",
        hint="correct that line, then type the same command again",
    )


def of_plugin(module: str, plugins: Plugins) -> str:
    """The words " of the plugin …" for a module that belongs to one; nothing for a file of one's own."""
    package = module.partition(".")[0]
    owners = [record for record in plugins.records if record.module.partition(".")[0] == package]
    return f" of the plugin {owners[0].provider}" if owners else ""


def _offered(record: PluginRecord) -> str:
    """What a plugin has, for only its author can know which of it failed."""
    return " or ".join(f"the {kind} {name!r}" for kind, name in record.offers) or "a hook"


def _is_own(module: str, name: str) -> bool:
    """Whether nobody installed this file."""
    file = Path(name)
    # Those of the person, and of Debian, are in none of the places below.
    if module.startswith("retro_gamer") or not file.is_file() or _FOLDERS_OF_PIP & set(file.parts):
        return False
    places = {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")} | {sys.prefix}
    return not any(file.is_relative_to(place) for place in places)
