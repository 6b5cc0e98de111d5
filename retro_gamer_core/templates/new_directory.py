"""A directory of new files: all of them or none, and never over anything that is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from retro_gamer_core.errors import RetroGamerError

Files = Mapping[str, str | bytes]
"""The text or the bytes of each file, by its path in the directory, with ``/`` between folders."""


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
