"""Checks of an encoder, frame by frame, in games with random keys."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from retro_gamer_core.checks.finding import Finding, problem
from retro_gamer_core.checks.games.seen import everything_in
from retro_gamer_core.checks.parts.trouble import (
    changes_its_input,
    compare_cost,
    not_deterministic,
    out_of_range,
    same,
)
from retro_gamer_core.checks.parts.workbench import Workbench
from retro_gamer_core.contracts import Encoder
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.chance import state_in_place

_TURNS = 100

#: Encodings in one round of measuring.
_ENCODINGS = 200


def encoder_keeps_contract(bench: Workbench) -> Iterator[Finding]:
    """The first thing wrong with what is written in some games."""
    encoder, other = bench.encoder(bench.chosen), bench.encoder(bench.chosen)
    if encoder.spec != other.spec:
        yield not_deterministic("two encoders that were built alike have a different spec")
        return
    environment = bench.environment(encoder)
    rng = random.Random(bench.seed)
    for turn in range(_TURNS):
        if turn == 0 or not environment.playing:
            environment.begin_episode()
        else:
            environment.play_turn(rng.randrange(bench.metadata.n_actions))
        finding = _look(bench, encoder, environment)
        if finding is not None:
            yield finding
            return
    bench.figures.append(f"{_TURNS} frames of {bench.game}, each seen by a fresh one, too")


def _look(bench: Workbench, encoder: Encoder, environment: Any) -> Finding | None:
    spec, game = encoder.spec, environment.game
    before, chance = everything_in(game), state_in_place()
    seen = _written(encoder, environment, 0)
    again = _written(encoder, environment, 0)
    over_old = _written(encoder, environment, 255)
    fresh = bench.encoder(bench.chosen)
    environment.change_encoder(fresh, bench.characters)
    by_fresh = _written(fresh, environment, 0)
    environment.change_encoder(encoder, bench.characters)
    if everything_in(game) != before:
        return changes_its_input("the game that it looks at")
    if not same(state_in_place(), chance):
        return changes_its_input("the chance of the game that it looks at (Python's random or numpy.random)")
    if not same(seen, again):
        return not_deterministic("the same frame looks different the second time")
    if not same(seen, by_fresh):
        return not_deterministic(
            "a frame looks different to an encoder that has not seen the frames before it"
        )
    if not same(seen, over_old):
        return problem(
            "not-all-written",
            f"in turn {game.turn_number}, some cells or features were left as they were",
            why="the arrays hold an older observation, so something long gone is seen",
            hint="write every cell and every feature in each call: cells[:] = … and features[:] = …",
            number=game.turn_number,
        )
    cells, features = seen
    if cells.size and cells.max() >= spec.n_codes:
        what = (
            f"a cell was written with the code {cells.max()}, and the spec has codes 0 to {spec.n_codes - 1}"
        )
        return out_of_range(what, "a network has no place for a code beyond its spec")
    if not np.isfinite(features).all():
        name = spec.features[int(np.argmin(np.isfinite(features)))]
        return out_of_range(
            f"the feature {name!r} was no ordinary number", "one such number spoils every weight"
        )
    return None


def _written(encoder: Encoder, environment: Any, old: int) -> tuple[np.ndarray, np.ndarray]:
    one = Observations.empty(1, encoder.spec)
    one.cells[:], one.features[:] = old, old
    environment.write_observation(one.cells[0], one.features[0])
    return one.cells[0], one.features[0]


def encoder_cost(bench: Workbench) -> Iterator[Finding]:
    """One encoding, beside the usual encoder."""

    def encodings(encoder: Encoder) -> Any:
        environment = bench.environment(encoder)
        environment.begin_episode()
        one = Observations.empty(1, encoder.spec)

        def encode() -> None:
            for _ in range(_ENCODINGS):
                environment.write_observation(one.cells[0], one.features[0])

        return encode

    own, usual = (encodings(bench.encoder(choice)) for choice in (bench.chosen, bench.usual_choice))
    yield from compare_cost(bench, f"seeing {_ENCODINGS} frames", own, usual)
