"""A fork goes its own way: it meets the same chance or another one, and moves nobody else."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.forks import Fork, ForkFailed, begin, fork
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.replay import board_cells

some_keys = st.lists(st.integers(0, 4), max_size=25)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def played(game: Fork, keys: list[int]) -> list[object]:
    """What is shown and said after each turn, until the game is over."""
    seen = []
    for key in keys:
        if not game.playing:
            break
        reward = game.step(key)
        seen.append((reward, board_cells(game.game), dict(game.game.state), game.playing))
    return seen


@few
@given(seed=seeds, before=some_keys, after=some_keys, others=some_keys)
def test_the_same_keys_bring_the_same(any_game, seed, before, after, others):
    original = begin(*any_game, seed)
    played(original, before)
    same, other = original.fork(), original.fork()
    of_fork = same.fork()
    played(other, others)  # which nobody notices
    assert played(same, after) == played(original, after) == played(of_fork, after)


@few
@given(seed=seeds, another=seeds, before=some_keys, after=some_keys)
def test_a_reseeded_fork_is_the_same_up_to_now_and_comes_out_the_same_each_time(
    any_game, seed, another, before, after
):
    original, beside = begin(*any_game, seed), begin(*any_game, seed)
    played(original, before)
    played(beside, before)
    one, two = original.reseeded(another), original.reseeded(another)
    assert board_cells(one.game) == board_cells(original.game)
    assert dict(one.game.state) == dict(original.game.state)
    in_one = played(one, after)
    of_one = one.fork()
    assert in_one == played(two, after)
    assert played(of_one, after) == played(one, after)
    assert played(original, after) == played(beside, after)


def test_a_reseeded_fork_does_not_see_what_will_happen(any_game):
    keys = [0, 1] * 10
    original = next(
        game for seed in range(99) if len(played((game := begin(*any_game, seed)).fork(), keys)) > 9
    )
    ways = [played(original.reseeded(seed), keys * 10) for seed in range(12)]
    what_happens = played(original, keys * 10)
    if any_game[0].__module__ == "retro.examples.snake":  # nothing there is drawn before an apple is eaten
        assert all(way == what_happens for way in ways)
    else:
        assert sum(way == what_happens for way in ways) <= 1
        assert len({str(way) for way in ways}) > 6


def test_nothing_outside_is_moved(any_game):
    random.seed(3)
    np.random.seed(3)
    before = random.getstate(), str(np.random.get_state())
    original = begin(*any_game, 1)
    played(original, [0, 1, 2])
    played(original.fork(), [0, 1, 2])
    played(original.reseeded(9), [0, 1, 2])
    assert (random.getstate(), str(np.random.get_state())) == before


def test_a_game_that_somebody_else_plays_is_copied(any_game):
    create_game, metadata = any_game
    chance = Chance(8)
    environment = GameEnvironment(
        create_game, metadata, None, characters=CharacterCodes(metadata.character_set)
    )
    with chance:
        environment.reset()
        for key in (0, 1, 2, 4):
            environment.play_turn(key)
    keyboard = environment.game.input_source
    if "Shy" in str(environment.game.agents) or "Closed" in str(environment.game.agents):
        with pytest.raises(ForkFailed):
            fork(environment.game, chance, metadata)
        return
    copied = fork(environment.game, chance, metadata)
    assert environment.game.input_source is keyboard
    keys = [1, 1, 0, 4, 3, 2] * 3
    of_copy = played(copied, keys)
    for key, (reward, cells, state, playing) in zip(keys, of_copy, strict=False):
        with chance:
            assert environment.play_turn(key) == reward
        assert (board_cells(environment.game), dict(environment.game.state)) == (cells, state)
        assert environment.playing == playing


def test_a_copy_writes_into_no_log_file(tmp_path, any_game):
    create_game, metadata = any_game
    log = tmp_path / "log.txt"

    def with_a_log():
        game = create_game()
        game.log_file = str(log)
        return game

    original = begin(with_a_log, metadata, 1)
    original.game.log("mine")
    if original.fork().game.log_file is not None:  # played again from its beginning: as in training
        return
    original.fork().game.log("of a fork")
    assert log.read_text(encoding="utf-8") == "0: mine\n"
