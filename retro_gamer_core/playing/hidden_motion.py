"""Does a board show what moves next? Watches a game and finds out whether it helps to know what moved before."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from retro_gamer_core.playing.frames import drawn
from retro_gamer_core.playing.player import PlayerFinder
from retro_gamer_core.playing.random_play import Moment

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata

Place = tuple[int, int]

_SIDES: tuple[Place, ...] = ((1, 0), (0, -1), (-1, 0), (0, 1))
#: For how many turns changes are remembered, on trial.
_MEMORIES = 1, 3, 6
#: So many predictions are enough to tell, and with fewer nobody can.
_MOST, _FEWEST = 10_000, 300
#: Of what is predicted wrongly, so much is to be right with what moved before, or with a longer memory of it.
_WORTH_KNOWING = 0.25
_SELDOM = 0.02
#: More of one kind on the board are scenery.
_SCENERY = 60


class HiddenMotion:
    """Predicts of each thing on the board where it goes next, once with and once without what moved before.

    A prediction is what came most often until then of moments that looked the same: the thing, which of its four
    neighbours are like it, and on which side of it the player is; with its past, also how long ago the thing came
    and how long ago one like it left each neighbour.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        self._finder = PlayerFinder(metadata.player)
        self._came_of: defaultdict[Any, Counter[Any]] = defaultdict(Counter)
        self.predictions = 0
        self._wrong = dict.fromkeys((0, *_MEMORIES), 0)
        self._forget()

    def _forget(self) -> None:
        self._cells: dict[Place, str] | None = None
        self._player: Place | None = None
        self._came: dict[Place, int] = {}
        self._left: dict[tuple[Place, str], int] = {}
        self._turn = 0

    @property
    def turns_that_tell(self) -> int:
        """For how many turns to remember changes, to know better what moves next; 0 where it does not help."""
        enough = self.predictions >= _FEWEST and self._wrong[0] >= _SELDOM * self.predictions
        turns = 0
        for longer in _MEMORIES if enough else ():
            if self._wrong[turns] - self._wrong[longer] >= _WORTH_KNOWING * self._wrong[turns]:
                turns = longer
        return turns

    def watch(self, moment: Moment) -> None:
        """Take note of what the play has come to."""
        game = moment.game
        if game is None or moment.ended is not None or self.predictions >= _MOST:
            self._forget()
            return
        if moment.action is None:
            self._finder.forget()
            self._forget()
        cells = {(x, y): character for x, y, character, _ in drawn(game.agents)}
        player = self._finder.position(game)
        if self._cells is not None:
            self._look(self._cells, cells, {self._player, player})
            self._note_changes(self._cells, cells)
        self._cells, self._player = cells, player
        self._turn += 1

    def _look(self, before: dict[Place, str], now: dict[Place, str], players: set[Place | None]) -> None:
        many = {what for what, count in Counter(before.values()).items() if count > _SCENERY}
        for place, what in before.items():
            if place in players or what in many:
                continue
            (x, y), went = place, "nowhere"
            sides = [(x + dx, y + dy) for dx, dy in _SIDES]
            alike = [before.get(side) == what for side in sides]
            if now.get(place) != what:
                ways = [
                    i
                    for i, side in enumerate(sides)
                    if not alike[i] and now.get(side) == what and side not in players
                ]
                if len(ways) != 1:  # gone, or not to be told from another one
                    continue
                went = str(ways[0])
            at = self._player or place
            seen = what, *alike, (at[0] > x) - (at[0] < x), (at[1] > y) - (at[1] < y)
            past = (
                self._age(self._came.get(place)),
                *(self._age(self._left.get((side, what))) for side in sides),
            )
            self._predict(seen, past, went)

    def _predict(self, seen: Any, past: tuple[int, ...], went: str) -> None:
        plain = self._came_of[seen]
        guess = max(plain, key=plain.__getitem__, default=None)
        if guess is not None:
            self.predictions += 1
            self._wrong[0] += guess != went
        for turns in _MEMORIES:
            with_past = self._came_of[seen, tuple([min(turns + 1, age) for age in past])]
            if guess is not None:
                self._wrong[turns] += max(with_past, key=with_past.__getitem__, default=guess) != went
            with_past[went] += 1
        plain[went] += 1

    def _note_changes(self, before: dict[Place, str], now: dict[Place, str]) -> None:
        for place in before.keys() | now.keys():
            was, what = before.get(place), now.get(place)
            if was != what:
                self._came[place] = self._turn
                if was is not None:
                    self._left[place, was] = self._turn

    def _age(self, since: int | None) -> int:
        return _MEMORIES[-1] + 1 if since is None else self._turn - since
