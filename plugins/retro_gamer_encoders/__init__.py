"""The built-in ways of seeing: the whole board, the board around the player, or state values alone."""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_encoders() -> Iterable[Part]:
    yield Part(
        "one_hot",
        "Sees the whole board as it is drawn.",
        "retro_gamer_encoders.whole_board:WholeBoard",
    )
    yield Part(
        "egocentric",
        "Sees the board from the player's own place, which is always in the middle.",
        "retro_gamer_encoders.egocentric:build",
        options="retro_gamer_encoders.settings:EgocentricSettings",
    )
    yield Part(
        "state_only",
        "Sees no board, only the state values named in observe_state.",
        "retro_gamer_encoders.state_only:StateOnly",
    )
