"""How keys are named, and which key an action presses where environment variables rename keys.

The retro arcade tells a game its keys in variables such as ``RETRO_KEY_P1_UP``, and the game asks for
``os.environ.get("RETRO_KEY_P1_UP", "KEY_UP")``. Whoever plays in place of a person must press the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from retro_gamer_core.errors import Problem, ProblemsFound
from retro_gamer_core.suggestions import nearest

_COMMON_KEYS = (
    *("UP", "DOWN", "LEFT", "RIGHT", "ENTER", "ESCAPE", "TAB", "BACKSPACE", "DELETE", "INSERT"),
    *("HOME", "END", "PGUP", "PGDOWN", *(f"F{number}" for number in range(1, 13))),
)


def is_key(name: str) -> bool:
    """Whether it can be pressed: one character, blanks included, or a name such as ``"KEY_UP"``."""
    return len(name) == 1 or re.fullmatch("KEY_[A-Z0-9_]+", name) is not None


def likely_key(name: str) -> str:
    """A hint for what is no key."""
    bare = re.sub("^key[_ -]?", "", name.strip(), flags=re.IGNORECASE)
    if re.fullmatch("space([_ -]?bar)?", bare, flags=re.IGNORECASE):
        return 'the space bar is " "'
    match = nearest(bare, _COMMON_KEYS)
    return (
        f'did you mean "KEY_{match}"?' if match else 'write a character, such as "w", or a name like "KEY_UP"'
    )


def keys_pressed_now(actions: Sequence[str], variables: Mapping[str, str]) -> tuple[str, ...]:
    """The key of each action: what its environment variable says, else the action's own name.

    Args:
        variables: the environment variable of an action, where it has one.

    Raises:
        ProblemsFound: naming every variable that holds no key.
    """
    keys = tuple(os.environ.get(variables.get(action, ""), action) for action in actions)
    problems = [
        Problem(
            f"{variables[action]} is {key!r}, which is not the name of a key",
            where="the environment of this program",
            why=f"the game and the learner both read there which key {action!r} is",
            hint=likely_key(key) if key.strip() else f"take {variables[action]} out of the environment",
            code="variable-holds-no-key",
        )
        for action, key in zip(actions, keys, strict=True)
        if action in variables and not is_key(key)
    ]
    if problems:
        raise ProblemsFound("Keys are renamed to what cannot be pressed:", problems)
    return keys
