"""The player ``look_ahead``: tries in copies of the game what its keys lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from retro_gamer_core import Option

if TYPE_CHECKING:
    from retro_gamer_core import GameCopy, GameInPlay
    from retro_gamer_players.search import Node

COPIES = Option("So many copies of the game are made in a turn at most.", low=1, typical="100 to 2000")
HORIZON = Option("So many turns ahead it looks at most.", low=1, typical="10 to 60")
DISCOUNT = Option("What a reward counts that comes one turn later.", low=0, high=1, typical="0.9 to 0.99")

#: In so many further copies, each with chance of its own, a way is tried before it is gone.
_TRIED = 2

#: Turns. What ends the game within these is no longer to be mended by looking again.
_SOON = 6


class LookAhead:
    """Searches for a way and goes it for as long as it holds, trying the next turns of it again in each turn."""

    def __init__(
        self,
        keys: Sequence[str | None],
        *,
        copies: Annotated[int, COPIES] = 400,
        horizon: Annotated[int, HORIZON] = 30,
        discount: Annotated[float, DISCOUNT] = 0.97,
    ) -> None:
        self._keys = keys
        self._copies, self._horizon, self._discount = copies, horizon, discount
        self.begin(np.random.default_rng(0))

    def begin(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._way: list[Node] = []
        self._expected: Any = None

    def choose(self, game: GameInPlay) -> str | None:
        if not self._way or not self._holds(game):
            self._way = self._search(game)
        now, *self._way = self._way
        self._expected = now.board
        return self._keys[now.action]

    def _search(self, game: GameInPlay) -> list[Node]:
        from retro_gamer_players.search import Search

        tries = _TRIED * (len(self._keys) + 1)
        search = Search(
            game.copy(self._seed()),
            len(self._keys),
            self._rng,
            copies=max(len(self._keys), self._copies - tries),
            horizon=self._horizon,
            discount=self._discount,
        )
        ways = [self._useful(node.path) for node in search.best()]
        deaths = [0] * len(ways)
        for number, way in enumerate(ways):
            deaths[number] = sum(self._tried(game, way[:_SOON])[1] for _ in range(_TRIED))
            if not deaths[number]:
                break
        else:
            number = deaths.index(min(deaths))
        return ways[number]

    def _useful(self, way: list[Node]) -> list[Node]:
        """Up to the last reward in it, and never all that can be seen: what lies behind is looked at again then."""
        way = way[: max(1, self._horizon // 2)]
        rewarded = [turn for turn, node in enumerate(way, start=1) if node.reward > 0]
        return way[: rewarded[-1]] if rewarded else way

    def _holds(self, game: GameInPlay) -> bool:
        """Whether nothing speaks against going on."""
        from retro_gamer_players.search import board_of

        copy = game.copy(self._seed())
        if board_of(copy) == self._expected:
            return not self._go(copy, self._way[:_SOON])[1]
        promised = sum(node.reward for node in self._way)
        gained, died = zip(
            *(self._go(game.copy(self._seed()), self._way) for _ in range(_TRIED)), strict=True
        )
        return not any(died) and min(gained) >= promised / 2

    def _tried(self, game: GameInPlay, way: list[Node]) -> tuple[float, bool]:
        return self._go(game.copy(self._seed()), way)

    def _go(self, copy: GameCopy, way: list[Node]) -> tuple[float, bool]:
        """What is gained on the way, and whether the game is over before its end, or soon."""
        gained = 0.0
        for turn, node in enumerate(way):
            try:
                gained += copy.step(node.action)
            except (Exception, SystemExit):
                return gained, True
            if not copy.playing:
                return gained, turn < _SOON
        return gained, False

    def _seed(self) -> int:
        return int(self._rng.integers(2**32))
