"""What would each key do now? Moments of games, taken up again from the same point with one key after another.

A running game is copied. Where that cannot be done (an open file in it, say) it is made again from its
seed and the keys that were pressed. Either way chance goes on from where it was, so that what differs is
the key's doing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from retro_gamer_core.checks.games.look import GameLook
from retro_gamer_core.checks.games.seen import everything_in
from retro_gamer_core.playing.chance import put_state_in_place, state_in_place

if TYPE_CHECKING:
    from retro.game import Game

#: A key may only change a direction, which shows when the next step is taken.
_TURNS_AFTERWARDS = 3

#: Turns between two moments, at most.
_BETWEEN = 8

#: Moments in one game, at most. The later one is, the longer it takes to play a game up to it again.
_IN_ONE_GAME = 12

#: Fewer than these say little: a key may be good for something that comes seldom.
FEWEST = 20

#: What came of a key: all that could be seen in that turn and a few after it.
Outcome = tuple[Any, ...]


class Untrue(Exception):
    """A game that was taken up again does not go on as the game itself does."""


@dataclass(frozen=True)
class Moments:
    """The outcome of each action in some moments: ``outcomes[moment][action]``. ``why_not``, if there are too few."""

    outcomes: tuple[tuple[Outcome, ...], ...] = ()
    why_not: str = ""

    def share_with_effect(self, action: int) -> float:
        """In how many of the moments it made a difference whether this was pressed or nothing."""
        return sum(each[action] != each[-1] for each in self.outcomes) / len(self.outcomes)

    def alike(self, one: int, other: int) -> bool:
        """Whether two actions came to the same in every moment."""
        return all(each[one] == each[other] for each in self.outcomes)


def try_every_key(look: GameLook) -> Moments:
    """Try every action in as many moments as ``look.effort`` says.

    Raises:
        GameFailed: the game's code raised on the way.
    """
    if look.why_slow:
        return Moments(why_not=look.why_slow)
    began = perf_counter()
    budget = look.effort.moment_seconds
    outcomes: list[tuple[Outcome, ...]] = []
    try:
        for outcome in _outcomes(look):
            outcomes.append(outcome)
            spent = perf_counter() - began
            hopeless = spent / len(outcomes) * FEWEST > 2 * budget
            enough = spent > budget and len(outcomes) >= FEWEST
            if len(outcomes) == look.effort.moments or enough or hopeless:
                break
    except Untrue:
        return Moments(why_not="a copy of a running game goes another way than the game itself")
    if len(outcomes) < FEWEST:
        return Moments(why_not=f"only {len(outcomes)} moments could be tried")
    return Moments(tuple(outcomes))


def _outcomes(look: GameLook) -> Iterator[tuple[Outcome, ...]]:
    rng = random.Random(look.seed)
    n_actions = look.metadata.n_actions
    for number in range(look.effort.moments):
        seed, actions = look.seed + number, []
        game = look.begin(seed)
        for _ in range(_IN_ONE_GAME):
            for _ in range(rng.randint(1, _BETWEEN)):
                if game.playing:
                    actions.append(rng.randrange(n_actions))
                    look.play_turn(game, actions[-1])
            if not game.playing:
                break
            chance = state_in_place()
            again = _ways_back(look, game, seed, actions)
            outcomes = tuple(_outcome(look, again, chance, action) for action in range(n_actions))
            put_state_in_place(chance)
            actions.append(rng.randrange(n_actions))
            look.play_turn(game, actions[-1])
            if everything_in(game) != outcomes[actions[-1]][0]:
                raise Untrue
            yield outcomes
            if not game.playing:
                break


def _ways_back(look: GameLook, game: Game, seed: int, actions: list[int]) -> Callable[[], Game]:
    """What gives the game as it is now, again and again: a copy, or the same turns once more."""
    game.input_source = None  # it is ours
    try:
        deepcopy(game)
    except Exception:
        return partial(_played_again, look, seed, tuple(actions))
    return partial(deepcopy, game)


def _played_again(look: GameLook, seed: int, actions: tuple[int, ...]) -> Game:
    game = look.begin(seed)
    for action in actions:
        look.play_turn(game, action)
    return game


def _outcome(look: GameLook, again: Callable[[], Game], chance: Any, action: int) -> Outcome:
    game = again()
    put_state_in_place(chance)
    frames = []
    for turn_action in (action, *[look.metadata.n_actions - 1] * _TURNS_AFTERWARDS):
        if game.playing:
            look.play_turn(game, turn_action)
            frames.append(everything_in(game))
    return tuple(frames)
