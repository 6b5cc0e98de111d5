"""The options of the encoders, apart from them so that nothing heavy is imported to explain them."""

from __future__ import annotations

from collections.abc import Sequence
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


Changes = Annotated[
    int,
    Option(
        "For how many turns it is seen what left a cell and what came to it. It shows which way things move, and how "
        "long ago each moved last, which no single board does. 0: not at all.",
        low=0,
        hint="6",
        typical="0 to 8",
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
    changes: Changes = 0
    goals: Annotated[
        Sequence[str],
        Option(
            "Characters to which the learner is told the way: how near the nearest one is, and which of the four steps "
            "lead nearer. Without any, it has to find out by itself.",
            hint='["@"]',
        ),
    ] = ()
    walls: Annotated[
        Sequence[str],
        Option("Characters that these ways go round, as nobody can or should step on them.", hint='["#"]'),
    ] = ()
