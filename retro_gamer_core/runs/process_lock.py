"""One process at a time: a lock of the operating system, which is free again as soon as its holder is gone.

Beside the lock file, which stays and is empty, lies a note of who holds it. Nobody decides anything by
that note: it may be torn, or come from another computer, and its process number may be somebody else's by now.
"""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import write_text

if TYPE_CHECKING:
    from filelock import FileLock

_HOLDER = re.compile(r"process [0-9]{1,10} on \S{1,64} since [0-9-]{10} [0-9:]{8}")

#: There is no room for the file, so nobody holds it; or nobody ever can, on a network drive without locks.
_NOBODY_CAN = {errno.ENOSPC, errno.EDQUOT, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK}


class RunBusy(RetroGamerError):
    """Another process is training this run."""


@contextmanager
def hold_lock(path: Path, note: Path) -> Iterator[None]:
    """Hold the lock while the block runs.

    Where a disk is full or knows no locks, the block runs without one.

    Args:
        path: the file to lock; it stays.
        note: a file that says who holds it, there while the block runs. Links are replaced and never followed.

    Raises:
        RunBusy: another process holds it, or this one does already.
        RetroGamerError: the file cannot be opened for writing, or is a link.
    """
    import filelock  # slow to import, and `info` needs none

    lock = _lock(path)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise RunBusy(
            f"{_holder(note)} is training this run already",
            where=str(path),
            why="two trainings in one directory would overwrite each other's checkpoints",
            hint="wait for it, or stop it with Ctrl-C",
        ) from None
    except OSError as error:
        if error.errno not in _NOBODY_CAN:
            what = f"{path.name} cannot be opened for writing: {error.strerror or error}"
            hint = "copy the run to a place that you may write to, or ask whose it is"
            if path.is_symlink():
                what, hint = f"{path.name} is a link, and links are not followed here", f"remove {path}"
            why = "it keeps two trainings from writing into one directory"
            raise RetroGamerError(what, where=str(path), why=why, hint=hint) from error
    try:
        _tell(note)
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def is_held(path: Path, note: Path) -> bool:
    """Whether a process holds the lock just now. Where that cannot be found out, the note is believed."""
    import filelock

    if not path.is_file() or path.is_symlink():
        return False
    try:
        with _lock(path):
            return False
    except filelock.Timeout:
        return True
    except OSError:
        return note.is_file()


def _lock(path: Path) -> FileLock:
    from filelock import FileLock

    # It stays because who waits for a file that is then removed, and who makes a new one, could both hold one.
    return FileLock(path, timeout=0, thread_local=False, preserve_lock_file=True)


def _tell(note: Path) -> None:
    # The first label only: a laptop's full name changes with the network it is in.
    host = socket.gethostname().split(".")[0]
    try:
        write_text(note, f"process {os.getpid()} on {host} since {datetime.now():%Y-%m-%d %H:%M:%S}\n")
    except RetroGamerError:  # a full disk; then nothing is better than what was said of somebody before
        with suppress(OSError):
            note.unlink(missing_ok=True)


def _holder(note: Path) -> str:
    told = ""
    with suppress(OSError):
        if note.is_file() and not note.is_symlink():
            with note.open(encoding="utf-8", errors="replace") as file:
                told = file.readline(200).strip()
    return told if _HOLDER.fullmatch(told) and told.isprintable() else "another process"
