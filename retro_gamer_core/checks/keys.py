"""What the keys do: nothing, the same, or something that no action is named after.

Moments of games are taken up again from the same point with one key after another. A running game is copied.
Where that cannot be done (an open file in it, say) it is made again from its seed and the keys that were
pressed. Either way chance goes on from where it was, so that what differs is the key's doing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from time import perf_counter
from typing import TYPE_CHECKING, Any

from retro_gamer_core.checks.game_look import GameLook, everything_in
from retro_gamer_core.checks.keys_in_code import keys_handled_by
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.playing.chance import put_state_in_place, state_in_place
from retro_gamer_core.suggestions import nearest

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


class _CopyDiffers(Exception):
    """A game that was taken up again does not go on as the game itself does."""


@dataclass(frozen=True)
class Moments:
    """The outcome of each action in some moments: ``outcomes[moment][action]``. ``why_not``, if there are too few."""

    outcomes: tuple[tuple[Outcome, ...], ...] = ()
    why_not: str = ""

    def has_effect(self, action: int) -> bool:
        """Whether it ever made a difference whether this was pressed or nothing."""
        return any(each[action] != each[-1] for each in self.outcomes)

    def alike(self, one: int, other: int) -> bool:
        """Whether two actions came to the same in every moment."""
        return all(each[one] == each[other] for each in self.outcomes)


def effects_of_keys(look: GameLook) -> Iterator[Finding]:
    """Actions that change nothing, actions that come to the same, and keys without an action."""
    handled = keys_handled_by(look.seen.listeners)
    yield from _without_action(look, handled or set())
    moments = try_every_key(look)
    if moments.why_not:
        look.left_out.append(f"what each key does: {moments.why_not}")
        return
    actions, tried = look.metadata.actions, len(moments.outcomes)
    works = [i for i in range(len(actions)) if moments.has_effect(i)]
    for i, action in enumerate(actions):
        if i not in works:
            yield _without_effect(look, action, tried, handled)
    for one, other in combinations(works, 2):
        if moments.alike(one, other):
            what = f"{actions[one]} and {actions[other]} came to the same in all of {tried} moments"
            yield finding("actions-alike", what, tried)


def _without_effect(look: GameLook, action: str, tried: int, handled: set[str] | None) -> Finding:
    pressed = look.metadata.pressed[look.metadata.actions.index(action)] or ""
    named = action if action.isidentifier() else repr(action)
    if handled is None or pressed in handled:
        return finding(
            "action-without-effect",
            f"in none of {tried} moments did it make a difference whether {named} or nothing was pressed",
            tried,
            hint=f"look into handle_keystroke, or take {action!r} out of actions; if it only helps now and then, "
            "leave it",
        )
    others = handled - set(look.metadata.pressed)
    match = nearest(pressed, others) or (min(others) if len(others) == 1 else "")
    return finding(
        "action-not-handled",
        f"{named} changed nothing in {tried} moments, and no character's code speaks of it",
        tried,
        hint=f"did you mean {match!r}?"
        if match
        else f"take {action!r} out of actions, or handle it in the game",
    )


def _without_action(look: GameLook, handled: set[str]) -> Iterator[Finding]:
    missing = sorted(handled - set(look.metadata.pressed) - set(look.metadata.actions))
    if missing:
        yield finding(
            "key-not-described",
            f"the game's code speaks of {', '.join(map(repr, missing))}, and actions does not",
            len(missing),
            hint=f"actions = {[*look.metadata.actions, *missing]}, unless it is for people only",
        )


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
    except _CopyDiffers:
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
                raise _CopyDiffers
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


def _outcome(look: GameLook, again: Callable[[], Game], chance: dict[str, Any], action: int) -> Outcome:
    game = again()
    put_state_in_place(chance)
    frames = []
    for turn_action in (action, *[look.metadata.n_actions - 1] * _TURNS_AFTERWARDS):
        if game.playing:
            look.play_turn(game, turn_action)
            frames.append(everything_in(game))
    return tuple(frames)
