"""The options of the encoder ``egocentric``, apart from it so that nothing heavy is imported to explain them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from retro_gamer_core.options import Option


@dataclass(frozen=True, kw_only=True)
class EgocentricSettings:
    """What is seen around whom."""

    radius: Annotated[
        int | None,
        Option(
            "How many cells the learner sees in each direction from the player. A small window is learned "
            "fast but hides what is far away. Left out, the whole board is seen, moved so that the player is "
            "always in the middle.",
            low=1,
            hint="4",
            typical="3 to 8",
        ),
    ] = None
    player: Annotated[
        str | None,
        Option(
            "The name of the character in the middle. Left out, it is the one that listens to the keyboard.",
            hint='"Snake head"',
        ),
    ] = None
