"""The options of the encoders, apart from them so that nothing heavy is imported to explain them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from retro_gamer_core.options import Option

Frames = Annotated[
    int,
    Option(
        "How many boards the learner sees at once: that of this turn, and of the turns before it. With two or more "
        "it can tell which way something moves, and the network has as many times the inputs.",
        low=1,
        typical="1 to 4",
    ),
]


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
    frames: Frames = 1
