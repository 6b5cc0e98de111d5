"""A recorded game is played again turn for turn, or it is said why not."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retro.game import Game

from retro_gamer_core.evaluation.games import greedy, play_games
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.playing.forks import begin
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.replay import Recorder, Replay, ReplayDiffers, board_cells
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.player import Player

few = settings(max_examples=12, deadline=None)


class Guesses:
    """A learner that values keys by what it sees, and by nothing else."""

    def __init__(self, n_actions: int, seed: int) -> None:
        self.weights = np.random.default_rng(seed).normal(size=(997, n_actions)).astype(np.float32)

    def q_values(self, observations):
        return np.array([self.weights[int(cells.sum()) % 997] for cells in observations.cells])


class PlaysAtRandom(Guesses):
    def play(self, steps, rng):
        return rng.integers(self.weights.shape[1], size=len(steps))


def player_of(metadata: GameMetadata, learner: type[Guesses] = Guesses, seed: int = 0) -> Player:
    plugins = installed_plugins()
    encoder = plugins.build(plugins.find_part("encoder", "egocentric"), metadata=metadata)
    characters = CharacterCodes(metadata.character_set)
    return Player(metadata, encoder, characters, learner(metadata.n_actions, seed))


def recorded(any_game, seed: int, learner: type[Guesses] = Guesses, *, games: int = 3, max_turns: int = 40):
    create_game, metadata = any_game
    player, recorder = player_of(metadata, learner, seed), Recorder()
    played = play_games(
        greedy(player.learner, seed, recorder),
        create_game,
        player,
        games,
        max_turns=max_turns,
        seed=seed,
        score_key=metadata.score,
        at_once=2,
        recorder=recorder,
    )
    return recorder.recording("g", seed, metadata.score, {"total_turns": 3}), played


@few
@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("learner", [Guesses, PlaysAtRandom])
def test_it_comes_out_the_same(any_game, seed, learner):
    recording, played = recorded(any_game, seed, learner)
    without = play_games(
        greedy(player_of(any_game[1], learner, seed).learner, seed),
        any_game[0],
        player_of(any_game[1], learner, seed),
        3,
        max_turns=40,
        seed=seed,
        score_key=any_game[1].score,
        at_once=2,
    )
    assert played == without  # nobody noticed that it was taken down
    assert (recording.turns, recording.ended) == (played[0].turns, played[0].ended)
    assert (recording.score, recording.total_reward) == (played[0].score, played[0].total_reward)
    assert tuple(np.bincount(recording.keys, minlength=any_game[1].n_actions)) == played[0].actions
    player = player_of(any_game[1], learner, seed)
    replay = Replay(recording, *any_game, encoder=player.encoder, characters=player.characters)
    for now in replay:
        if not now.finished:
            assert np.array_equal(player.learner.q_values(now.seen)[0], recording.values[now.turn])
    assert replay.total_reward == recording.total_reward
    assert replay.turn == replay.game.turn_number == recording.turns


def test_a_fork_of_a_replay_goes_on_as_the_replay_does(any_game):
    recording, _ = recorded(any_game, 4)
    replay = Replay(recording, *any_game).to(recording.turns // 2)
    fork = replay.fork()
    for now in replay:
        assert board_cells(fork.game) == board_cells(now.game)
        if not now.finished:
            fork.step(int(recording.keys[now.turn]))


def test_the_board_as_it_is_drawn():
    class Dog:
        character, position, color = "犬", (1, 0), "red_on_black"

    class Wall:
        character, position, size = ["ab", "c"], (2, 1), (2, 2)

    class Hidden:
        character, position, display = "h", (0, 0), False

    game = Game([Dog(), Wall(), Hidden()], {}, board_size=(4, 3), color="white_on_blue")
    assert board_cells(game) == {
        (1, 0): ("犬", "red_on_black"),
        (2, 1): ("a", "white_on_blue"),
        (3, 1): ("b", "white_on_blue"),
        (2, 2): ("c", "white_on_blue"),
    }


@pytest.mark.parametrize(
    "changed",
    [
        lambda recording: {"rewards": recording.rewards + 1},
        lambda recording: {"checksum": recording.checksum ^ 1},
        lambda recording: {"seed": recording.seed + 1},
        lambda recording: {"keys": np.full_like(recording.keys, 9)},
        lambda recording: {"ended": "turn limit" if recording.ended == "game over" else "game over"},
    ],
)
def test_what_differs_is_said(any_game, changed):
    recording, _ = recorded(any_game, 11)
    with pytest.raises(ReplayDiffers) as told:
        list(Replay(replace(recording, **changed(recording)), *any_game))
    assert 0 <= told.value.turn <= recording.turns
    assert told.value.problem.hint


def test_another_version_of_the_game_is_noticed(any_game):
    create_game, metadata = any_game
    recording, _ = recorded(any_game, 11)

    def changed():
        game = create_game()
        game.agents[0].character = "%"
        return game

    def broken():
        raise ValueError("no game today")

    with pytest.raises(ReplayDiffers):
        list(Replay(recording, changed, metadata))
    with pytest.raises(ReplayDiffers, match="no game today"):
        Replay(recording, broken, metadata)


def test_a_game_that_raises_is_not_recorded():
    class Breaks:
        character, position = "b", (0, 0)

        def play_turn(self, game):
            if game.turn_number == 3:
                raise ValueError

    metadata = GameMetadata(actions=["a"], reward="score", character_set=["b"], board_size=(2, 2))
    recording, played = recorded((lambda: Game([Breaks()], {"score": 0}, board_size=(2, 2)), metadata), 1)
    assert recording is None
    assert [game.ended for game in played] == ["error"] * 3


def test_nothing_outside_is_moved(any_game):
    recording, _ = recorded(any_game, 2)
    random.seed(3)
    np.random.seed(3)
    before = random.getstate(), str(np.random.get_state())
    list(Replay(recording, *any_game))
    assert (random.getstate(), str(np.random.get_state())) == before


def test_it_is_game_0_of_its_seed(any_game):
    recording, _ = recorded(any_game, 6)
    assert board_cells(begin(*any_game, 6).game) == board_cells(Replay(recording, *any_game).game)
