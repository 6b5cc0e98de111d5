"""For all tests."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from retro_gamer_core.plugins.own_code import OwnDirectory

# A shell starts what runs in its background with Ctrl-C ignored, and every process that a test starts
# would inherit that; then no Ctrl-C of a test would be heard.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests run in a process for each core (see the Makefile), so torch gets one thread in each, also in the
# processes that a test starts. Read when torch is loaded, which is later.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def key_of_the_tests(tmp_path_factory) -> None:
    """Runs that tests make are sealed with a key of their own, not with that of whoever runs the tests."""
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("settings"))


@pytest.fixture(autouse=True)
def no_directory_of_another_test() -> Iterator[None]:
    """Take back where a test let Python look for modules."""
    before = list(sys.meta_path)
    yield
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if finder in before or not isinstance(finder, OwnDirectory)
    ]
