"""Stepping a game by hand, as the documentation shows it."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from retro.agent import ArrowKeyAgent
from retro.game import Game
from retro.views import HeadlessView

from retro_gamer import GameEnvironment, GameMetadata
from retro_gamer_core.errors import GameError, MetadataError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.environment import complete_metadata

KEYS = ["KEY_LEFT", "KEY_RIGHT"]


class Coin:
    """Worth 5, then 3, then 1 to whoever stands on it; the third time it breaks."""

    name = "coin"
    character = "$"
    position = (3, 0)
    display = True

    def play_turn(self, game):
        if game.agents[0].position == self.position:
            game.state["score"] += 5 - 2 * game.state["found"]
            game.state["found"] += 1
            self.position = (3 - self.position[0], 0)
            if game.state["found"] == 3:
                self.character = "%"
                game.end()


@pytest.fixture
def create_game(walker) -> Callable[[], Game]:
    return lambda: Game([walker((2, 0)), Coin()], {"score": 10, "found": 0}, board_size=(4, 1))


@pytest.fixture
def environment(create_game) -> GameEnvironment:
    return GameEnvironment(create_game, GameMetadata(KEYS, "score", ["@", "$"], observe_state=["found"]))


def test_an_observation_is_a_flat_vector_of_the_board_and_the_state(environment):
    observation = environment.reset()
    assert observation.dtype == np.float32
    assert observation.tolist() == [0, 0, 1, 0, 0, 0, 0, 1, 0]
    observation, _, _ = environment.step("KEY_RIGHT")
    assert observation.tolist() == [0, 0, 0, 1, 1, 0, 0, 0, 1]


def test_the_reward_is_the_change_of_the_reward_key_and_done_says_that_the_game_is_over(environment):
    environment.reset()
    rewards, endings = [], []
    for key in ["KEY_LEFT", "KEY_RIGHT", "KEY_RIGHT", None, *["KEY_LEFT"] * 3, *["KEY_RIGHT"] * 3]:
        _, reward, done = environment.step(key)
        rewards.append(reward)
        endings.append(done)
    assert rewards == [0, 0, 5, 0, 0, 0, 3, 0, 0, 1]
    assert endings == [False] * 9 + [True]


def test_none_presses_nothing_and_a_key_is_pressed_for_one_turn_only(environment):
    environment.reset()
    environment.step("KEY_LEFT")
    environment.step(None)
    assert environment.game.agents[0].position == (1, 0)


def test_a_game_may_do_with_its_keys_what_it_likes(walker):
    class Forgetful(walker):
        def play_turn(self, game):
            game.keys_pressed.clear()

    environment = GameEnvironment(
        lambda: Game([Forgetful((0, 0))], {"score": 0}, board_size=(4, 1)), GameMetadata(KEYS, "score", ["@"])
    )
    environment.reset()
    for _ in range(3):
        environment.step("KEY_RIGHT")
    assert environment.game.agents[0].position == (3, 0)


def test_observing_plays_no_turn_and_shows_what_was_changed_by_hand(environment):
    before = environment.reset()
    np.testing.assert_array_equal(environment.observe(), before)
    assert environment.game.turn_number == 0
    environment.game.agents[0].position = (0, 0)
    environment.game.state["found"] = 2
    assert environment.observe().tolist() == [1, 0, 0, 0, 0, 0, 0, 1, 2]


def test_observations_are_not_changed_by_later_turns(environment):
    first = environment.reset()
    copy = first.copy()
    environment.step("KEY_LEFT")
    np.testing.assert_array_equal(first, copy)


def test_each_reset_begins_a_fresh_game_with_a_reward_of_its_own(environment):
    environment.reset()
    environment.step("KEY_RIGHT")
    game = environment.game
    environment.reset()
    assert environment.game is not game
    assert environment.step(None)[1] == 0


@pytest.mark.parametrize("name", ["snake", "nav", "beast"])
def test_the_first_observation_of_an_episode_shows_the_board(name):
    found = find_game(name)
    environment = GameEnvironment(found.factory, found.metadata)
    width, height = environment.spec.width, environment.spec.height
    assert (width, height) == found.metadata.board_size
    for _ in range(3):
        planes = environment.reset().reshape(-1, height, width)
        shown = {
            (agent.character, agent.position): planes[
                found.metadata.character_set.index(agent.character), agent.position[1], agent.position[0]
            ]
            for agent in environment.game.agents
            if getattr(agent, "display", True)
        }
        assert shown
        assert set(shown.values()) == {1.0}
        assert planes.sum() == len(shown)


# Mistakes -------------------------------------------------------------------------------------


def test_nothing_can_be_done_before_the_first_reset(environment):
    for do in (environment.observe, lambda: environment.step(None)):
        with pytest.raises(GameError, match="no game has been started") as caught:
            do()
        assert "reset()" in caught.value.problem.hint


def test_nothing_can_be_done_after_the_end_but_to_begin_again(environment):
    environment.reset()
    environment.game.end()
    with pytest.raises(GameError, match="this game is over"):
        environment.step("KEY_LEFT")
    environment.reset()
    environment.step("KEY_LEFT")


@pytest.mark.parametrize(
    ("action", "hint"), [("KEY_LEF", "did you mean 'KEY_LEFT'?"), ("q", "choose one of: KEY_LEFT, KEY_RIGHT")]
)
def test_an_action_the_game_does_not_have_names_the_nearest(environment, action, hint):
    environment.reset()
    with pytest.raises(GameError) as caught:
        environment.step(action)
    assert repr(action) in caught.value.problem.what
    assert hint in caught.value.problem.hint
    assert "None presses nothing" in caught.value.problem.hint
    assert environment.game.turn_number == 0


def test_a_misspelt_reward_names_the_nearest(create_game):
    with pytest.raises(MetadataError) as caught:
        GameEnvironment(create_game, GameMetadata(KEYS, "scroe", ["@"])).reset()
    assert "'scroe'" in caught.value.problem.what
    assert "'score'" in caught.value.problem.hint


def test_what_the_game_raises_passes_through(dice):
    environment = GameEnvironment(dice(raise_at=1.0), GameMetadata(["w"], "score", ["a"]))
    environment.reset()
    with pytest.raises(ZeroDivisionError, match="fell off the table"):
        environment.step("w")


def test_a_board_that_is_another_size_in_the_next_episode_is_an_error():
    widths = iter([5, 5, 6])
    environment = GameEnvironment(
        lambda: Game([], {"score": 0}, board_size=(next(widths), 2)), GameMetadata(KEYS, "score", ["@"])
    )
    environment.reset()
    with pytest.raises(GameError, match="6×2 cells instead of 5×2"):
        environment.reset()


# What the description leaves open ---------------------------------------------------------------


def test_what_the_description_leaves_open_is_asked_of_the_game(create_game):
    metadata = GameMetadata(KEYS, "score", observe_state=["found"], board_size=(99, 99))
    environment = GameEnvironment(create_game, metadata)
    environment.reset()
    assert metadata.board_size == (4, 1)
    assert metadata.observe_state_sizes == {"found": 1}
    assert metadata.character_set == ["$", "%", "@"], "the broken coin is seen on the last frame only"
    assert environment.spec.characters == ("$", "%", "@")


def test_the_explosion_of_nav_is_found_though_its_description_leaves_it_out():
    random.seed(0)
    found = find_game("nav")
    found.metadata.character_set = None
    *_, sentence = complete_metadata(found.metadata, found.factory, exploration_turns=1000)
    assert found.metadata.character_set == ["*", "O", "^"]
    assert "1000 random turns" in sentence
    assert "* O ^" in sentence


def test_a_game_that_fails_or_quits_while_it_is_explored_is_begun_again():
    class Grumpy:
        character = "a"
        position = (0, 0)

        def play_turn(self, game):
            self.character = "b"
            raise random.choice([ValueError("no"), SystemExit(1)])

    metadata = GameMetadata(["w"], "score")
    complete_metadata(metadata, lambda: Game([Grumpy()], {"score": 0}, board_size=(3, 3)))
    assert metadata.character_set == ["a", "b"]


def test_what_is_not_one_visible_character_is_left_out():
    class Sword:
        position = (1, 1)

        def __init__(self, character):
            self.character = character

    def create_game():
        return Game([Sword("⚔\ufe0f"), Sword(""), Sword(" "), Sword("a")], {"score": 0}, board_size=(3, 3))

    metadata = GameMetadata(["w"], "score")
    complete_metadata(metadata, create_game)
    assert metadata.character_set == ["a"]
    metadata.validate()


# Randomness -------------------------------------------------------------------------------------


@pytest.mark.parametrize("character_set", [None, ["a", "b", "#"]])
def test_the_same_seed_gives_the_same_episodes_also_the_first_time(dice, character_set):
    def play(environment: GameEnvironment) -> list:
        random.seed(5)
        turns = [environment.reset().tolist()]
        for _ in range(40):
            observation, reward, done = environment.step("w")
            turns.append((observation.tolist(), reward, done))
            if done:
                turns.append(environment.reset().tolist())
        return turns

    metadata = GameMetadata(["w"], "score", character_set, observe_state=["luck"])
    environment = GameEnvironment(dice(end_at=0.2), metadata)
    first = play(environment)
    assert play(environment) == first
    assert play(GameEnvironment(dice(end_at=0.2), metadata)) == first


def test_a_view_of_the_games_own_is_not_paid_for():
    def create_game():
        return Game([ArrowKeyAgent()], {"score": 0}, board_size=(3, 3), view=HeadlessView())

    environment = GameEnvironment(create_game, GameMetadata(KEYS, "score", ["*"]))
    environment.reset()
    assert environment.game.view is None
