"""The templates of new packages, what fills them in, and the directories that are made: all files or none.

Names are made of titles; texts of people are data, never code. The rules for that stand in
``cookiecutter-game/local_extensions.py``, since that folder must be enough for ``cookiecutter`` alone; here they are
loaded from there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from jinja2 import Environment, StrictUndefined

from retro_gamer_core.errors import RetroGamerError

Files = Mapping[str, str | bytes]
"""The text or the bytes of each file, by its path in the directory, with ``/`` between folders."""

_HERE = Path(__file__).parent
_INSTALLED = _HERE / "cookiecutter-game"
GAME_TEMPLATE = _INSTALLED if _INSTALLED.is_dir() else _HERE.parents[1] / "cookiecutter-game"
"""In the installed package, or in a checkout."""
PLUGIN_TEMPLATE = _HERE / "plugin"

_extensions = ModuleType(f"{__name__}.local_extensions")
SourceFileLoader(_extensions.__name__, str(GAME_TEMPLATE / "local_extensions.py")).exec_module(_extensions)

one_line = _extensions.one_line
package_name = _extensions.package_name
problem_with_title = _extensions.problem_with_title
quoted = _extensions.quoted


def environment() -> Environment:
    """What renders a template as ``cookiecutter`` does: a name that nobody gave is an error."""
    return Environment(
        extensions=[_extensions.TextFilters], undefined=StrictUndefined, keep_trailing_newline=True
    )


def new_directory(directory: Path, files: Files) -> None:
    """Write the files beside where they will be, then put them in place. An empty directory may be filled.

    Raises:
        RetroGamerError: something is there already.
    """
    if directory.exists() and not (directory.is_dir() and not any(directory.iterdir())):
        raise RetroGamerError(
            f"the directory {directory} is not empty" if directory.is_dir() else f"{directory} is a file",
            where=str(directory.resolve()),
            why="nothing is ever written over",
            hint="another name, or --output with another directory",
        )
    directory = directory.resolve()
    staging = directory.with_name(f".{directory.name}-{os.getpid()}")
    try:
        staging.mkdir(parents=True)
        write_files(staging, files)
        if directory.exists():  # it may be the one that somebody works in, so it must stay the same one
            for path in staging.iterdir():
                path.rename(directory / path.name)
        else:
            staging.rename(directory)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_files(directory: Path, files: Files) -> None:
    """Write each file, in UTF-8 and with ``\\n`` between lines on every system."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
