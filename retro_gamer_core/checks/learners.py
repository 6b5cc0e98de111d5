"""Checks of a learner, and of a network by way of the learner that uses it.

The core knows no tensors: all of this is seen from where the training loop stands, in numpy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from copy import deepcopy
from math import isfinite
from time import perf_counter

import numpy as np

from retro_gamer_core.checks.workbench import Check, Workbench, compare_cost, must, must_be_array, same
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.contracts import ask
from retro_gamer_core.evaluation.games import GameSettings, greedy, play_at_random, play_games
from retro_gamer_core.evaluation.statistics import summarise
from retro_gamer_core.findings import finding
from retro_gamer_core.observation import TimeSteps
from retro_gamer_core.policies.checkpoints import load_checkpoint_into, read_checkpoint, write_checkpoint
from retro_gamer_core.policies.player import Player
from retro_gamer_core.runs.saved_state import read_state, write_state
from retro_gamer_core.training.assembly import build_loop
from retro_gamer_core.training.run_monitor import RunMonitor
from retro_gamer_core.transitions import Batch

_BATCH = 64
_BATCHES = 6

#: Turns of a short training. With the parts that create chooses, a game then brings ten times as much as with
#: random keys.
TURNS = 6_000

#: A training that has taken so many seconds is ended.
_SECONDS = 60.0

_GAMES = 40
_MAX_TURNS = 300


def answers(bench: Workbench) -> None:
    """What ``q_values`` and ``act`` give."""
    player = bench.player_with(bench.chosen)
    learner, n_actions = player.learner, bench.metadata.n_actions
    seen = bench.transitions(player.encoder, _BATCH).observations
    copy = deepcopy(seen)
    values = learner.q_values(seen)
    must(same(seen, copy), "changes-its-input", "q_values changes the observations that it is given")
    must_be_array(
        f"what q_values gives for {_BATCH} observations", values, (_BATCH, n_actions), "float32", "f"
    )
    must(np.isfinite(values).any(axis=1).all(), "out-of-range", "q_values gives numbers that are none")
    again = learner.q_values(seen)
    _must_be_alike(
        bench, values, again, "asked twice about the same observations, q_values answers differently"
    )
    alone = np.concatenate([learner.q_values(seen[i : i + 1]) for i in range(8)])
    what = "what is made of an observation depends on which others are in the batch"
    with np.errstate(invalid="ignore"):  # two actions may be -inf
        by = round(float(np.nanmax(np.abs(alone - values[:8]))), 4)
    must(np.allclose(alone, values[:8], rtol=1e-3, atol=1e-4), "mixes-observations", what, by)
    actions = np.asarray(learner.act(TimeSteps.of(seen)))
    must_be_array(f"what act gives for {_BATCH} observations", actions, (_BATCH,), "int64", "iu")
    lowest, highest = actions.min(), actions.max()
    what = f"act gives actions from {lowest} to {highest}, and there are 0 to {n_actions - 1}"
    must(0 <= lowest <= highest < n_actions, "out-of-range", what)


def learning(bench: Workbench) -> None:
    """What ``learn`` gives, and whether two that begin alike stay alike."""
    player, twin = (bench.player_with(bench.chosen) for _ in range(2))
    batches = _batches(bench, player)
    copies = deepcopy(batches)
    seen = batches[0].transitions.observations
    for batch, copy in zip(batches, copies, strict=True):
        result = player.learner.learn(batch)
        must(same(batch, copy), "changes-its-input", "learn changes the batch that it is given")
        must_be_array(
            f"td_errors of a batch of {_BATCH}", np.asarray(result.td_errors), (_BATCH,), "float32", "fiub"
        )
        finite = isfinite(result.loss) and np.isfinite(result.td_errors).all()
        must(finite, "out-of-range", "learn gives a loss or td_errors that are no numbers")
        player.learner.act(TimeSteps.of(seen))
    for batch in copies:
        twin.learner.learn(batch)
        twin.learner.act(TimeSteps.of(seen))
    values, of_twin = player.learner.q_values(seen), twin.learner.q_values(seen)
    what = "two that begin with the same seed and learn the same differ afterwards"
    _must_be_alike(bench, values, of_twin, what)


def _must_be_alike(bench: Workbench, one: np.ndarray, other: np.ndarray, what: str) -> None:
    hint = "let its answers follow from what it is given: no dropout while it plays, no chance of its own"
    must(same(one, other), "not-deterministic", what, hint=hint if bench.kind == "network" else "")


def state_returns(bench: Workbench) -> None:
    """What ``state_dict`` holds is enough to go on from, and so is a checkpoint to play."""
    learner, twin, loaded = (bench.player_with(bench.chosen, seed=bench.seed + i).learner for i in range(3))
    *first, last = _batches(bench, bench.player_with(bench.chosen))
    seen = last.transitions.observations
    for batch in first:
        learner.learn(batch)
        learner.act(TimeSteps.of(seen))
    path = bench.directory / "state.npz"
    write_state(path, {"learner": learner.state_dict()})
    twin.load_state_dict(read_state(path)["learner"])
    for each in (learner, twin):
        each.learn(last)
    go_on = [(each.act(TimeSteps.of(seen)), each.q_values(seen)) for each in (learner, twin)]
    must(
        same(*go_on), "state-lost", "after load_state_dict, another one does not go on as the first one does"
    )
    path = bench.directory / "checkpoint.pt"
    part = bench.plugins.find_part("learner", bench.config_with(bench.chosen).learner.name)
    write_checkpoint(path, {"episode": 7, "total_steps": 70}, learner, part)
    load_checkpoint_into(loaded, read_checkpoint(path, bench.plugins), path.name)
    plays_alike = np.allclose(learner.q_values(seen), loaded.q_values(seen), rtol=1e-5, atol=1e-6)
    must(plays_alike, "state-lost", "after load_checkpoint, another one does not play as the first one does")


def learning_cost(bench: Workbench) -> None:
    """One update, beside that of the usual part."""

    def updates(choice: PartChoice) -> Callable[[], object]:
        player = bench.player_with(choice)
        batches = _batches(bench, player)
        for batch in batches:
            player.learner.learn(batch)
        return lambda: [player.learner.learn(batch) for batch in batches]

    turns = _BATCHES * bench.usual.training.train_every
    compare_cost(bench, f"learning from {_BATCHES} batches of {_BATCH}", turns, updates)


def _batches(bench: Workbench, player: Player) -> list[Batch]:
    turns = bench.transitions(player.encoder, _BATCH * _BATCHES)
    parts = [turns[i * _BATCH : (i + 1) * _BATCH] for i in range(_BATCHES)]
    return [Batch(part, np.arange(_BATCH), np.ones(_BATCH, np.float32)) for part in parts]


def no_better_than_random(bench: Workbench) -> None:
    """After a short training with the part, greedy play is not surely better than random keys."""
    began = perf_counter()
    player, config = bench.player_with(bench.chosen), bench.config_with(bench.chosen)
    ask(player.learner, "fit_to_turns", TURNS)
    loop = build_loop(config, player, bench.create_game, bench.plugins, RunMonitor(config), bench.directory)
    for event in loop.play(sys.maxsize):
        if event is None and (loop.turns >= TURNS or perf_counter() > began + _SECONDS):
            break
    how: GameSettings = {"max_turns": _MAX_TURNS, "seed": bench.seed, "score_key": None}
    trained = play_games(greedy(player.learner), bench.create_game, player, _GAMES, **how)
    at_random = play_at_random(bench.create_game, player, _GAMES, **how)
    got, usual = (summarise([game.total_reward for game in games]) for games in (trained, at_random))
    figures = (
        f"after {loop.turns:,} turns of training on {bench.game}, {_GAMES} games bring {got.mean:,.2f} on average, "
        f"and random keys {usual.mean:,.2f}"
    )
    bench.figures.append(f"{figures} ({perf_counter() - began:.0f} s)")
    if got.ci95[0] > usual.ci95[1]:
        return
    if loop.turns < TURNS:
        bench.left_out.append(f"whether it learns: {loop.turns:,} turns took more than {_SECONDS:.0f} s")
    else:
        bench.found.append(finding("no-better-than-random", figures, round(got.mean, 3)))


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (answers, learning, state_returns)
COST: tuple[Check, ...] = (learning_cost, no_better_than_random)
