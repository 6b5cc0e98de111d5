"""Which character is the player? The one named, else the one that listens to the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retro.game import Game


class PlayerFinder:
    """Follows the player of one game from turn to turn.

    Args:
        name: the character's name; None or "" for the first character drawn on the board that
            listens to the keyboard, for as long as it is in the game.
    """

    __slots__ = ("_agent", "_followed", "_index", "_last_position", "_name")

    def __init__(self, name: str | None = None) -> None:
        self._name = name
        self._followed: Any = None
        self.forget()

    def forget(self, last_position: tuple[int, int] | None = None) -> None:
        """Start over with another game; ``last_position`` is where its player was last, if that is known."""
        self._agent: Any = None
        self._index = 0
        self._last_position = last_position

    def follow(self, agent: Any) -> None:
        """Take this character for the player, whatever its name; None for the one found as ever."""
        if agent is not self._followed:
            self._followed = agent
            self.forget()

    def position(self, game: Game) -> tuple[int, int] | None:
        """(column, row) of the player, or where it was on the board last; None if it never was."""
        agent = self._find(game) if self._followed is None else self._followed
        if agent is not None:
            (x, y), (width, height) = agent.position, game.board_size
            if 0 <= x < width and 0 <= y < height:
                self._last_position = (x, y)
        return self._last_position

    def _find(self, game: Game) -> Any:
        return game.agents_by_name.get(self._name) if self._name else self._keyboard_driven(game.agents)

    def _keyboard_driven(self, agents: Sequence[Any]) -> Any:
        # The player seldom moves in the list, so looking where it was last saves a search each turn.
        if not (self._index < len(agents) and agents[self._index] is self._agent):
            self._index = _first(agents, lambda agent: agent is self._agent)
            if self._index == len(agents):
                self._index = _first(agents, _is_shown_and_listens)
            self._agent = agents[self._index] if self._index < len(agents) else None
        return self._agent


def listens_to_keyboard(agent: Any) -> bool:
    """Whether the character does something of its own when a key is pressed.

    ``retro.agent.Agent`` has an empty ``handle_keystroke``; inheriting it is not listening.
    """
    from retro.agent import Agent

    handler = getattr(agent, "handle_keystroke", None)
    return handler is not None and getattr(handler, "__func__", None) is not Agent.handle_keystroke


def _is_shown_and_listens(agent: Any) -> bool:
    return getattr(agent, "display", True) and listens_to_keyboard(agent)


def _first(agents: Sequence[Any], is_wanted: Callable[[Any], bool]) -> int:
    """The index of the first one wanted; ``len(agents)`` if there is none."""
    return next((index for index, agent in enumerate(agents) if is_wanted(agent)), len(agents))
