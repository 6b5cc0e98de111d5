"""What the keys do: nothing, the same, or something that no action is named after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from retro_gamer_core.checks.finding import Finding, note, warning
from retro_gamer_core.checks.games.keys_in_code import keys_handled_by
from retro_gamer_core.checks.games.look import GameLook
from retro_gamer_core.checks.games.moments import Moments, try_every_key
from retro_gamer_core.suggestions import nearest


def effects_of_keys(look: GameLook) -> Iterator[Finding]:
    """Actions that change nothing, and actions that come to the same."""
    moments = try_every_key(look)
    if moments.why_not:
        look.left_out.append(f"what each key does: {moments.why_not}")
        return
    actions = look.metadata.actions
    works = [i for i in range(len(actions)) if moments.share_with_effect(i) > 0]
    for i, action in enumerate(actions):
        if i not in works:
            yield _without_effect(look, action, moments)
    for one, other in combinations(works, 2):
        if moments.alike(one, other):
            yield warning(
                "actions-alike",
                f"{actions[one]} and {actions[other]} came to the same in all of {len(moments.outcomes)} moments",
                why="the learner has one choice more to try out, for nothing",
                hint="take one of them out of actions, or look into handle_keystroke",
                number=len(moments.outcomes),
            )


def _without_effect(look: GameLook, action: str, moments: Moments) -> Finding:
    tried, handled = len(moments.outcomes), keys_handled_by(look.seen.listeners)
    pressed = look.metadata.pressed[look.metadata.actions.index(action)]
    if handled is not None and pressed is not None and pressed not in handled:
        match = nearest(pressed, handled - set(look.metadata.pressed))
        return warning(
            "action-not-handled",
            f"{action} changed nothing in {tried} moments, and no character's code speaks of it",
            why="the learner must find out by itself that it might as well press nothing",
            hint=f"did you mean {match!r}?"
            if match
            else f"take {action!r} out of actions, or handle it in the game",
            number=tried,
        )
    return warning(
        "action-without-effect",
        f"in none of {tried} moments did it make a difference whether {action} or nothing was pressed",
        why="the learner must find out by itself that it might as well press nothing",
        hint=f"look into handle_keystroke, or take {action!r} out of actions; if it only helps now and then, leave it",
        number=tried,
    )


def key_not_described(look: GameLook) -> Iterator[Finding]:
    """Keys that the game's code speaks of, and no action."""
    handled = keys_handled_by(look.seen.listeners) or set()
    missing = sorted(handled - set(look.metadata.pressed) - set(look.metadata.actions))
    if missing:
        yield note(
            "key-not-described",
            f"the game's code speaks of {' '.join(missing)}, and actions does not",
            why="the learner can never press it",
            hint=f"actions = {[*look.metadata.actions, *missing]}, unless it is for people only",
            number=len(missing),
        )
