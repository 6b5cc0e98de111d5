"""Checks of an encoder, frame by frame, in games with random keys."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from retro_gamer_core.checks.game_look import everything_in
from retro_gamer_core.checks.learners import no_better_than_random
from retro_gamer_core.checks.workbench import Check, Workbench, changes_its_input, compare_cost, same
from retro_gamer_core.contracts import Encoder
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.chance import state_in_place
from retro_gamer_core.playing.environment import GameEnvironment

_TURNS = 100

#: Encodings in one round of measuring.
_ENCODINGS = 200


def encoder_keeps_contract(bench: Workbench) -> Iterator[Finding]:
    """The first thing wrong with what is written in some games."""
    encoder, other = bench.encoder(bench.chosen), bench.encoder(bench.chosen)
    if encoder.spec != other.spec:
        yield finding("not-deterministic", "two encoders that were built alike have a different spec")
        return
    environment = bench.environment(encoder)
    rng = random.Random(bench.seed)
    for turn in range(_TURNS):
        if turn == 0 or not environment.playing:
            environment.begin_episode()
        else:
            environment.play_turn(rng.randrange(bench.metadata.n_actions))
        found = _look(bench, encoder, environment)
        if found is not None:
            yield found
            return
    bench.figures.append(f"{_TURNS} frames of {bench.game}, each seen by a fresh one, too")


def _look(bench: Workbench, encoder: Encoder, environment: GameEnvironment) -> Finding | None:
    spec = encoder.spec
    game: Any = environment.game
    before, chance = everything_in(game), state_in_place()
    seen = _written(encoder, environment)
    again = _written(encoder, environment)
    over_old = _written(encoder, environment, over=255)
    fresh = bench.encoder(bench.chosen)
    environment.change_encoder(fresh, bench.characters)
    by_fresh = _written(fresh, environment)
    environment.change_encoder(encoder, bench.characters)
    if everything_in(game) != before:
        return changes_its_input("the game that it looks at")
    if not same(state_in_place(), chance):
        return changes_its_input("the chance of the game that it looks at (Python's random or numpy.random)")
    if not same(seen, again):
        return _depends_on_more("the same frame looks different the second time")
    if not same(seen, by_fresh):
        return _depends_on_more(
            "a frame looks different to an encoder that has not seen the frames before it"
        )
    if not same(seen, over_old):
        what = f"in turn {game.turn_number}, some cells or features were left as they were"
        return finding("not-all-written", what, game.turn_number)
    cells, features = seen.cells, seen.features
    if cells.size and cells.max() >= spec.n_codes:
        return finding(
            "out-of-range",
            f"a cell was written with the code {cells.max()}, and the spec has codes 0 to {spec.n_codes - 1}",
            why="a network has no place for a code beyond its spec",
        )
    if not np.isfinite(features).all():
        name = spec.features[int(np.argmin(np.isfinite(features[0])))]
        what = f"the feature {name!r} was no ordinary number"
        return finding("out-of-range", what, why="one such number spoils every weight")
    return None


def _depends_on_more(what: str) -> Finding:
    return finding(
        "not-deterministic",
        what,
        why="one encoder sees several games in turns, and after a stop it has not seen what went before",
        hint="let what is seen follow from the frame alone, without chance and without anything kept from earlier "
        "frames; what a player must remember belongs into the state of the game, named in observe_state",
    )


def _written(encoder: Encoder, environment: GameEnvironment, over: int = 0) -> Observations:
    """What is seen now, written over arrays full of that number."""
    one = Observations.empty(1, encoder.spec)
    one.cells[:], one.features[:] = over, over
    environment.write_observation(one.cells[0], one.features[0])
    return one


def encoder_cost(bench: Workbench) -> Iterator[Finding]:
    """One encoding, beside the usual encoder."""

    def encodings(encoder: Encoder) -> Callable[[], None]:
        environment = bench.environment(encoder)
        environment.begin_episode()
        one = Observations.empty(1, encoder.spec)

        def encode() -> None:
            for _ in range(_ENCODINGS):
                environment.write_observation(one.cells[0], one.features[0])

        return encode

    own, usual = (encodings(bench.encoder(choice)) for choice in (bench.chosen, bench.usual_choice))
    yield from compare_cost(bench, f"seeing {_ENCODINGS} frames", _ENCODINGS, own, usual)


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (encoder_keeps_contract,)
COST: tuple[Check, ...] = (encoder_cost, no_better_than_random)
