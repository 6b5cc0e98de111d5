"""Checks of a learner, and of a network by way of the learner that uses it.

The core knows no tensors: all of this is seen from where the training loop stands, in numpy.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from retro_gamer_core.checks.finding import Finding, problem
from retro_gamer_core.checks.parts.trouble import (
    changes_its_input,
    compare_cost,
    not_deterministic,
    out_of_range,
    same,
    state_lost,
    wrong_shape,
    wrong_type,
)
from retro_gamer_core.checks.parts.workbench import Workbench
from retro_gamer_core.contracts import Learner
from retro_gamer_core.observation import Observations
from retro_gamer_core.transitions import Batch, Transitions

_BATCH = 64
_BATCHES = 6


def answers(bench: Workbench) -> Iterator[Finding]:
    """What ``q_values`` and ``act`` give."""
    player = bench.player_with(bench.chosen)
    learner, n_actions = player.learner, bench.metadata.n_actions
    seen = bench.transitions(player.encoder, _BATCH).observations
    copy = _copied(seen)
    values = learner.q_values(seen)
    if not same(_arrays(seen), _arrays(copy)):
        yield changes_its_input("the observation given to q_values")
        return
    if np.shape(values) != (_BATCH, n_actions):
        yield wrong_shape(
            f"what q_values gives for {_BATCH} observations", np.shape(values), (_BATCH, n_actions)
        )
        return
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        yield wrong_type("what q_values gives", getattr(values, "dtype", type(values).__name__), "float32")
        return
    if not np.isfinite(values).any(axis=1).all():
        yield out_of_range("q_values gives numbers that are none", "no action can be chosen by them")
        return
    if not same(values, learner.q_values(seen)):
        yield not_deterministic("asked twice about the same observations, q_values gives different answers")
        return
    alone = np.concatenate([learner.q_values(seen[i : i + 1]) for i in range(8)])
    if not np.allclose(alone, values[:8], rtol=1e-3, atol=1e-4):
        yield problem(
            "mixes-observations",
            "what is made of an observation depends on which others are in the batch",
            why="in play there is one at a time, and it would be judged differently there",
            hint="normalise each observation by itself (LayerNorm, not BatchNorm)",
            number=round(float(np.abs(alone - values[:8]).max()), 4),
        )
        return
    actions = np.asarray(learner.act(seen))
    if actions.shape != (_BATCH,):
        yield wrong_shape(f"what act gives for {_BATCH} observations", actions.shape, (_BATCH,))
    elif actions.dtype.kind not in "iu":
        yield wrong_type("what act gives", actions.dtype, "int64")
    elif actions.min() < 0 or actions.max() >= n_actions:
        what = (
            f"act gives actions from {actions.min()} to {actions.max()}, and there are 0 to {n_actions - 1}"
        )
        yield out_of_range(what, "there is no key for such an action")


def learning(bench: Workbench) -> Iterator[Finding]:
    """What ``learn`` gives, and whether two that begin alike stay alike."""
    player, twin = (bench.player_with(bench.chosen) for _ in range(2))
    batches, copies = _batches(bench, player), _batches(bench, player)
    seen = batches[0].transitions.observations
    for batch, copy in zip(batches, copies, strict=True):
        result = player.learner.learn(batch)
        if not same(_of_batch(batch), _of_batch(copy)):
            yield changes_its_input("the batch given to learn")
            return
        if np.shape(result.td_errors) != (_BATCH,):
            yield wrong_shape(f"td_errors of a batch of {_BATCH}", np.shape(result.td_errors), (_BATCH,))
            return
        if not isfinite(result.loss) or not np.isfinite(result.td_errors).all():
            yield out_of_range("learn gives a loss or td_errors that are no numbers", "training stops there")
            return
        player.learner.act(seen)
    for batch in copies:
        twin.learner.learn(batch)
        twin.learner.act(seen)
    if not same(player.learner.q_values(seen), twin.learner.q_values(seen)):
        yield not_deterministic("two that begin with the same seed and learn the same differ afterwards")


def state_returns(bench: Workbench) -> Iterator[Finding]:
    """What ``state_dict`` holds is enough to go on from, and so is a checkpoint to play."""
    player = bench.player_with(bench.chosen)
    other = bench.player_with(bench.chosen, seed=bench.seed + 1)
    *first, last = _batches(bench, player)
    seen = last.transitions.observations
    for batch in first:
        player.learner.learn(batch)
        player.learner.act(seen)
    other.learner.load_state_dict(player.learner.state_dict())
    for each in (player.learner, other.learner):
        each.learn(last)
    go_on = [(each.act(seen), each.q_values(seen)) for each in (player.learner, other.learner)]
    if not same(*go_on):
        yield state_lost("after load_state_dict, another one does not go on as the first one does")
        return
    with TemporaryDirectory() as directory:
        path = Path(directory) / "checkpoint.pt"
        progress = {"episode": 7, "total_steps": 70, "config_snapshot": {"config_version": 1}}
        player.learner.save_checkpoint(path, progress)
        loaded = bench.player_with(bench.chosen, seed=bench.seed + 2).learner
        held = type(player.learner).read_checkpoint(path)
        loaded.load_checkpoint(path)
        if held.get("episode") != 7 or not _alike(player.learner, loaded, seen):
            yield state_lost("after load_checkpoint, another one does not play as the first one does")


def learning_cost(bench: Workbench) -> Iterator[Finding]:
    """One update, beside that of the usual part."""

    def updates(choice: Any) -> Any:
        player = bench.player_with(choice)
        batches = _batches(bench, player)
        for batch in batches:
            player.learner.learn(batch)
        return lambda: [player.learner.learn(batch) for batch in batches]

    what = f"learning from {_BATCHES} batches of {_BATCH}"
    yield from compare_cost(bench, what, updates(bench.chosen), updates(bench.usual_choice))


def _batches(bench: Workbench, player: Any) -> list[Batch]:
    turns = bench.transitions(player.encoder, _BATCH * _BATCHES)
    parts = [turns[i * _BATCH : (i + 1) * _BATCH] for i in range(_BATCHES)]
    return [Batch(part, np.arange(_BATCH), np.ones(_BATCH, np.float32)) for part in parts]


def _alike(one: Learner, other: Learner, seen: Observations) -> bool:
    return np.allclose(one.q_values(seen), other.q_values(seen), rtol=1e-5, atol=1e-6)


def _copied(seen: Observations) -> Observations:
    return Observations(seen.cells.copy(), seen.features.copy())


def _arrays(seen: Observations) -> list[np.ndarray]:
    return [seen.cells, seen.features]


def _of_batch(batch: Batch) -> list[np.ndarray]:
    turns: Transitions = batch.transitions
    return [
        *_arrays(turns.observations),
        turns.actions,
        turns.rewards,
        turns.discounts,
        *_arrays(turns.next_observations),
        batch.keys,
        batch.weights,
    ]
