"""TensorBoard's event files: one for each session, numbered, and cut back to where they once ended."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

# TensorBoard reads the files of a directory in the order of their names. Its own writer names them by the
# second and the process, so that a session begun within a second of the last could come before it.
_NAME = "events.out.tfevents."
_DIGITS = 6
_VERSION = "brain.Event:2"


class EventFiles:
    """The event files in a directory. A new one is made when the first event is added.

    Args:
        directory: made when it is needed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file: Any = None

    def add_summary(self, summary: Summary, step: int) -> None:
        """Add numbers, a text or whatever else a summary may hold."""
        self._add(step=step, summary=summary)

    def forget_from(self, step: int) -> None:
        """Let readers drop what the files before this one say of ``step`` and later ones."""
        from tensorboard.compat.proto.event_pb2 import SessionLog

        self._add(step=step, session_log=SessionLog(status=SessionLog.START))

    def flush(self) -> None:
        """Write what was held back."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Write what was held back and let go of the file; the next event begins another."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def sizes(self) -> dict[str, int]:
        """The files by name, and how many bytes have been written to each."""
        self.flush()
        return {path.name: path.stat().st_size for path in self._paths()}

    def cut_back(self, sizes: dict[str, int]) -> None:
        """Drop what was added since ``sizes`` was taken; a file made since is left empty.

        It is not deleted: TensorBoard may have it open, and Windows would then refuse.
        """
        self.close()
        for path in self._paths():
            size = sizes.get(path.name, 0)
            if path.stat().st_size > size:
                os.truncate(path, size)

    def _add(self, **contents: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        if self._file is None:
            self._file = self._begin_file()
            self._file.write(Event(wall_time=time.time(), file_version=_VERSION).SerializeToString())
        self._file.write(Event(wall_time=time.time(), **contents).SerializeToString())

    def _begin_file(self) -> Any:
        from tensorboard.summary.writer.record_writer import RecordWriter

        self._directory.mkdir(exist_ok=True)
        numbers = [int(path.suffix[1:]) for path in self._paths()]
        path = self._directory / f"{_NAME}{max(numbers, default=0) + 1:0{_DIGITS}}"
        return RecordWriter(path.open("xb"))

    def _paths(self) -> list[Path]:
        """Those that were made here; nobody else's."""
        return sorted(self._directory.glob(_NAME + "[0-9]" * _DIGITS))
