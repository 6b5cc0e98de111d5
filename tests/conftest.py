"""For all tests."""

from __future__ import annotations

import os
import signal

# A shell starts what runs in its background with Ctrl-C ignored, and every process that a test starts
# would inherit that; then no Ctrl-C of a test would be heard.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests run in a process for each core (see the Makefile), so torch gets one thread in each, also in the
# processes that a test starts. Read when torch is loaded, which is later.
os.environ.setdefault("OMP_NUM_THREADS", "1")
