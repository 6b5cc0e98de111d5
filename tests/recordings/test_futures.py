"""What if another key had been pressed? Beside a plain model that plays one copy after the other."""

from __future__ import annotations

from statistics import mean, median

import numpy as np
import pytest
from retro.game import Game

from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.observation import TimeSteps
from retro_gamer_core.playing.forks import begin
from retro_gamer_core.playing.replay import board_cells
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_seeing.futures import Future, _seed, futures


class Guesses:
    def __init__(self, n_actions: int) -> None:
        self.weights = np.random.default_rng(5).normal(size=(997, n_actions))
        self.asked = 0

    def __call__(self, steps: TimeSteps) -> np.ndarray:
        self.asked += 1
        return np.array([self.weights[int(cells.sum()) % 997].argmax() for cells in steps.observations.cells])


def begun(any_game, seed: int = 3):
    create_game, metadata = any_game
    plugins = installed_plugins()
    encoder = plugins.build(plugins.find_part("encoder", "egocentric"), metadata=metadata)
    return begin(create_game, metadata, seed, encoder=encoder)


def test_they_are_what_a_plain_model_says(any_game):
    game, keys = begun(any_game), any_game[1].keys
    choose = Guesses(len(keys))
    before = board_cells(game.game), dict(game.game.state)
    came = futures(game, choose, keys, repeats=4, horizon=12, seed=7)
    assert choose.asked <= 11  # once a turn for all copies together
    assert (board_cells(game.game), dict(game.game.state)) == before and game.turns == 0
    assert [future.key for future in came] == list(keys)
    for future in came:
        lengths, totals, all_rewards = [], [], []
        for repeat in range(4):
            copy, rewards, action = game.reseeded(_seed(7, repeat)), [], future.action
            while copy.playing and len(rewards) < 12:
                rewards.append(copy.step(action))
                action = int(choose(TimeSteps.of(copy.seen))[0])
            lengths += [len(rewards)] * (not copy.playing)
            totals.append(sum(rewards))
            all_rewards.append(rewards)
        assert (future.of, future.deaths, future.errors) == (4, len(lengths), 0)
        assert future.median_turns == (median(lengths) if lengths else None)
        assert future.mean_reward == pytest.approx(mean(totals))
        gains = [max(each) for each in all_rewards if max(each) > median(map(abs, each))]
        assert future.gains == max(map(gains.count, gains), default=0)


class Cliff:
    """One step to the left is the end, three to the right lies an apple."""

    name, character, position = "you", "@", (1, 0)

    def handle_keystroke(self, key, game):
        x = self.position[0] + (1 if key.name == "KEY_RIGHT" else -1)
        self.position = (max(0, min(x, 4)), 0)

    def play_turn(self, game):
        if self.position == (0, 0):
            game.end()
        if self.position == (4, 0) and not game.state["score"]:
            game.state["score"] += 5


class Breaks(Cliff):
    def play_turn(self, game):
        if self.position == (0, 0):
            raise ValueError
        super().play_turn(game)


def on_a_cliff(character: type):
    metadata = GameMetadata(
        actions=["KEY_LEFT", "KEY_RIGHT"], reward="score", character_set=["@"], board_size=(5, 1)
    )
    return lambda: Game([character()], {"score": 0}, board_size=(5, 1)), metadata


def always_right(steps: TimeSteps) -> np.ndarray:
    return np.ones(len(steps), np.int64)


def test_in_words():
    game = on_a_cliff(Cliff)
    left, right, nothing = futures(begun(game), always_right, game[1].keys)
    assert left.text == "dead in 1 turn (20 of 20)"
    assert right.text == "+5 in 3 turns (20 of 20)"
    assert nothing.text == "+5 in 4 turns (20 of 20)"
    assert (right.deaths, right.median_turns, right.mean_reward) == (0, None, 5)
    assert futures(begun(game), always_right, game[1].keys, horizon=2)[1].text == "goes on, +0 on average"


def test_a_copy_that_raises_an_error_counts_nowhere():
    game = on_a_cliff(Breaks)
    left, right, _ = futures(begun(game), always_right, game[1].keys, repeats=3)
    assert (left.of, left.errors, left.deaths) == (0, 3, 0) and left.text == "the game raised an error"
    assert (right.of, right.errors) == (3, 0)


def test_copies_in_which_the_game_raised_are_told_and_prove_no_danger():
    one_of_twenty = Future(0, "KEY_UP", 1, 1, 9.0, 0.0, None, None, 0, errors=19)
    assert not one_of_twenty.doomed and "19" in one_of_twenty.text
    assert Future(0, "KEY_UP", 16, 16, 1.0, 0.0, None, None, 0, errors=4).doomed
