"""Ctrl-C while training: the first one asks to stop at the end of the turn, the second stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol


class Stop(Protocol):
    """Says whether training shall stop after this turn: because of a request, or for another reason."""

    @property
    def asked(self) -> bool: ...


class StopRequest:
    """Whether somebody asked to stop: ``asked``."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        self.asked = True


@contextmanager
def stop_on_interrupt(tell: Callable[[str], None]) -> Iterator[StopRequest]:
    """Turn Ctrl-C (and a polite kill) into a ``StopRequest`` while the block runs.

    Outside the main thread Python allows no signal handlers; then Ctrl-C is what it always is.
    """
    request = StopRequest()

    def on_signal(number: int, frame: Any) -> None:
        if request.asked:
            raise KeyboardInterrupt
        request.ask()
        # Ctrl-C also ends the `tee` at the other end of a pipe. What cannot be told must not stop the saving.
        with suppress(Exception):
            tell("Stopping after this turn and saving … (Ctrl-C again to stop at once, without saving)")

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    names = ("SIGINT", "SIGTERM", "SIGBREAK")  # SIGBREAK is Ctrl-Break on Windows
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
