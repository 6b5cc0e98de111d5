"""What can be set on a memory: default, range and meaning of each, and the check that uses them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.options import Option

CAPACITY = Option(
    "capacity",
    10_000,
    "int",
    "how many turns are remembered; once full, the oldest make room",
    low=1,
)

ALPHA = Option(
    "alpha",
    0.6,
    "float",
    "how strongly badly guessed turns are preferred: 0 draws all alike, 1 draws a turn guessed twice "
    "as badly twice as often",
    low=0,
    high=1,
    typical="0.2 to 0.7",
)

BETA = Option(
    "beta",
    0.4,
    "float",
    "how fully that preference is evened out again, by letting a turn that is drawn often count for "
    "less each time (its importance weight): 0 not at all, 1 fully",
    low=0,
    high=1,
    typical="0.4 to 1",
)

PRIORITIZED = (
    ALPHA,
    BETA,
    Option(
        "beta_updates",
        0,
        "int",
        "over how many updates beta rises in a straight line to 1; 0 leaves it where it is",
        low=0,
        hint="100000",
        typical="the number of updates in the whole training",
    ),
    Option(
        "priority_floor",
        1e-6,
        "float",
        "added to the size of every error, so that even a turn guessed exactly right can be drawn "
        "again; raise it to draw more evenly",
        above=0,
        typical="0.000001 to 0.01",
    ),
)


def check(options: Iterable[Option], **values: Any) -> None:
    """Refuse values that make no sense, all of them in one ``ConfigurationError`` (a ``ValueError``)."""
    problems = [problem for option in options if (problem := option.problem_with(values[option.name]))]
    if problems:
        raise ConfigurationError("This memory cannot be made.", problems)
