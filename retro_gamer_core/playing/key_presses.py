"""Pressing keys for a game: an input source whose keystrokes are made once, not once a turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class KeyPresses:
    """An input source (see ``retro.input``) that presses the key of an action number.

    Args:
        keys: the key of each action, e.g. ``("KEY_LEFT", "KEY_RIGHT", None)``; None presses nothing.
    """

    def __init__(self, keys: Sequence[str | None]) -> None:
        from retro.input import ProgrammaticInput

        source = ProgrammaticInput()
        self._pressed: list[set[Any]] = []
        for key in keys:
            source.press(key)
            self._pressed.append(source.collect())
        self._next: set[Any] = set()

    def another(self) -> KeyPresses:
        """A source of the same keys for another game. Making keystrokes takes longer than a turn."""
        other = object.__new__(KeyPresses)
        other._pressed, other._next = self._pressed, set()
        return other

    def press(self, action: int) -> None:
        """Press the key of ``action`` in the next turn."""
        self._next = self._pressed[action]

    def collect(self) -> set[Any]:
        """The keys pressed since the last turn; a fresh set, as a game may change it."""
        return self._next.copy()
