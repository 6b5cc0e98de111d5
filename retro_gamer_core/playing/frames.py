"""One moment of a game, read straight from its characters.

The board is read from ``game.agents`` into small codes, never from the game's position cache: that
cache is stale before the first turn (a game may move its characters while it is being made) and
for a character that moves only when a key is pressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import GameError
from retro_gamer_core.observation import EMPTY
from retro_gamer_core.playing.player import PlayerFinder

if TYPE_CHECKING:
    from retro.game import Game


class CharacterCodes(dict[str, int]):
    """The code of each character: 1, 2, … in the order of the character set, 0 for everything else.

    A character that is not in the set gets code 0 and is remembered in ``unknown``, once.
    """

    def __init__(self, character_set: Iterable[str]) -> None:
        super().__init__((character, code) for code, character in enumerate(character_set, start=1))
        self[" "] = EMPTY
        self.unknown: list[str] = []

    def __missing__(self, character: str) -> int:
        self.unknown.append(character)
        self[character] = EMPTY
        return EMPTY


class Frame:
    """What can be seen of a game right now; see ``retro_gamer_core.contracts.Frame``.

    One frame belongs to one game at a time and is read again each turn, so ``codes`` changes
    under whoever keeps it.
    """

    __slots__ = ("_blank", "_board", "_characters", "_height", "_player", "_width", "codes", "game", "memory")

    def __init__(self, board_size: tuple[int, int], characters: CharacterCodes, player: str | None = None):
        self._width, self._height = board_size
        self._blank = bytes(self._width * self._height)
        # A bytearray takes single cells three times as fast as an array does; both are one memory.
        self._board = bytearray(self._blank)
        self.codes = np.frombuffer(self._board, np.uint8).reshape(self._height, self._width)
        self.codes.flags.writeable = False
        self._characters = characters
        self._player = PlayerFinder(player)
        self.game: Game = None
        self.memory: dict[str, Any] = {}

    @property
    def state(self) -> dict[str, Any]:
        """The game's state dictionary."""
        return self.game.state

    @property
    def player(self) -> tuple[int, int] | None:
        """(column, row) of the player, or where it was on the board last; None if it never was."""
        return self._player.position(self.game)

    def begin(
        self,
        game: Game,
        last_position: tuple[int, int] | None = None,
        memory: dict[str, Any] | None = None,
    ) -> None:
        """Turn to another game, and read it.

        Args:
            last_position, memory: ``player`` and ``memory`` as they were, if it has been looked at before.

        Raises:
            GameError: its board has another size.
        """
        width, height = game.board_size
        if (width, height) != (self._width, self._height):
            raise GameError(
                f"the board of this game has {width}×{height} cells instead of {self._width}×{self._height}",
                why="what is learned on a board of one size says nothing about another size",
                hint="let every game have a board of the same size",
            )
        self.game = game
        self.memory = {} if memory is None else memory
        self._player.forget(last_position)
        self.read()

    def follow(self, character: Any) -> None:
        """Take this character of the game for the player; None for the one that is found by itself."""
        self._player.follow(character)

    def read(self) -> None:
        """Read the board as it stands now."""
        self._board[:] = self._blank
        agents = self.game.agents
        board, characters, width, height = self._board, self._characters, self._width, self._height
        # Where characters overlap, retro-games shows the first in the list: so that one is drawn last.
        for agent in reversed(agents):
            if not getattr(agent, "display", True):
                continue
            character = agent.character
            if getattr(agent, "z", 0) or getattr(agent, "size", None) or not isinstance(character, str):
                self._read_in_layers(agents)
                return
            x, y = agent.position
            if 0 <= x < width and 0 <= y < height:
                board[y * width + x] = characters[character]

    def _read_in_layers(self, agents: Sequence[Any]) -> None:
        """Draw all characters, by height (``z``), over whatever cells of theirs were drawn before."""
        board, characters, width, height = self._board, self._characters, self._width, self._height
        for x, y, character, _ in drawn(agents):
            if 0 <= x < width and 0 <= y < height:
                board[y * width + x] = characters[character]


def drawn(agents: Sequence[Any]) -> Iterator[tuple[int, int, str, Any]]:
    """Column, row, character and agent of each cell that an agent is drawn in, what lies on top last."""
    last_in_list_first = agents[::-1]  # and sorting keeps that order among equal heights
    for agent in sorted(last_in_list_first, key=lambda agent: getattr(agent, "z", 0) or 0):
        if not getattr(agent, "display", True):
            continue
        (left, top), character = agent.position, agent.character
        columns, rows = getattr(agent, "size", None) or (1, 1)
        lines = None if isinstance(character, str) else [str(line).ljust(columns) for line in character]
        for row in range(rows):
            for column in range(columns):
                if lines is not None:
                    character = lines[row][column] if row < len(lines) else " "
                yield left + column, top + row, character, agent


def characters_on(game: Game) -> set[str]:
    """Every character drawn anywhere on the board now, hidden ones under others included."""
    return {character for _, _, character, _ in drawn(game.agents)} - {" "}
