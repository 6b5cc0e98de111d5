"""Checks of a memory: it gives back what it was given, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import numpy as np

from retro_gamer_core.checks.learners import no_better_than_random
from retro_gamer_core.checks.workbench import Check, Workbench, compare_cost, must, must_be_array, same
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.contracts import Memory
from retro_gamer_core.transitions import Batch, Transitions

_CAPACITY = 200
_TURNS = 500
_BATCH = 64


def memory_keeps_contract(bench: Workbench) -> None:
    """What is drawn is what was added, in the right form, and a state holds all of it."""
    encoder = bench.encoder(bench.usual.encoder)
    turns = bench.transitions(encoder, _TURNS)
    # Each turn is told by its reward, which is its number.
    turns.rewards = np.arange(_TURNS, dtype=np.float32)
    memory, twin, other = (bench.build(bench.chosen, capacity=_CAPACITY, spec=encoder.spec) for _ in range(3))
    lent, kept = deepcopy(turns), deepcopy(turns)
    _fill(memory, lent)
    must(same(lent, turns), "changes-its-input", "add changes the turns that it is given")
    _fill(twin, kept)
    for array in _arrays(lent).values():
        array[...] = 0  # the loop writes its next turns there
    held = len(memory)
    what = f"it holds {held} turns, and its capacity is {_CAPACITY}"
    must(held <= _CAPACITY, "memory-draws-wrong", what, held)
    batch, of_twin = (each.sample(_BATCH, np.random.default_rng(bench.seed)) for each in (memory, twin))
    _in_form(batch, turns)
    _as_added(batch, turns, of_twin)
    what = "two memories with the same turns and the same generator draw different ones"
    must(same(batch, of_twin), "not-deterministic", what)
    _goes_on(memory, other, batch)


def memory_cost(bench: Workbench) -> None:
    """Some batches drawn, learned from and added to, beside the usual memory."""
    encoder = bench.encoder(bench.usual.encoder)
    turns = bench.transitions(encoder, _TURNS)

    def use(choice: PartChoice) -> Callable[[], None]:
        memory, rng = bench.build(choice, capacity=10_000, spec=encoder.spec), np.random.default_rng(0)
        for _ in range(20):
            memory.add(turns)

        def once() -> None:
            for i in range(20):
                memory.add(turns[i : i + 8])
                batch = memory.sample(_BATCH, rng)
                memory.update_priorities(batch.keys, np.ones(_BATCH, np.float32))

        return once

    compare_cost(bench, f"remembering 8 turns and drawing {_BATCH}, 20 times,", 20 * 8, use)


def _in_form(batch: Batch, turns: Transitions) -> None:
    """Each array of a batch has the type of those that were added, and as many rows as were asked for."""
    added, drawn = _arrays(turns), _arrays(batch.transitions)
    for name, array in added.items():
        shape = (_BATCH, *array.shape[1:])
        must_be_array(f"{name} of a batch of {_BATCH}", drawn[name], shape, str(array.dtype))
    must_be_array(f"keys of a batch of {_BATCH}", batch.keys, (_BATCH,), "int64")
    must_be_array(f"weights of a batch of {_BATCH}", batch.weights, (_BATCH,), "float32")


def _as_added(batch: Batch, turns: Transitions, of_twin: Batch) -> None:
    """The turns drawn are among the last that were added, and just as they were then."""
    known = _is_drawn_from(batch, turns)
    what = "what was remembered changed when the arrays given to add were written to again"
    must(known or not _is_drawn_from(of_twin, turns), "input-not-copied", what)
    must(known, "memory-draws-wrong", "it draws turns that were never added, or are not as they were", 0)
    oldest = int(batch.transitions.rewards.min())
    what = f"it draws turn {oldest}, after which {_TURNS - oldest} more were added"
    must(oldest >= _TURNS - _CAPACITY, "memory-draws-wrong", what, oldest)


def _is_drawn_from(batch: Batch, turns: Transitions) -> bool:
    numbers = batch.transitions.rewards.astype(int)
    within = all(0 <= number < len(turns) for number in numbers)
    return within and same(batch.transitions, turns[numbers])


def _goes_on(memory: Memory, other: Memory, batch: Batch) -> None:
    memory.update_priorities(batch.keys, np.linspace(0, 3, _BATCH, dtype=np.float32))
    other.load_state_dict(memory.state_dict())
    what = f"after load_state_dict, another memory holds {len(other)} turns in place of {len(memory)}"
    must(len(other) == len(memory), "state-lost", what)
    drawn = [each.sample(_BATCH, np.random.default_rng(1)) for each in (memory, other)]
    must(
        same(*drawn),
        "state-lost",
        "after load_state_dict, another memory does not draw as the first one does",
    )
    codes = np.arange(256, dtype=np.uint8)
    codes[1], codes[2] = 2, 1
    memory.recode(codes)
    recoded, plain = (
        each.sample(_BATCH, np.random.default_rng(2)).transitions.observations.cells
        for each in (memory, other)
    )
    what = "after recode, the cells it draws do not have their new codes"
    must(same(recoded, codes[plain]), "memory-draws-wrong", what, 0)


def _fill(memory: Memory, turns: Transitions) -> None:
    for start in range(0, len(turns), 50):
        memory.add(turns[start : start + 50])


def _arrays(turns: Transitions) -> dict[str, np.ndarray]:
    seen, then = turns.observations, turns.next_observations
    parts = {name: getattr(turns, name) for name in ("actions", "rewards", "discounts")}
    before = {"cells": seen.cells, "features": seen.features}
    return {**before, **parts, "next cells": then.cells, "next features": then.features}


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (memory_keeps_contract,)
COST: tuple[Check, ...] = (memory_cost, no_better_than_random)
