"""Running games cannot be saved to a file, but they can be played again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from retro.game import Game

from retro_gamer_core import GameMetadata
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.environment import GameEnvironment, complete_metadata
from retro_gamer_core.playing.vector import SyncVectorEnv
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.saved_state import read_state, write_state

BuildGames = Callable[[], SyncVectorEnv]


def games_of(
    create_game: Callable[[], Game], metadata: GameMetadata, k: int, encoder: str = "one_hot"
) -> BuildGames:
    complete_metadata(metadata, create_game)
    plugins = installed_plugins()
    built = plugins.build(plugins.find_part("encoder", encoder), metadata=metadata)
    return lambda: SyncVectorEnv(
        [GameEnvironment(create_game, metadata, built) for _ in range(k)], max_turns=25, seed=11
    )


def play(games: SyncVectorEnv, turns: int) -> list[Any]:
    rng = np.random.default_rng(turns)
    rows = []
    for _ in range(turns):
        turn = games.step(rng.integers(0, 3, games.num_envs))
        rows.append(
            (turn.rewards, turn.terminated, turn.truncated, turn.lost, turn.next_observations.cells.copy())
        )
        rows.append((games.observations.cells.copy(), games.observations.features.copy()))
        rows.append([(f.index, f.total_reward, f.turns, f.ended, f.seed) for f in turn.finished])
    return rows


@pytest.fixture(params=[1, 4])
def k(request) -> int:
    return request.param


@pytest.mark.parametrize("turns", [0, 1, 7, 60])
@pytest.mark.parametrize("name", ["snake", "nav", "dice"])
def test_games_go_on_exactly_where_they_were(name, turns, k, dice, tmp_path):
    if name == "dice":
        create_game = dice(end_at=0.1, raise_at=0.05)
        metadata = GameMetadata(["p", "x"], "score", ["a", "b"], observe_state=["luck"])
    else:
        found = find_game(name)
        create_game, metadata = found.factory, found.metadata
    build = games_of(create_game, metadata, k)
    first = build()
    first.reset()
    play(first, turns)
    write_state(tmp_path / "games.npz", first.state_dict())
    expected = play(first, 40)

    random.seed()
    second = build()
    assert second.load_state_dict(read_state(tmp_path / "games.npz"))
    np.testing.assert_equal(play(second, 40), expected)


def test_runs_from_before_streams_had_names_keep_the_seeds_of_their_games(k, dice):
    build = games_of(dice(end_at=0.3), GameMetadata(["p", "x"], "score", ["a"], observe_state=["luck"]), k)
    games = build()
    games.reset()
    state = games.state_dict()
    del state["named_streams"]  # as they saved it
    games.load_state_dict(state)
    began = games.state_dict()["beginnings"]
    seed = next(f.seed for _ in range(100) for f in games.step(np.zeros(k, np.int64)).finished)
    assert seed == np.random.SeedSequence([11, began]).generate_state(1)[0]
    state = games.state_dict()
    again = build()
    assert again.load_state_dict(state), "and when they are stopped once more"
    assert again.state_dict().keys() == state.keys()


def test_a_state_is_not_changed_by_playing_on(k, dice):
    build = games_of(dice(), GameMetadata(["p", "x"], "score", ["a"], observe_state=["luck"]), k)
    games = build()
    games.reset()
    play(games, 5)
    state = games.state_dict()
    play(games, 5)
    assert build().load_state_dict(state)


@pytest.mark.parametrize(
    "draw",
    [lambda: time.perf_counter_ns() % 1000 / 1000, random.Random().random],
    ids=["time", "own numbers"],
)
def test_a_game_that_depends_on_more_than_the_seed_is_noticed_and_fresh_games_begin(draw, k, dice):
    metadata = GameMetadata(["p", "x"], "score", ["a"], observe_state=["luck"])
    build = games_of(dice(end_at=0.05, draw=draw), metadata, k)
    games = build()
    games.reset()
    while games.turns_since_reset < 20:  # a single game begins anew by itself now and then
        play(games, 1)
    state = games.state_dict()
    assert not build().load_state_dict(state)
    assert not games.load_state_dict(state)
    assert games.turns_since_reset == 0
    assert games.state_dict()["beginnings"] > state["beginnings"], "not the same games once more"
    play(games, 5)


def test_that_is_noticed_even_where_the_learner_sees_nothing_of_it(k):
    """Its own random numbers decide how the score grows, and the learner sees something else."""

    class Gambler:
        character = "a"
        position = (0, 0)
        numbers = random.Random()

        def play_turn(self, game):
            game.state["score"] += self.numbers.random()

    def create_game() -> Game:
        return Game([Gambler()], {"score": 0.0, "lives": 3}, board_size=(2, 1))

    metadata = GameMetadata(["p", "x"], "score", ["a"], observe_state=["lives"])
    build = games_of(create_game, metadata, k, encoder="state_only")
    games = build()
    games.reset()
    play(games, 5)
    assert not build().load_state_dict(games.state_dict())
