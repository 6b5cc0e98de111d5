"""A first look at who is on the board: where keys lead the player, what it can step on, what it can walk to."""

from __future__ import annotations

import random
from collections import Counter
from statistics import fmean
from typing import TYPE_CHECKING

from retro_gamer_core.playing.frames import drawn
from retro_gamer_core.playing.player import PlayerFinder
from retro_gamer_core.playing.random_play import Moment

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata

Place = tuple[int, int]

STEPS: dict[str, Place] = {"right": (1, 0), "up": (0, -1), "left": (-1, 0), "down": (0, 1)}

#: So often somebody has to have tried before it counts.
_FEWEST_TRIES = 4
#: Of all that tried, so many may have got onto what nobody can step on.
_BY_CHANCE = 0.05
#: More of them on the board are scenery, not something to walk to.
_SCENERY = 8
_MOST_GOALS = 8
_TURNS_BETWEEN_COUNTS = 20
#: So long the walk goes toward one kind of character, and so often it takes any step instead.
_TURNS_OF_A_WALK, _ASTRAY = 15, 0.3


class Contacts:
    """Watches a game that is played, and notes what came of each step toward something.

    It can also choose the keys of such a play: to walk toward one kind of character after the other, so that all
    are met, which random steps seldom do.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        self._metadata = metadata
        self._finder = PlayerFinder(metadata.player)
        self._rng = random.Random(0)
        self._before: tuple[Place, dict[Place, str]] | None = None
        self._moved: Counter[tuple[int, Place]] = Counter()
        self._tried: Counter[tuple[int, tuple[str | None, ...], Place, bool]] = Counter()
        self._counts: dict[str, list[int]] = {}
        self._own: set[str] = set()
        self._seen_turns = 0
        self._walking_to = ""
        self._steps: dict[int, str] = {}

    def watch(self, moment: Moment) -> None:
        """Take note of what the play has come to."""
        game = moment.game
        if game is None or moment.ended is not None:
            self._before = None
            return
        if moment.action is None:
            self._finder.forget()
        at = self._finder.position(game)
        cells = {(x, y): character for x, y, character, _ in drawn(game.agents) if game.on_board((x, y))}
        if at is not None and self._before is not None and moment.action is not None:
            (x, y), before = self._before
            step = at[0] - x, at[1] - y
            around = tuple(
                before.get((x + dx, y + dy), "" if game.on_board((x + dx, y + dy)) else None)
                for dx, dy in STEPS.values()
            )
            self._moved[moment.action, step] += 1
            self._tried[moment.action, around, step, game.playing] += 1
        if at is not None and game.playing:
            self._own.add(cells.get(at, ""))
        if self._seen_turns % _TURNS_BETWEEN_COUNTS == 0:
            for character, count in Counter(cells.values()).items():
                self._counts.setdefault(character, []).append(count)
        self._seen_turns += 1
        self._before = None if at is None else (at, cells)

    def steps(self) -> dict[int, str]:
        """The actions that take the player one cell in one direction, and which."""
        found: dict[int, str] = {}
        totals = Counter[int]()
        for (action, _), count in self._moved.items():
            totals[action] += count
        for action, total in totals.items():
            others = totals.total() - total
            for name, step in STEPS.items():
                own = self._moved[action, step]
                by_others = sum(n for (a, s), n in self._moved.items() if s == step and a != action)
                if own >= _FEWEST_TRIES and own / total > 0.2 + by_others / max(1, others):
                    found[action] = name
        return found

    def walls(self) -> list[str]:
        """Characters that the player never got onto, or not without the game being over."""
        steps = {action: list(STEPS).index(name) for action, name in self.steps().items()}
        tries, came = Counter[str](), Counter[str]()
        for (action, around, step, playing), count in self._tried.items():
            if action not in steps or (there := around[steps[action]]) is None:
                continue
            tries[there] += count
            came[there] += count * (playing and step == list(STEPS.values())[steps[action]])
        if came[""] < tries[""] / 2:  # also the empty cell is often missed
            return []
        return sorted(
            there
            for there, count in tries.items()
            if there
            and there not in self._own
            and count >= _FEWEST_TRIES
            and came[there] <= _BY_CHANCE * count
        )

    def goals(self) -> list[str]:
        """Characters that one may want to reach or to flee: the rarest, without what is scenery."""
        walls, known = self.walls(), self._metadata.character_set
        found = {
            character: fmean(counts)
            for character, counts in self._counts.items()
            if character not in self._own
            and character.strip()
            and len(character) == 1
            and not (character in walls and fmean(counts) > _SCENERY)
            and (known is None or character in known)
        }
        return sorted(sorted(found, key=lambda character: (found[character], character))[:_MOST_GOALS])

    def toward_something(self, game: Game) -> int:
        """An action that may lead toward a character of the kind that is to be met next."""
        draw, steps = self._rng, self._steps or self.steps()
        self._steps = steps
        if self._before is None or not steps or draw.random() < _ASTRAY:
            return draw.randrange(self._metadata.n_actions)
        (x, y), cells = self._before
        if self._seen_turns % _TURNS_OF_A_WALK == 0 or self._walking_to not in cells.values():
            self._walking_to = draw.choice(sorted(set(cells.values()) - self._own) or [""])
        places = [place for place, character in cells.items() if character == self._walking_to]
        if not places:
            return draw.randrange(self._metadata.n_actions)
        column, row = min(places, key=lambda place: (abs(place[0] - x) + abs(place[1] - y), place))
        good = [action for action, name in steps.items() if _leads(STEPS[name], (column - x, row - y))]
        return draw.choice(good or list(steps))


def _leads(step: Place, way: Place) -> bool:
    return step[0] * way[0] > 0 or step[1] * way[1] > 0
