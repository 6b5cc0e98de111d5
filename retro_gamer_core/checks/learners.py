"""Checks of a learner, and of a network by way of the learner that uses it.

The core knows no tensors: all of this is seen from where the training loop stands, in numpy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

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
from retro_gamer_core.contracts import ask
from retro_gamer_core.evaluation.games import GameSettings, greedy, play_at_random, play_games
from retro_gamer_core.evaluation.statistics import summarise
from retro_gamer_core.findings import Finding, finding
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


def answers(bench: Workbench) -> Iterator[Finding]:
    """What ``q_values`` and ``act`` give."""
    player = bench.player_with(bench.chosen)
    learner, n_actions = player.learner, bench.metadata.n_actions
    seen = bench.transitions(player.encoder, _BATCH).observations
    copy = deepcopy(seen)
    values = learner.q_values(seen)
    if not same(seen, copy):
        yield changes_its_input("the observation given to q_values")
        return
    if np.shape(values) != (_BATCH, n_actions):
        yield wrong_shape(f"what q_values gives for {_BATCH} observations", values, (_BATCH, n_actions))
        return
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        yield wrong_type("what q_values gives", values, "float32")
        return
    if not np.isfinite(values).any(axis=1).all():
        what = "q_values gives numbers that are none"
        yield finding("out-of-range", what, why="no action can be chosen by them")
        return
    if not same(values, learner.q_values(seen)):
        yield _not_alike(bench, "asked twice about the same observations, q_values gives different answers")
        return
    alone = np.concatenate([learner.q_values(seen[i : i + 1]) for i in range(8)])
    if not np.allclose(alone, values[:8], rtol=1e-3, atol=1e-4):
        what = "what is made of an observation depends on which others are in the batch"
        yield finding("mixes-observations", what, round(float(np.abs(alone - values[:8]).max()), 4))
        return
    actions = np.asarray(learner.act(TimeSteps.of(seen)))
    if actions.shape != (_BATCH,):
        yield wrong_shape(f"what act gives for {_BATCH} observations", actions, (_BATCH,))
    elif actions.dtype.kind not in "iu":
        yield wrong_type("what act gives", actions, "int64")
    elif actions.min() < 0 or actions.max() >= n_actions:
        what = (
            f"act gives actions from {actions.min()} to {actions.max()}, and there are 0 to {n_actions - 1}"
        )
        yield finding("out-of-range", what, why="there is no key for such an action")


def learning(bench: Workbench) -> Iterator[Finding]:
    """What ``learn`` gives, and whether two that begin alike stay alike."""
    player, twin = (bench.player_with(bench.chosen) for _ in range(2))
    batches = _batches(bench, player)
    copies = deepcopy(batches)
    seen = batches[0].transitions.observations
    for batch, copy in zip(batches, copies, strict=True):
        result = player.learner.learn(batch)
        if not same(batch, copy):
            yield changes_its_input("the batch given to learn")
            return
        if np.shape(result.td_errors) != (_BATCH,):
            yield wrong_shape(f"td_errors of a batch of {_BATCH}", result.td_errors, (_BATCH,))
            return
        if not isfinite(result.loss) or not np.isfinite(result.td_errors).all():
            what = "learn gives a loss or td_errors that are no numbers"
            yield finding("out-of-range", what, why="training stops there")
            return
        player.learner.act(TimeSteps.of(seen))
    for batch in copies:
        twin.learner.learn(batch)
        twin.learner.act(TimeSteps.of(seen))
    if not same(player.learner.q_values(seen), twin.learner.q_values(seen)):
        yield _not_alike(bench, "two that begin with the same seed and learn the same differ afterwards")


def _not_alike(bench: Workbench, what: str) -> Finding:
    of_network = (
        "let its answers follow from what it is given: no dropout while it plays, no chance of its own"
    )
    return finding("not-deterministic", what, hint=of_network if bench.kind == "network" else "")


def state_returns(bench: Workbench) -> Iterator[Finding]:
    """What ``state_dict`` holds is enough to go on from, and so is a checkpoint to play."""
    player = bench.player_with(bench.chosen)
    twin = bench.player_with(bench.chosen, seed=bench.seed + 1)
    *first, last = _batches(bench, player)
    seen = last.transitions.observations
    for batch in first:
        player.learner.learn(batch)
        player.learner.act(TimeSteps.of(seen))
    with TemporaryDirectory() as directory:
        path = Path(directory) / "state.npz"
        write_state(path, {"learner": player.learner.state_dict()})
        twin.learner.load_state_dict(read_state(path)["learner"])
    for each in (player.learner, twin.learner):
        each.learn(last)
    go_on = [(each.act(TimeSteps.of(seen)), each.q_values(seen)) for each in (player.learner, twin.learner)]
    if not same(*go_on):
        yield finding("state-lost", "after load_state_dict, another one does not go on as the first one does")
        return
    with TemporaryDirectory() as directory:
        path = Path(directory) / "checkpoint.pt"
        part = bench.plugins.find_part("learner", bench.config_with(bench.chosen).learner.name)
        write_checkpoint(path, {"episode": 7, "total_steps": 70}, player.learner, part)
        loaded = bench.player_with(bench.chosen, seed=bench.seed + 2).learner
        load_checkpoint_into(loaded, read_checkpoint(path, bench.plugins), path.name)
        one, other = (each.q_values(seen) for each in (player.learner, loaded))
        if not np.allclose(one, other, rtol=1e-5, atol=1e-6):
            yield finding(
                "state-lost", "after load_checkpoint, another one does not play as the first one does"
            )


def learning_cost(bench: Workbench) -> Iterator[Finding]:
    """One update, beside that of the usual part."""

    def updates(choice: PartChoice) -> Callable[[], object]:
        player = bench.player_with(choice)
        batches = _batches(bench, player)
        for batch in batches:
            player.learner.learn(batch)
        return lambda: [player.learner.learn(batch) for batch in batches]

    what, turns = f"learning from {_BATCHES} batches of {_BATCH}", _BATCHES * bench.usual.training.train_every
    yield from compare_cost(bench, what, turns, updates(bench.chosen), updates(bench.usual_choice))


def _batches(bench: Workbench, player: Player) -> list[Batch]:
    turns = bench.transitions(player.encoder, _BATCH * _BATCHES)
    parts = [turns[i * _BATCH : (i + 1) * _BATCH] for i in range(_BATCHES)]
    return [Batch(part, np.arange(_BATCH), np.ones(_BATCH, np.float32)) for part in parts]


def no_better_than_random(bench: Workbench) -> Iterator[Finding]:
    """After a short training with the part, greedy play is not surely better than random keys."""
    began = perf_counter()
    turns, trained, at_random = short_training(bench, bench.chosen)
    got, usual = summarise(trained), summarise(at_random)
    figures = (
        f"after {turns:,} turns of training on {bench.game}, {_GAMES} games bring {got.mean:,.2f} on average, and "
        f"random keys {usual.mean:,.2f}"
    )
    bench.figures.append(f"{figures} ({perf_counter() - began:.0f} s)")
    if got.ci95[0] > usual.ci95[1]:
        return
    if turns < TURNS:
        bench.left_out.append(f"whether it learns: {turns:,} turns took more than {_SECONDS:.0f} s")
        return
    yield finding("no-better-than-random", figures, round(got.mean, 3))


def short_training(bench: Workbench, choice: PartChoice) -> tuple[int, list[float], list[float]]:
    """Turns trained; the total rewards of games played greedily after that, and of as many with random keys."""
    player, config = bench.player_with(choice), bench.config_with(choice)
    ask(player.learner, "fit_to_turns", TURNS)
    loop = build_loop(config, player, bench.create_game, bench.plugins, RunMonitor(config), bench.directory)
    until = perf_counter() + _SECONDS
    for event in loop.play(sys.maxsize):
        if event is None and (loop.turns >= TURNS or perf_counter() > until):
            break
    how: GameSettings = {"max_turns": _MAX_TURNS, "seed": bench.seed, "score_key": None}
    trained = play_games(greedy(player.learner), bench.create_game, player, _GAMES, **how)
    at_random = play_at_random(bench.create_game, player, _GAMES, **how)
    return loop.turns, [game.total_reward for game in trained], [game.total_reward for game in at_random]


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (answers, learning, state_returns)
COST: tuple[Check, ...] = (learning_cost, no_better_than_random)
