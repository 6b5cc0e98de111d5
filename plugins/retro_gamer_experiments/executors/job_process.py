"""What the process of a job does: it is the command ``retro-gamer``, and ends with the process that began it.

Its standard input is a pipe that nobody writes to. When it is closed, that process is gone or wants an end: the job
is then asked to stop as by a polite kill, so that it saves. That works on every system, even after ``kill -9``.
"""

from __future__ import annotations

import os
import signal
import time
from _thread import interrupt_main
from threading import Thread

from retro_gamer_core.cli import main

#: How long a job may take to save once it is asked to stop.
SECONDS_TO_SAVE = 20.0


def stop_with_whoever_began() -> None:
    """Stop this process when its standard input ends, which from now on is empty for all others."""
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def wait() -> None:
        os.read(lifeline, 1)  # not through sys.stdin, whose lock would be held when Python ends
        interrupt_main(signal.SIGTERM)
        time.sleep(SECONDS_TO_SAVE)
        os._exit(130)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    stop_with_whoever_began()
    main()
