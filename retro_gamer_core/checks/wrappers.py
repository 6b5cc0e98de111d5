"""Checks of a wrapper: games with it go on after a stop as if there had been none, and it leaves them alone."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import numpy as np

from retro_gamer_core.checks.game_look import everything_in
from retro_gamer_core.checks.workbench import Check, Workbench, compare_cost, must, same
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.playing.vector import SyncVectorEnv
from retro_gamer_core.runs.saved_state import refuse_unsaveable
from retro_gamer_core.training.assembly import build_games

#: Turns of all games, two thirds of them before the stop.
_TURNS = 400


def wrapper_goes_on(bench: Workbench) -> None:
    """Games in one go, and the same games stopped on the way; both must bring the same."""
    games, others = (_games(bench, bench.chosen) for _ in range(2))
    rng = np.random.default_rng(bench.seed)
    actions = rng.integers(bench.metadata.n_actions, size=(_TURNS // games.num_envs, games.num_envs))
    first, before, after = np.array_split(actions, 3)
    games.reset()
    rewards = _play(games, first)
    games.reset()  # when games are played again, that begins here
    rewards += _play(games, before)
    state = deepcopy(games.state_dict())
    refuse_unsaveable(state["wrappers"], f"the state of the wrapper {bench.name}")
    in_one_go = _play(games, after)
    what = "the same keys in a game with it give another game the second time"
    must(others.load_state_dict(state), "not-deterministic", what)
    what = "after load_state_dict, another one gives other rewards"
    must(same(_play(others, after), in_one_go), "state-lost", what)
    learned = float(np.sum(rewards + in_one_go))
    bench.figures.append(f"{_TURNS} turns of {bench.game}, whose rewards add up to {learned:g} with it")


def wrapper_looks_only(bench: Workbench) -> None:
    """What it looks at in ``reward`` is the game that is being played."""
    encoder = bench.encoder(bench.usual.encoder)
    environment = bench.environment(encoder, {bench.name: bench.build(bench.chosen)})
    environment.begin_episode()
    for action in range(bench.metadata.n_actions):
        reward = environment.play_turn(action)
        before = everything_in(environment.game)
        environment.wrapped(reward, action)
        what = "it changes the game that it looks at"
        must(everything_in(environment.game) == before, "changes-its-input", what)


def wrapper_cost(bench: Workbench) -> None:
    """Some turns, beside as many without it."""

    def turns(choice: PartChoice) -> Callable[[], object]:
        games = _games(bench, choice)
        actions = np.zeros((_TURNS // games.num_envs, games.num_envs), np.int64)
        games.reset()
        return lambda: _play(games, actions)

    compare_cost(bench, f"playing {_TURNS} turns", _TURNS, turns)


def _games(bench: Workbench, choice: PartChoice) -> SyncVectorEnv:
    """Games with the wrapper, or with none for the usual choice."""
    config = bench.config_with(choice) if choice == bench.chosen else bench.usual
    encoder = bench.encoder(config.encoder)
    return build_games(config, encoder, bench.characters, bench.create_game, bench.plugins)


def _play(games: SyncVectorEnv, actions: np.ndarray) -> list[np.ndarray]:
    rewards = []
    for of_one_turn in actions:
        turn = games.step(of_one_turn)
        for game in turn.finished:
            if game.error is not None:
                raise game.error
        rewards.append(turn.rewards)
    return rewards


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (wrapper_goes_on, wrapper_looks_only)
COST: tuple[Check, ...] = (wrapper_cost,)
