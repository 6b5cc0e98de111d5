"""What random play did, counted: what came of each key, and which way other characters moved.

Turns that follow each other are alike, so how often something comes by luck is judged by stretches of turns, and
for other characters, which may be set on their way when a game begins, by whole games.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retro_gamer_core.playing.frames import drawn
from retro_gamer_core.playing.player import PlayerFinder
from retro_gamer_core.playing.random_play import Moment, change
from retro_gamer_core.symmetry import Vector

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata

_STRETCH = 32
"""Turns."""

_FARTHEST_STEP = 2
"""Cells. Farther is a jump, wherever it goes."""

AROUND = [(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)]
"""From the player, row by row."""


class Tally:
    """How often each thing came of each kind of moment, and in how many stretches."""

    def __init__(self) -> None:
        self.turns: Counter[Any] = Counter()
        self.stretches: Counter[Any] = Counter()
        self.came: defaultdict[Any, Counter[Any]] = defaultdict(Counter)
        self._squares: Counter[Any] = Counter()
        self._now: defaultdict[Any, Counter[Any]] = defaultdict(Counter)

    def add(self, kind: Any, outcome: Any) -> None:
        self._now[kind][outcome] += 1

    def end_stretch(self) -> None:
        """What is added from now on is another stretch."""
        for kind, came in self._now.items():
            turns = came.total()
            self.turns[kind] += turns
            self.stretches[kind] += 1
            self._squares[kind] += turns * turns
            for outcome, times in came.items():
                self.came[kind][outcome] += times
                self._squares[kind, outcome] += times * times
                self._squares[kind, outcome, "turns"] += times * turns
        self._now.clear()

    def variance(self, kind: Any, outcome: Any, share: float) -> float:
        """Of the share of turns in which it came, if that was really ``share``: stretches are drawn, not turns.

        Source: Cochran 1977, "Sampling techniques", section 2.11 (the ratio estimate).
        """
        own, both = self._squares[kind, outcome], self._squares[kind, outcome, "turns"]
        return (own - 2 * share * both + share * share * self._squares[kind]) / self.turns[kind] ** 2


class Moves:
    """Watches random play and counts what came of each key, and which way other characters moved.

    Attributes:
        player: by what was round the player (nine characters, "" beyond the edge, row by row) and the action.
        others: by the character, on which side of it the player is, how far it moves, and its row or column.
        steps: how often each action moved the player by each step.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        self._metadata = metadata
        self._finder = PlayerFinder(metadata.player)
        self.player, self.others = Tally(), Tally()
        self.steps: defaultdict[int, Counter[Vector]] = defaultdict(Counter)
        self._before: _Seen | None = None

    def watch(self, moment: Moment) -> None:
        """Take note of what random play has come to."""
        game = moment.game
        if moment.ended is not None or game is None:
            self.end_stretch()
            return
        if moment.action is None:
            self._finder.forget()
        elif self._before is not None:
            self._count(game, self._before, moment)
            if game.turn_number % _STRETCH == 0:
                self.player.end_stretch()
        at = self._finder.position(game)
        self._before = at and _Seen(at, _around(game, at), _places(game), self._numbers(game))

    def end_stretch(self) -> None:
        """A game is over, or will not be seen any more."""
        self._before = None
        self.player.end_stretch()
        self.others.end_stretch()

    def _numbers(self, game: Game) -> list[Any]:
        return [game.state.get(name) for name in self._metadata.observe_state]

    def _count(self, game: Game, before: _Seen, moment: Moment) -> None:
        (x, y), now = before.player, self._finder.position(game)
        if now is None or moment.action is None:
            return
        step = now[0] - x, now[1] - y
        self.steps[moment.action][step] += 1
        rises = tuple(_sign(change(*pair)) for pair in zip(before.numbers, self._numbers(game), strict=True))
        reward = float(f"{moment.reward:.1g}")
        came = (step if _is_near(step) else None, reward, not game.playing, rises)
        self.player.add((before.around, moment.action), came)
        for agent in game.agents:
            if id(agent) not in before.places:
                continue
            _, (column, row) = before.places[id(agent)]
            if (column, row) in (before.player, agent.position):
                continue
            step = agent.position[0] - column, agent.position[1] - row
            if not _is_near(step):
                continue
            kind = str(agent.character), (_sign(x - column), _sign(y - row)), (abs(step[0]), abs(step[1]))
            self.others.add((*kind, (column, None)), step)
            self.others.add((*kind, (None, row)), step)


@dataclass(frozen=True)
class _Seen:
    """A moment: where the player was, what was round it, where every character was, the observed numbers."""

    player: Vector
    around: tuple[str, ...]
    places: dict[int, tuple[Any, Vector]]
    numbers: list[Any]


def _around(game: Game, at: Vector) -> tuple[str, ...]:
    cells = {(x, y): str(character) for x, y, character, _ in drawn(game.agents)}
    places = [(at[0] + x, at[1] + y) for x, y in AROUND]
    return tuple(cells.get(place, " ") if game.on_board(place) else "" for place in places)


def _places(game: Game) -> dict[int, tuple[Any, Vector]]:
    """By identity, as characters need not be hashable; each is kept, so that no other gets its identity."""
    return {
        id(each): (each, each.position)
        for each in game.agents
        if hasattr(each, "position") and getattr(each, "display", True)
    }


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _is_near(step: Vector) -> bool:
    return max(map(abs, step)) <= _FARTHEST_STEP
