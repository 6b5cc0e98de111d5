"""What can be set on a memory, apart from it so that nothing heavy is imported to explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from retro_gamer_core.options import Option, check_settings


@dataclass(frozen=True)
class Capacity:
    """How much is remembered.

    Raises:
        ConfigurationError: it makes no sense.
    """

    capacity: Annotated[
        int, Option("How many turns are remembered; once full, the oldest make room.", low=1, hint="10000")
    ]

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True)
class NothingToSet:
    """Where every turn is drawn alike."""


@dataclass(frozen=True, kw_only=True)
class Prioritization:
    """How strongly some turns are preferred.

    Raises:
        ConfigurationError: a value makes no sense; with all that make none.
    """

    alpha: Annotated[
        float,
        Option(
            "How strongly badly guessed turns are preferred: 0 draws all alike, 1 draws a turn guessed twice "
            "as badly twice as often.",
            low=0,
            high=1,
            typical="0.2 to 0.7",
        ),
    ] = 0.6
    beta: Annotated[
        float,
        Option(
            "How fully that preference is evened out again, by letting a turn that is drawn often count for "
            "less each time (its importance weight): 0 not at all, 1 fully.",
            low=0,
            high=1,
            typical="0.4 to 1",
        ),
    ] = 0.4
    beta_updates: Annotated[
        int,
        Option(
            "Over how many updates beta rises in a straight line to 1; 0 leaves it where it is.",
            low=0,
            hint="100000",
            typical="the number of updates in the whole training",
        ),
    ] = 0
    priority_floor: Annotated[
        float,
        Option(
            "Added to the size of every error, so that even a turn guessed exactly right can be drawn "
            "again; raise it to draw more evenly.",
            above=0,
            typical="0.000001 to 0.01",
        ),
    ] = 1e-6

    def __post_init__(self) -> None:
        check_settings(self)
