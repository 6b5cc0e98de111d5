"""What may be wrong with any part, in words that name the part."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from retro_gamer_core.checks.finding import Finding, problem, warning
from retro_gamer_core.checks.parts.workbench import Workbench
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.plugins.diagnosis import in_words, last_line_in

#: A part that costs more than so many times what the usual one costs is worth a word. The built-in ones
#: stay far below it, but for the network cnn, whose summary says that it is slow.
SLOWER = 10

_ROUNDS = 7


def part_raises(bench: Workbench, error: BaseException) -> Finding:
    """Using the part ended with an error."""
    part = bench.plugins.find_part(bench.kind, bench.name)
    if isinstance(error, RetroGamerError):
        what, where = error.problem.what, error.problem.where
    else:
        what, where = in_words(error), last_line_in(part.part.factory, error)
    other_game = f"; if it is made for another game, check it on that one: --game (this was {bench.game})"
    return problem(
        "part-raises",
        f"using {part} ended with: {what}{f' ({where})' if where else ''}",
        why="training would end there",
        hint=f"correct that line{other_game if bench.kind == 'encoder' else ''}",
    )


def wrong_shape(what: str, found: Any, wanted: Any) -> Finding:
    return problem(
        "wrong-shape",
        f"{what} has the shape {found}, and should have {wanted}",
        why="whoever takes it next goes by its shape",
        hint="see what retro_gamer_core.contracts says of it",
    )


def wrong_type(what: str, found: Any, wanted: Any) -> Finding:
    return problem(
        "wrong-type",
        f"{what} is of type {found}, and should be {wanted}",
        why="other numbers are rounded, or take several times the room",
        hint=f"convert it, as in array.astype({wanted!r})" if isinstance(wanted, str) else "see the contract",
    )


def out_of_range(what: str, why: str) -> Finding:
    return problem("out-of-range", what, why=why, hint="look for a division by zero, or a number off by one")


def changes_its_input(what: str) -> Finding:
    return problem(
        "changes-its-input",
        f"{what} is another one afterwards",
        why="it is not the part's own: others look at it, too",
        hint="work on a copy: array.copy()",
    )


def not_deterministic(what: str) -> Finding:
    return problem(
        "not-deterministic",
        what,
        why="a run could not be repeated, nor go on exactly where it stopped",
        hint="draw all chance from the generator that you are given, or begin your own at the seed",
    )


def state_lost(what: str) -> Finding:
    return problem(
        "state-lost",
        what,
        why="training that was stopped would not go on where it was",
        hint="put everything that changes into state_dict, and take all of it back in load_state_dict",
    )


def compare_cost(
    bench: Workbench, what: str, own: Callable[[], Any], usual: Callable[[], Any]
) -> list[Finding]:
    """Both in turns, in one run; the ratio of their quickest rounds is kept as a figure."""
    mine, theirs = [], []
    for _ in range(_ROUNDS):
        mine.append(_seconds(own))
        theirs.append(_seconds(usual))
    ratio = min(mine) / max(min(theirs), 1e-9)
    name = bench.usual_choice.name
    bench.figures.append(f"{what} takes {_plainly(min(mine))}, {ratio:.1f} times as long as with {name}")
    if ratio <= SLOWER:
        return []
    return [
        warning(
            "slower-than-usual",
            f"{what} takes {_plainly(min(mine))}, {ratio:.0f} times as long as with {name}",
            why="it is done again and again: a training that takes minutes would take hours",
            hint="work on whole arrays, without loops over cells; make once what stays the same",
            number=round(ratio, 1),
        )
    ]


def same(one: Any, other: Any) -> bool:
    """Whether two arrays, or nests of them, are equal; nan equals nan."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return bool(one == other)


def _seconds(function: Callable[[], Any]) -> float:
    began = perf_counter()
    function()
    return perf_counter() - began


def _plainly(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{1e6 * seconds:.0f} µs"
    return f"{1e3 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
