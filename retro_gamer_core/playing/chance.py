"""Games share Python's and numpy's global random generators with everybody in the process."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def chance_untouched() -> Iterator[None]:
    """Whatever is drawn from the global generators inside the block, they go on as if nothing had been."""
    states = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
