"""The built-in ways of seeing: the whole board, the board around the player, or state values alone."""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core import Option, Part, hookimpl

_EGOCENTRIC_OPTIONS = (
    Option(
        "radius",
        None,
        "int",
        "How many cells the learner sees in each direction from the player. A small window is learned "
        "fast but hides what is far away. Left out, the whole board is seen, moved so that the player is "
        "always in the middle.",
        low=1,
        hint="4",
        typical="3 to 8",
    ),
    Option(
        "player",
        None,
        "str",
        "The name of the character in the middle. Left out, it is the one that listens to the keyboard.",
        hint='"Snake head"',
    ),
)


@hookimpl
def retro_gamer_encoders() -> Iterable[Part]:
    yield Part(
        "one_hot",
        "Sees the whole board as it is drawn.",
        "retro_gamer_encoders.whole_board:WholeBoard",
        options=(),
    )
    yield Part(
        "egocentric",
        "Sees the board from the player's own place, which is always in the middle.",
        "retro_gamer_encoders.egocentric:build",
        options=_EGOCENTRIC_OPTIONS,
    )
    yield Part(
        "state_only",
        "Sees no board, only the state values named in observe_state.",
        "retro_gamer_encoders.state_only:StateOnly",
        options=(),
    )
