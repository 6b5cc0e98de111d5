"""Chance of one's own, behind generators that everybody in the process shares.

Games draw from Python's ``random`` and from ``numpy.random``. So may anybody else: a library while it is
imported, a progress bar, a logger. Whoever plays games therefore has a ``Chance`` for them, which is in place
while their code runs and at no other time.
"""

from __future__ import annotations

import random
import sys
from _random import Random as _Python
from collections.abc import Callable
from copy import copy
from ctypes import c_char, sizeof
from struct import unpack
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random.mtrand import get_bit_generator, set_bit_generator

from retro_gamer_core.games.finding import fresh_game

if TYPE_CHECKING:
    from retro.game import Game

#: The numpy generator of every chance: a chance keeps its state, for making a generator takes as long as ten turns.
_NUMPY = np.random.MT19937(0)

#: The generator behind ``random.random``, ``random.randrange`` and the others.
_PYTHON: Any = random._inst

#: The state of either generator: a Mersenne twister has 624 numbers of 32 bits, and one of them is next.
_State = c_char * (4 * 625)


def _state_of_python() -> Any:
    """The state of Python's generator, where it is in memory; None where this Python keeps it in another way.

    As Python's own numbers, the state takes longer to read and to set than two turns of snake.
    """
    if sys.implementation.name != "cpython" or _Python.__basicsize__ < object.__basicsize__ + sizeof(_State):
        return None
    state = _State.from_address(id(_PYTHON) + object.__basicsize__)
    position, *numbers = unpack("i624I", state.raw)
    return state if (*numbers, position) == _Python.getstate(_PYTHON) else None


_IN_MEMORY = _state_of_python()


class Chance:
    """A stream of random numbers that is drawn from ``random`` and ``numpy.random`` inside ``with chance:``.

    Args:
        seed: the same numbers here give the same numbers there.
        stream: in their place, where the stream begins; see ``retro_gamer_core.streams``.

    The stream goes on in the next block where it was left at the end of the last one. Those outside go on
    after a block as if nobody had drawn in it. Blocks of different streams may lie within each other. Threads
    share generators, too: one that draws on the way draws from the stream that is in place.
    """

    def __init__(self, *seed: int, stream: np.random.SeedSequence | None = None) -> None:
        python_seed, numpy_seed = (stream or np.random.SeedSequence(seed)).generate_state(2).tolist()
        self._own, self._outside = _Generators(), _Generators()
        with self:
            random.seed(python_seed)
            _NUMPY.state = np.random.MT19937(numpy_seed).state
            set_bit_generator(_NUMPY)

    def __enter__(self) -> Chance:
        self._outside.keep()
        self._own.put_in_place()
        return self

    def __exit__(self, *error: object) -> None:
        self._own.keep()
        self._outside.put_in_place()

    def state_dict(self) -> dict[str, Any]:
        """Where the stream is. Not inside its own block."""
        with self:
            return state_in_place()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken. Not inside its own block."""
        with self:
            put_state_in_place(state)

    def __copy__(self) -> Chance:
        other = object.__new__(Chance)
        other._own, other._outside = copy(self._own), _Generators()
        if other._own.shares_memory:  # with a generator that is no Mersenne twister
            other.load_state_dict(self.state_dict())
        return other

    def __reduce__(self) -> Any:  # a copy must not share what is in memory
        return _chance_at, (self.state_dict(),)


def _chance_at(state: dict[str, Any]) -> Chance:
    chance = Chance()
    chance.load_state_dict(state)
    return chance


class _Generators:
    """Both global generators as they are for somebody, kept while they are in use by others."""

    __slots__ = ("_numpy", "_numpy_in_memory", "_numpy_normal", "_numpy_state", "_python", "_python_normal")

    def __init__(self) -> None:
        self._python, self._python_normal = _python_state(), _PYTHON.gauss_next
        self._numpy: Any = None
        self._numpy_in_memory: Any = None
        self._numpy_state: bytes | None = None
        self._numpy_normal: float | None = None

    @property
    def shares_memory(self) -> bool:
        """Whether a plain copy would draw from the same generator."""
        return self._numpy is not _NUMPY or self._numpy_state is None

    def keep(self) -> None:
        """Keep what is in place."""
        self._python, self._python_normal = _python_state(), _PYTHON.gauss_next
        generator = get_bit_generator()
        if generator is not self._numpy:
            self._numpy, self._numpy_in_memory = generator, _in_memory(generator)
        state = self._numpy_in_memory and self._numpy_in_memory.raw
        # Whether numpy has put by a normally distributed number is told with the whole state only, and that
        # takes longer than all the rest. It can have changed only where something was drawn.
        if state is None or state != self._numpy_state or self._numpy_normal is not None:
            told = np.random.get_state(legacy=False)
            self._numpy_normal = told["gauss"] if told["has_gauss"] else None
            self._numpy_state = state

    def put_in_place(self) -> None:
        """Let everybody draw from these now."""
        if _IN_MEMORY is None:
            _Python.setstate(_PYTHON, self._python)
        else:
            _IN_MEMORY.raw = self._python
        _PYTHON.gauss_next = self._python_normal
        if self._numpy is _NUMPY and self._numpy_state is not None:
            self._numpy_in_memory.raw = self._numpy_state
        if self._numpy is not None:
            set_bit_generator(self._numpy)
        if self._numpy_normal is not None:
            np.random.set_state({**self._numpy.state, "has_gauss": 1, "gauss": self._numpy_normal})


def _in_memory(generator: Any) -> Any:
    """The state of a Mersenne twister of numpy, where it is in memory; None for other generators."""
    if type(generator) is not np.random.MT19937:
        return None
    return _State.from_address(generator.ctypes.state_address)


def _python_state() -> Any:
    return _Python.getstate(_PYTHON) if _IN_MEMORY is None else _IN_MEMORY.raw


def seeded(seed: int) -> Chance:
    """A chance that begins where ``random.seed(seed)`` and ``numpy.random.seed(seed)`` would."""
    chance = Chance(seed)
    with chance:
        seed_what_is_in_place(seed)
    return chance


def seed_what_is_in_place(seed: int) -> None:
    """Let the chance in whose block this is called begin at ``seed``."""
    random.seed(seed)
    np.random.seed(seed % 2**32)


def state_in_place() -> dict[str, Any]:
    """Where the chance in whose block this is called is."""
    _, numbers, normal = random.getstate()
    return {
        "python": np.array(numbers, np.uint32),
        "python_normal": normal,
        "numpy": np.random.get_state(legacy=False),
    }


def put_state_in_place(state: dict[str, Any]) -> None:
    """Let the chance in whose block this is called go on where ``state_in_place`` was taken."""
    random.setstate((_PYTHON.VERSION, tuple(state["python"].tolist()), state["python_normal"]))
    np.random.set_state(state["numpy"])


def any_game(create_game: Callable[[], Game], name: str = "") -> Game:
    """A game to look at, ``fresh_game`` with the same chance each time. Nobody else's is moved by making it."""
    with Chance(0):
        return fresh_game(create_game, name)
