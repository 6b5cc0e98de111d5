"""A text file that lines are appended to, and that can be cut back to an earlier place."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import BinaryIO

from retro_gamer_core.runs.atomic_files import refuse_link_out

SECONDS_HELD_BACK = 1.0
LINES_LOST = "this file is shorter than it was when training stopped: some lines above are missing"


class ResumableLines:
    """Lines of a file, in UTF-8. The file is made when the first line is written.

    Lines are held back and written together, so that ten thousand short episodes a second cost
    little; a line that comes a second or more after the last writing goes to disk at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._written_at = -SECONDS_HELD_BACK

    @property
    def size(self) -> int:
        """Bytes in the file, those held back included."""
        if self._file is not None:
            return self._file.tell()
        return self._path.stat().st_size if self._path.is_file() else 0

    def append(self, line: str) -> None:
        """Add a line; ``line`` is without its line end."""
        if self._file is None:
            self._file = _open_at_line_start(self._path)
        # A game may use half a surrogate pair as a character, and a log must never fail on it.
        self._file.write(line.encode("utf-8", "backslashreplace") + b"\n")
        if time.monotonic() - self._written_at >= SECONDS_HELD_BACK:
            self.flush()

    def flush(self) -> None:
        """Write what was held back."""
        if self._file is not None:
            self._file.flush()
            self._written_at = time.monotonic()

    def close(self) -> None:
        """Write what was held back and let go of the file; the next line opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def cut_back(self, size: int) -> bool:
        """Drop everything after the first ``size`` bytes; False if there were fewer."""
        self.close()
        missing = size - self.size
        if missing < 0:
            refuse_link_out(self._path)
            os.truncate(self._path, size)
        return missing <= 0


def _open_at_line_start(path: Path) -> BinaryIO:
    """Open for appending; a last line that was cut off is ended, or the next would be glued to it."""
    refuse_link_out(path)
    file = path.open("a+b", buffering=1 << 16)
    if file.seek(0, os.SEEK_END):
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
    return file
