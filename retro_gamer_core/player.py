"""Which character is the player? The one named, else the one that listens to the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retro.game import Game


class PlayerFinder:
    """Follows the player of one game from turn to turn.

    Args:
        name: the character's name; None or "" for the first character drawn on the board that
            listens to the keyboard.
    """

    __slots__ = ("_agent", "_index", "_last_position", "_name")

    def __init__(self, name: str | None = None) -> None:
        self._name = name
        self.forget()

    def forget(self) -> None:
        """Start over with another game."""
        self._agent: Any = None
        self._index = -1
        self._last_position: tuple[int, int] | None = None

    def position(self, game: Game) -> tuple[int, int] | None:
        """(column, row) of the player; where it was last when it has left; None if never found."""
        agent = game.agents_by_name.get(self._name) if self._name else self._keyboard_driven(game)
        if agent is not None:
            self._last_position = agent.position
        return self._last_position

    def _keyboard_driven(self, game: Game) -> Any:
        agents = game.agents
        # The player seldom moves in the list, so looking where it was last saves a search each turn.
        if 0 <= self._index < len(agents) and agents[self._index] is self._agent:
            return self._agent
        for index, agent in enumerate(agents):
            if listens_to_keyboard(agent) and getattr(agent, "display", True):
                self._agent, self._index = agent, index
                return agent
        return None


def listens_to_keyboard(agent: Any) -> bool:
    """Whether the character does something of its own when a key is pressed.

    ``retro.agent.Agent`` has an empty ``handle_keystroke``; inheriting it is not listening.
    """
    handler = getattr(type(agent), "handle_keystroke", None) or getattr(agent, "handle_keystroke", None)
    if handler is None:
        return False
    return (getattr(handler, "__module__", None), getattr(handler, "__qualname__", None)) != (
        "retro.agent",
        "Agent.handle_keystroke",
    )
