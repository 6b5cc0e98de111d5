"""Does a board show what moves next? Watches a game and finds out whether it helps to know what moved before."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from retro_gamer_core.playing.player import PlayerFinder
from retro_gamer_core.playing.random_play import Moment

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata

Place = tuple[int, int]

#: For how many turns a move is remembered, on trial.
_MEMORIES = 1, 3, 6
#: So many predictions are enough to tell, and with fewer nobody can.
_MOST, _FEWEST = 10_000, 300
#: Of what is predicted wrongly, so much is to be right with what moved before, or with a longer memory of it.
_WORTH_KNOWING = 0.2
_SELDOM = 0.02
#: Cells. Farther is a jump, and no way to go on.
_FARTHEST_STEP = 2


class HiddenMotion:
    """Predicts of each character where it goes next, once with and once without how it moved before.

    A prediction is what came most often until then of moments that looked the same: how the character looks, and on
    which side of it the player is; with its past, also which step it took last, and how long ago it took its last
    two.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        self._finder = PlayerFinder(metadata.player)
        self._came_of: defaultdict[Any, Counter[Place]] = defaultdict(Counter)
        self._characters: dict[int, _Moving] = {}
        self._turn = self.predictions = 0
        self._wrong = dict.fromkeys((0, *_MEMORIES), 0)

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
            self._characters = {}
            return
        if moment.action is None:
            self._finder.forget()
            self._characters = {}
        self._turn += 1
        player = self._finder.position(game)
        if player is None:
            return
        self._characters = {
            id(each): self._looked_at(each, player)
            for each in game.agents
            if getattr(each, "display", True) and hasattr(each, "position") and each.position != player
        }

    def _looked_at(self, character: Any, player: Place) -> _Moving:
        place = tuple(character.position)
        known = self._characters.get(id(character))
        if known is None or known.character is not character:
            return _Moving(character, place, player)
        step = place[0] - known.place[0], place[1] - known.place[1]
        if max(map(abs, step)) > _FARTHEST_STEP:
            return _Moving(character, place, player)
        self._predict(known.seen, [known.past(self._turn, turns) for turns in _MEMORIES], step)
        if step != (0, 0):
            known.step, known.before, known.moved_in = step, known.moved_in, self._turn
        known.look(place, player)
        return known

    def _predict(self, seen: Any, past: list[Any], went: Place) -> None:
        plain = self._came_of[seen]
        guess = max(plain, key=plain.__getitem__, default=None)
        if guess is not None:
            self.predictions += 1
            self._wrong[0] += guess != went
        for turns, known in zip(_MEMORIES, past, strict=True):
            with_past = self._came_of[seen, turns, known]
            if guess is not None:
                self._wrong[turns] += max(with_past, key=with_past.__getitem__, default=guess) != went
            with_past[went] += 1
        plain[went] += 1


class _Moving:
    """A character of a game in play: how it looked, its last step, and in which turns it took its last two."""

    __slots__ = ("before", "character", "moved_in", "place", "seen", "step")

    def __init__(self, character: Any, place: Place, player: Place) -> None:
        self.character = character
        self.step, self.moved_in, self.before = (0, 0), -1_000, -2_000
        self.look(place, player)

    def look(self, place: Place, player: Place) -> None:
        self.place = place
        x, y = player[0] - place[0], player[1] - place[1]
        self.seen = str(self.character.character), (x > 0) - (x < 0), (y > 0) - (y < 0)

    def past(self, turn: int, turns: int) -> Any:
        """What who remembers so many turns knows of it in this turn."""
        ages = turn - self.moved_in, turn - self.before
        known = tuple(age if age <= turns else None for age in ages)
        return known, self.step if known[0] else None
