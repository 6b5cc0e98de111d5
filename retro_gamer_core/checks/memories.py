"""Checks of a memory: it gives back what it was given, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np

from retro_gamer_core.checks.learners import no_better_than_random
from retro_gamer_core.checks.workbench import (
    Check,
    Workbench,
    changes_its_input,
    compare_cost,
    same,
    wrong_shape,
    wrong_type,
)
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.contracts import Memory
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.transitions import Batch, Transitions

_CAPACITY = 200
_TURNS = 500
_BATCH = 64

#: What a batch is made of, and the type of each array.
_TYPES = {
    "cells": "uint8",
    "features": "float32",
    "actions": "int64",
    "rewards": "float32",
    "discounts": "float32",
    "next cells": "uint8",
    "next features": "float32",
    "keys": "int64",
    "weights": "float32",
}


def memory_keeps_contract(bench: Workbench) -> Iterator[Finding]:
    """The first thing wrong with what is drawn."""
    encoder = bench.encoder(bench.usual.encoder)
    turns = bench.transitions(encoder, _TURNS)
    # Each turn is told by its reward, which is its number.
    turns.rewards = np.arange(_TURNS, dtype=np.float32)
    memory, twin = (bench.memory_with(bench.chosen, _CAPACITY, encoder.spec) for _ in range(2))
    lent, kept = deepcopy(turns), deepcopy(turns)
    _fill(memory, lent)
    if not same(lent, turns):
        yield changes_its_input("what is given to add")
        return
    _fill(twin, kept)
    for array in _arrays(lent):
        array[...] = 0  # the loop writes its next turns there
    if len(memory) > _CAPACITY:
        yield _wrong_content(f"it holds {len(memory)} turns, and its capacity is {_CAPACITY}", len(memory))
        return
    batch = memory.sample(_BATCH, np.random.default_rng(bench.seed))
    same_batch = twin.sample(_BATCH, np.random.default_rng(bench.seed))
    found = _in_form(batch, turns) or _content(batch, turns, same_batch)
    if found is not None:
        yield found
        return
    if not same(batch, same_batch):
        what = "two memories with the same turns and the same generator draw different ones"
        yield finding("not-deterministic", what)
        return
    yield from _goes_on(bench, memory, encoder.spec, batch)


def memory_cost(bench: Workbench) -> Iterator[Finding]:
    """Some batches drawn, learned from and added to, beside the usual memory."""
    encoder = bench.encoder(bench.usual.encoder)
    turns = bench.transitions(encoder, _TURNS)

    def use(choice: PartChoice) -> Callable[[], None]:
        memory, rng = bench.memory_with(choice, 10_000, encoder.spec), np.random.default_rng(0)
        for _ in range(20):
            memory.add(turns)

        def once() -> None:
            for i in range(20):
                memory.add(turns[i : i + 8])
                batch = memory.sample(_BATCH, rng)
                memory.update_priorities(batch.keys, np.ones(_BATCH, np.float32))

        return once

    what = f"remembering 8 turns and drawing {_BATCH}, 20 times,"
    yield from compare_cost(bench, what, 20 * 8, use(bench.chosen), use(bench.usual_choice))


def _in_form(batch: Batch, turns: Transitions) -> Finding | None:
    wanted = {name: array.shape[1:] for name, array in zip(_TYPES, _arrays(turns), strict=False)}
    arrays = [*_arrays(batch.transitions), batch.keys, batch.weights]
    for (name, type_), array in zip(_TYPES.items(), arrays, strict=True):
        shape = (_BATCH, *wanted.get(name, ()))
        if np.shape(array) != shape:
            return wrong_shape(f"{name} of a batch of {_BATCH}", array, shape)
        if str(array.dtype) != type_:
            return wrong_type(f"{name} of a batch", array, type_)
    return None


def _content(batch: Batch, turns: Transitions, from_twin: Batch) -> Finding | None:
    """The turns drawn are among the last that were added, and just as they were then."""
    numbers = batch.transitions.rewards.astype(int)
    known = _is_drawn_from(batch, turns)
    if known and numbers.min() >= _TURNS - _CAPACITY:
        return None
    if not known and _is_drawn_from(from_twin, turns):
        what = "what was remembered changed when the arrays given to add were written to again"
        return finding("input-not-copied", what)
    if not known:
        return _wrong_content("it draws turns that were never added, or are not as they were", 0)
    oldest = int(numbers.min())
    return _wrong_content(f"it draws turn {oldest}, after which {_TURNS - oldest} more were added", oldest)


def _is_drawn_from(batch: Batch, turns: Transitions) -> bool:
    numbers = batch.transitions.rewards.astype(int)
    if numbers.min() < 0 or numbers.max() >= len(turns):
        return False
    return same(batch.transitions, turns[numbers])


def _goes_on(bench: Workbench, memory: Memory, spec: Any, batch: Batch) -> Iterator[Finding]:
    memory.update_priorities(batch.keys, np.linspace(0, 3, _BATCH, dtype=np.float32))
    other = bench.memory_with(bench.chosen, _CAPACITY, spec)
    other.load_state_dict(memory.state_dict())
    if len(other) != len(memory):
        what = f"after load_state_dict, another memory holds {len(other)} turns in place of {len(memory)}"
        yield finding("state-lost", what)
        return
    drawn = [each.sample(_BATCH, np.random.default_rng(1)) for each in (memory, other)]
    if not same(*drawn):
        yield finding(
            "state-lost", "after load_state_dict, another memory does not draw as the first one does"
        )
        return
    codes = np.arange(256, dtype=np.uint8)
    codes[1], codes[2] = 2, 1
    memory.recode(codes)
    recoded = memory.sample(_BATCH, np.random.default_rng(2)).transitions.observations.cells
    plain = other.sample(_BATCH, np.random.default_rng(2)).transitions.observations.cells
    if not same(recoded, codes[plain]):
        yield _wrong_content("after recode, the cells it draws do not have their new codes", 0)


def _wrong_content(what: str, number: int) -> Finding:
    return finding("memory-draws-wrong", what, number)


def _fill(memory: Memory, turns: Transitions) -> None:
    for start in range(0, len(turns), 50):
        memory.add(turns[start : start + 50])


def _arrays(turns: Transitions) -> list[np.ndarray]:
    seen, then = turns.observations, turns.next_observations
    return [
        seen.cells, seen.features, turns.actions, turns.rewards, turns.discounts, then.cells, then.features
    ]  # fmt: skip


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (memory_keeps_contract,)
COST: tuple[Check, ...] = (memory_cost, no_better_than_random)
