"""A file that says which process is at work here, so that no second one joins in.

It holds the process number and the computer's name. A lock whose process is gone is taken over.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from retro_gamer_core.errors import RetroGamerError


class RunBusy(RetroGamerError):
    """Another process is training this run."""


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock while the block runs.

    Raises:
        RunBusy: a living process holds it, or one on another computer, of which nobody here can tell.
    """
    mine = json.dumps({"pid": os.getpid(), "host": _this_computer()})
    while not _create(path, mine):
        holder = _read(path)
        if holder is not None:
            if _is_alive(holder):
                raise _busy(path, holder)
            _remove_stale(path, holder)
    try:
        yield
    finally:
        if _read(path) == mine:
            path.unlink()


def _create(path: Path, content: str) -> bool:
    """Write the lock file if there is none; no two processes can both succeed."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _remove_stale(path: Path, found: str) -> None:
    """Remove the lock that was found stale, but not one that somebody else has put there since."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        path.rename(aside)
        if _read(aside) == found:
            aside.unlink()
        else:
            aside.rename(path)


def _is_alive(holder: str) -> bool:
    """Whether the holder may be at work: yes, unless it is known that it is not."""
    pid, host = _parse(holder)
    if pid is None or host != _this_computer():
        return True
    return _windows_process_exists(pid) if sys.platform == "win32" else _posix_process_exists(pid)


def _parse(holder: str) -> tuple[int | None, str]:
    try:
        values = json.loads(holder)
        return int(values["pid"]), str(values["host"])
    except (ValueError, KeyError, TypeError):
        return None, "?"


def _posix_process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # it is there, and somebody else's
    return True


def _windows_process_exists(pid: int) -> bool:
    if sys.platform != "win32":
        raise NotImplementedError
    # Never os.kill here: on Windows it ends the process, whatever the signal.
    import ctypes
    from ctypes import wintypes

    query_limited_information, synchronize = 0x1000, 0x00100000
    access_denied, still_running = 5, 0x102
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
    kernel.WaitForSingleObject.argtypes = [wintypes.HANDLE, wintypes.DWORD]
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    process = kernel.OpenProcess(query_limited_information | synchronize, False, pid)
    if not process:
        return ctypes.get_last_error() == access_denied
    try:
        return kernel.WaitForSingleObject(process, 0) == still_running
    finally:
        kernel.CloseHandle(process)


def _this_computer() -> str:
    # The first label only: a laptop's full name changes with the network it is in.
    return socket.gethostname().split(".")[0]


def _busy(path: Path, holder: str) -> RunBusy:
    pid, host = _parse(holder)
    if pid is None:
        who = "another process"
    elif host == _this_computer():
        who = f"process {pid}"
    else:
        who = f"process {pid} on the computer {host!r}"
    return RunBusy(
        f"{who} is training this run already",
        where=str(path),
        why="two trainings in one directory would overwrite each other's checkpoints",
        hint=f"wait for it or stop it with Ctrl-C; if no training is running, delete the file {path.name}",
    )
