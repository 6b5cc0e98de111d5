"""Files that are never seen half written: the new one is whole on disk before the old one goes.

A process may be killed, or the power fail, at any moment. What stands under the file's name is then
the old file or the new one, never a mixture, and at worst a leftover with a name of its own.

Nor is anything written through a link that leads out of a directory: a run may come from a stranger.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from uuid import uuid4

from retro_gamer_core.errors import Problem, ProblemsFound, RetroGamerError

_UNFINISHED = ".unfinished"
_LEFTOVER = re.compile(r".+\.[0-9a-f]{8}" + re.escape(_UNFINISHED))
_PAUSES = (0.01, 0.03, 0.1, 0.3, 0.6)


class LinkRefused(ProblemsFound):
    """Something would have been written, cut or deleted through a link that leads elsewhere; it was not."""


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that its name always stands for a whole file: the old one or the new one.

    Args:
        path: the file to write; its directory must exist.
        write: called with a temporary path beside ``path``, which it creates. A writer that puts its
            file's name into the file (``torch.save`` does) should be handed an open file instead, or
            no two files will be the same.

    Raises:
        RetroGamerError: the system refused (disk full, no permission). Whatever goes wrong, the
            temporary file is removed and the old file is untouched.
    """
    temporary = path.with_name(f"{path.name}.{uuid4().hex[:8]}{_UNFINISHED}")
    try:
        write(temporary)
        with temporary.open("r+b") as file:  # Windows flushes only what it may write to
            os.fsync(file.fileno())
        _rename_over(temporary, path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and not isinstance(error, RetroGamerError):
            raise _not_written(path, error) from error
        raise
    # Wait until the new name is on disk too, or a power cut could bring the old file back. Windows, and some
    # network drives, have no way to do this.
    with suppress(OSError):
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all: UTF-8, with ``\\n`` at the end of each line."""
    replace_file(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline="\n"))


def remove_leftovers(directory: Path) -> list[Path]:
    """Remove what killed processes left of files they were writing; returns what was removed.

    To be called only where no other process is writing just now.
    """
    leftovers = [path for path in entries(directory) if _LEFTOVER.fullmatch(path.name)]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return leftovers


def refuse_links_out_of(directory: Path) -> None:
    """Look through a directory before anything in it is written, cut or deleted.

    The directory itself may be a link, and so may be what stays within it.

    Raises:
        LinkRefused: naming each link in it that leads out of it.
    """
    root = directory.resolve()
    # Where there is nothing to be read, it is told by whoever wants something in it.
    found = [Path(folder, name) for folder, *inside in os.walk(directory) for name in chain(*inside)]
    _refuse(sorted(path for path in found if path.is_symlink() and not path.resolve().is_relative_to(root)))


def refuse_link_out(file: Path) -> None:
    """The same for one file, which may only lead to a place within its own directory.

    Raises:
        LinkRefused: it leads out of it.
    """
    if file.is_symlink() and not file.resolve().is_relative_to(file.parent.resolve()):
        _refuse([file])


def entries(directory: Path) -> list[Path]:
    """What is in a directory, by name; nothing when there is no such directory."""
    return sorted(directory.iterdir()) if directory.is_dir() else []


def _rename_over(temporary: Path, path: Path) -> None:
    """Rename; on Windows that is refused while anyone (a virus scanner, say) has the old file open."""
    for pause in _PAUSES:
        try:
            temporary.replace(path)
            return
        except PermissionError:
            time.sleep(pause)
    temporary.replace(path)


def _not_written(path: Path, error: OSError) -> RetroGamerError:
    no_room = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return RetroGamerError(
        f"{path.name} could not be written: {error.strerror or error}",
        where=str(path),
        why="what was saved before is untouched, but nothing newer is kept",
        hint="make room on the disk" if no_room else "check that you may write to that directory",
    )


def _refuse(links: list[Path]) -> None:
    problems = [Problem(f"{link} leads to {link.readlink()}") for link in links]
    if problems:
        raise LinkRefused(
            "Nothing was written, for there are links here that lead out of the directory:",
            problems,
            footer="What is written there would change files elsewhere on this computer. Remove each link, or put a "
            "copy of what it leads to in its place.",
        )
