"""Checks of an encoder, frame by frame, in games with random keys."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from retro_gamer_core.checks.game_look import everything_in
from retro_gamer_core.checks.learners import no_better_than_random
from retro_gamer_core.checks.workbench import Check, Workbench, compare_cost, must, same
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.contracts import Encoder
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.chance import state_in_place
from retro_gamer_core.playing.environment import GameEnvironment

_TURNS = 100

#: Encodings in one round of measuring.
_ENCODINGS = 200


def encoder_keeps_contract(bench: Workbench) -> None:
    """What is written in some games."""
    encoder, other = bench.encoder(bench.chosen), bench.encoder(bench.chosen)
    what = "two encoders that were built alike have a different spec"
    must(encoder.spec == other.spec, "not-deterministic", what)
    environment = bench.environment(encoder)
    rng = random.Random(bench.seed)
    for turn in range(_TURNS):
        if turn == 0 or not environment.playing:
            environment.begin_episode()
        else:
            environment.play_turn(rng.randrange(bench.metadata.n_actions))
        _look(bench, encoder, environment)
    bench.figures.append(f"{_TURNS} frames of {bench.game}, each seen by a fresh one, too")


def _look(bench: Workbench, encoder: Encoder, environment: GameEnvironment) -> None:
    spec = encoder.spec
    game: Any = environment.game
    before, chance = everything_in(game), state_in_place()
    seen = _written(encoder, environment)
    again = _written(encoder, environment)
    over_old = _written(encoder, environment, over=255)
    fresh, memory = bench.encoder(bench.chosen), environment.memory
    environment.change_encoder(fresh, bench.characters, deepcopy(memory))
    by_fresh = _written(fresh, environment)
    environment.change_encoder(encoder, bench.characters, memory)
    must(everything_in(game) == before, "changes-its-input", "it changes the game that it looks at")
    what = "it moves the chance of the game that it looks at (Python's random or numpy.random)"
    must(same(state_in_place(), chance), "changes-its-input", what)
    for other, what in (
        (again, "the same frame looks different the second time"),
        (by_fresh, "a frame looks different to an encoder that has not seen the frames before it"),
    ):
        must(
            same(seen, other),
            "not-deterministic",
            what,
            why="one encoder sees several games in turns, and after a stop it has not seen what went before",
            hint="let what is seen follow from the frame alone, without chance; what is to be remembered of earlier "
            "frames belongs into frame.memory",
        )
    what = f"in turn {game.turn_number}, some cells or features were left as they were"
    must(same(seen, over_old), "not-all-written", what, game.turn_number)
    highest = max(seen.cells.ravel(), default=0)
    what = f"a cell was written with the code {highest}, and the spec has codes 0 to {spec.n_codes - 1}"
    must(highest < spec.n_codes, "out-of-range", what)
    for name, number in zip(spec.features, seen.features[0], strict=True):
        must(np.isfinite(number), "out-of-range", f"the feature {name!r} was no ordinary number")


def _written(encoder: Encoder, environment: GameEnvironment, over: int = 0) -> Observations:
    """What is seen now, written over arrays full of that number."""
    one = Observations.empty(1, encoder.spec)
    one.cells[:], one.features[:] = over, over
    environment.write_observation(one.cells[0], one.features[0])
    return one


def encoder_cost(bench: Workbench) -> None:
    """One encoding, beside the usual encoder."""

    def encodings(choice: PartChoice) -> Callable[[], None]:
        encoder = bench.encoder(choice)
        environment = bench.environment(encoder)
        environment.begin_episode()
        one = Observations.empty(1, encoder.spec)

        def encode() -> None:
            for _ in range(_ENCODINGS):
                environment.write_observation(one.cells[0], one.features[0])

        return encode

    compare_cost(bench, f"seeing {_ENCODINGS} frames", _ENCODINGS, encodings)


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (encoder_keeps_contract,)
COST: tuple[Check, ...] = (encoder_cost, no_better_than_random)
