"""Ctrl-C while training: the first one asks to stop at the end of the turn, the second stops at once.

A polite kill, and a terminal that is closed, ask as well. They never insist: a system that shuts down sends both.
"""

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


def numbers_of(*names: str) -> list[signal.Signals]:
    """Those of the signals that this system knows."""
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


@contextmanager
def stop_on_interrupt(tell: Callable[[str], None]) -> Iterator[StopRequest]:
    """Turn Ctrl-C, a polite kill and the end of the terminal into a ``StopRequest`` while the block runs.

    Outside the main thread Python allows no signal handlers; then Ctrl-C is what it always is.
    """
    request = StopRequest()

    def on_signal(number: int, frame: Any) -> None:
        if request.asked:
            if number in insisting:
                raise KeyboardInterrupt
            return
        request.ask()
        # Ctrl-C also ends the `tee` at the other end of a pipe. What cannot be told must not stop the saving.
        with suppress(Exception):
            tell("Stopping after this turn and saving … (Ctrl-C again to stop at once, without saving)")

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    # SIGBREAK is Ctrl-Break on Windows, or a window that is closed. Who ignores SIGHUP was begun by nohup.
    insisting, hang_up = numbers_of("SIGINT", "SIGBREAK"), numbers_of("SIGHUP")
    before = {
        number: signal.signal(number, on_signal)
        for number in (*insisting, *numbers_of("SIGTERM", "SIGHUP"))
        if number not in hang_up or signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
