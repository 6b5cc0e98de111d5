"""Waiting for another process, on a machine that may be busy with ten others."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

#: Seconds. Nothing in the tests takes nearly so long; what does hangs, and is given up.
PATIENCE = 300


def wait_until(done: Callable[[], object], process: subprocess.Popen) -> None:
    """Wait until ``done()``, which ``process`` must bring about before it ends."""
    until = time.monotonic() + PATIENCE
    while not done():
        assert process.poll() is None, f"it has ended too early: {_printed_by(process)}"
        assert time.monotonic() < until, "it has not come about"
        time.sleep(0.01)


def _printed_by(process: subprocess.Popen) -> str:
    printed = [text for text in process.communicate() if text]
    return "\n".join(text if isinstance(text, str) else text.decode("utf-8", "replace") for text in printed)
