"""A program in a terminal of its own (a pseudo one): what it shows, and keys for it. Not on Windows."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from waiting import PATIENCE


class Terminal:
    """Runs ``command`` in a terminal of so many columns and rows; the arcade's has 80 and 24.

    ``env`` is added to ``environment``, which is this process's own when left out.
    """

    def __init__(
        self,
        command: list[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        columns: int = 100,
        rows: int = 40,
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={
                **_without_size(environment or os.environ),
                "TERM": "xterm",
                "PYTHONUTF8": "1",
                **(env or {}),
            },
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # Ctrl-C is a signal only for who has the terminal as its own.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.shown = ""
        self._closed = False

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, *, seconds: float = PATIENCE, after: int = 0) -> None:
        """Wait until ``text`` has been shown, behind the first ``after`` characters."""
        until = time.monotonic() + seconds
        while text not in self.shown[after:]:
            assert time.monotonic() < until and self._read(), (
                f"{text!r} was not shown: … {self.shown[-800:]!r}"
            )

    def wait(self, *, seconds: float = PATIENCE) -> int:
        """Wait for the end; the exit code, or the negative number of a signal."""
        until = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < until, f"it does not end: … {self.shown[-800:]!r}"
        return self.process.wait(timeout=seconds)

    def resize(self, *, columns: int, rows: int) -> None:
        """Make the window so large."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def echoes(self) -> bool:
        """Whether it shows what is typed, as a shell expects."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def hang_up(self) -> int:
        """Close the window, and wait for the end of the program; its exit code."""
        os.close(self._master)
        self._closed = True
        return self.process.wait(timeout=PATIENCE)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if not self._closed:
            os.close(self._master)

    def _read(self) -> bool:
        """Take in what is there; False once the other side is closed."""
        ready, _, _ = select.select([self._master], [], [], 0.2)
        if not ready:
            return self.process.poll() is None
        try:
            data = os.read(self._master, 65536)
        except OSError:  # how Linux says that nobody is at the other end any more
            return False
        self.shown += data.decode("utf-8", "replace")
        self.press("\x1b[1;1R" * data.count(b"\x1b[6n"))  # every terminal answers where its cursor is
        return bool(data)


def _without_size(environment: Mapping[str, str]) -> dict[str, str]:
    """What a parallel test run says of the size of its own terminal is not true of this one."""
    return {key: value for key, value in environment.items() if key not in ("COLUMNS", "LINES")}
