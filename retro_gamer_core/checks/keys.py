"""What the keys do: nothing, the same, or something that no action is named after.

Moments of games are taken up again from the same point with one key after another. A running game is copied.
Where that cannot be done (an open file in it, say) it is made again from its seed and the keys that were
pressed. Either way chance goes on from where it was, so that what differs is the key's doing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
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
Outcome = list[Any]


class _CopyDiffers(Exception):
    """A game that was taken up again does not go on as the game itself does."""


def effects_of_keys(look: GameLook) -> Iterator[Finding]:
    """Actions that change nothing, actions that come to the same, and keys without an action."""
    handled = keys_handled_by(look.seen.listeners)
    actions, pressed = look.metadata.actions, look.metadata.pressed
    if missing := sorted((handled or set()) - set(pressed) - set(actions)):
        what = f"the game's code speaks of {', '.join(map(repr, missing))}, and actions does not"
        hint = f"actions = {[*actions, *missing]}, unless it is for people only"
        yield finding("key-not-described", what, len(missing), hint=hint)
    moments = _try_every_key(look)
    if not moments:
        return
    works = [i for i in range(len(actions)) if any(outcomes[i] != outcomes[-1] for outcomes in moments)]
    for i, action in enumerate(actions):
        if i not in works:
            yield _without_effect(look, action, pressed[i] or "", len(moments), handled)
    for one, other in combinations(works, 2):
        if all(outcomes[one] == outcomes[other] for outcomes in moments):
            what = f"{actions[one]} and {actions[other]} came to the same in all of {len(moments)} moments"
            yield finding("actions-alike", what, len(moments))


def _without_effect(
    look: GameLook, action: str, pressed: str, tried: int, handled: set[str] | None
) -> Finding:
    named = action if action.isidentifier() else repr(action)
    if handled is None or pressed in handled:
        what = f"in none of {tried} moments did it make a difference whether {named} or nothing was pressed"
        return finding("action-without-effect", what, tried)
    what = f"{named} changed nothing in {tried} moments, and no character's code speaks of it"
    others = handled - set(look.metadata.pressed)
    match = nearest(pressed, others) or (min(others) if len(others) == 1 else "")
    return finding("action-not-handled", what, tried, hint=f"did you mean {match!r}?" if match else "")


def _try_every_key(look: GameLook) -> list[list[Outcome]]:
    """The outcome of each action in as many moments as ``look.effort`` says; none where too few can be tried.

    Raises:
        GameFailed: the game's code raised on the way.
    """
    began, budget = perf_counter(), look.effort.moment_seconds
    moments: list[list[Outcome]] = []
    why_not = look.why_slow
    try:
        for outcomes in () if why_not else _outcomes(look):
            moments.append(outcomes)
            spent = perf_counter() - began
            hopeless = spent / len(moments) * FEWEST > 2 * budget
            enough = spent > budget and len(moments) >= FEWEST
            if len(moments) == look.effort.moments or enough or hopeless:
                break
    except _CopyDiffers:
        why_not = "a copy of a running game goes another way than the game itself"
    if len(moments) < FEWEST:
        why_not = why_not or f"only {len(moments)} moments could be tried"
    if why_not:
        look.left_out.append(f"what each key does: {why_not}")
    return [] if why_not else moments


def _outcomes(look: GameLook) -> Iterator[list[Outcome]]:
    """What comes of each action, in one moment after the other."""
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
            outcomes = [_outcome(look, again, chance, action) for action in range(n_actions)]
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
    turns = tuple(actions)

    def play_again() -> Game:
        again = look.begin(seed)
        for action in turns:
            look.play_turn(again, action)
        return again

    try:
        deepcopy(game)
    except Exception:
        return play_again
    return partial(deepcopy, game)


def _outcome(look: GameLook, again: Callable[[], Game], chance: dict[str, Any], action: int) -> Outcome:
    game, frames = again(), []
    put_state_in_place(chance)
    for turn_action in (action, *[look.metadata.n_actions - 1] * _TURNS_AFTERWARDS):
        if game.playing:
            look.play_turn(game, turn_action)
            frames.append(everything_in(game))
    return frames
