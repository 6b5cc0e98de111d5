"""Random numbers of one's own, for a game that draws from the generators that everybody shares."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.random.mtrand import get_bit_generator, set_bit_generator


class OwnChance:
    """Where Python's ``random`` and ``numpy.random`` stand for one game, between its turns.

    Args:
        seed: the same seed gives the same numbers.
    """

    def __init__(self, seed: int) -> None:
        python_seed, numpy_seed = np.random.SeedSequence(seed).generate_state(2).tolist()
        self._python = random.Random(python_seed).getstate()
        self._numpy = np.random.MT19937(numpy_seed)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Inside the block, these are the numbers that everybody draws; afterwards, the others go on.

        The bit generator of numpy is exchanged and not its state read, which would take ten times as long
        as a turn. So the one number that ``numpy.random.randn`` may have put by for its next call is lost.
        """
        python, generator = random.getstate(), get_bit_generator()
        random.setstate(self._python)
        set_bit_generator(self._numpy)
        try:
            yield
        finally:
            self._python = random.getstate()
            random.setstate(python)
            set_bit_generator(generator)
