"""The games our plugin describes, played for real; and the parts of retro-games 2.5 that we stand on."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator
from importlib.metadata import requires, version

import pytest
from retro.agent import ArrowKeyAgent
from retro.game import Game
from retro.input import InputSource, ProgrammaticInput
from retro.views import HeadlessView, View

from retro_gamer_core.games.finding import FoundGame, find_game, fresh_game
from retro_gamer_core.games.metadata import check_against_game


def play(found: FoundGame, turns: int) -> Iterator[Game]:
    """Random turns, in fresh games as needed; the game after each."""
    game = None
    for _ in range(turns):
        if game is None or not game.playing:
            game = fresh_game(found.factory, found.name)
            game.input_source, game.view = ProgrammaticInput(), HeadlessView()
            game.start()
        game.input_source.press(random.choice(found.metadata.keys))
        game.step()
        yield game


def characters_seen(found: FoundGame, turns: int) -> set[str]:
    return {c for game in play(found, turns) for row in game.view.board_characters for c in row} - {" "}


@pytest.mark.parametrize(("name", "turns"), [("snake", 3000), ("nav", 3000), ("beast", 300)])
def test_the_description_fits_the_real_game(name, turns):
    random.seed(1)
    found = find_game(name)
    assert found.metadata.board_size is not None
    assert check_against_game(found.metadata, fresh_game(found.factory, name)) == []
    missing = characters_seen(found, turns) - set(found.metadata.character_set)
    assert missing == ({"*"} if name == "nav" else set())
    assert all(isinstance(score, float) for score in found.metadata.reference_scores.values())


def test_the_character_that_nav_leaves_out_is_only_seen_once_the_game_is_over():
    random.seed(2)
    explosions = 0
    for game in play(find_game("nav"), 3000):
        exploded = game.get_agent_by_name("ship").character == "*"
        assert exploded != game.playing
        explosions += exploded
    assert explosions


def test_the_own_description_of_a_game_is_not_overridden():
    assert find_game("nav").metadata.character_set == ["^", "O"]
    assert find_game("nav").metadata.reference_scores == {"random": 183.0, "scripted": 1437.0}


def test_snake_is_rewarded_in_every_turn_and_scored_in_few():
    random.seed(3)
    found = find_game("snake")
    rewards, scores, turns = 0, 0, 3000
    before = None
    for game in play(found, turns):
        if game.turn_number > 1:
            rewards += game.state[found.metadata.reward] != before[0]
            scores += game.state[found.metadata.score] != before[1]
        before = game.state[found.metadata.reward], game.state[found.metadata.score]
    assert rewards > 0.9 * turns
    assert scores < 0.01 * turns


@pytest.mark.slow
def test_the_description_of_the_labyrinth_fits_it():
    found = find_game("labyrinth")
    game = fresh_game(found.factory, found.name)
    assert check_against_game(found.metadata, game) == []
    assert {agent.character for agent in game.agents if hasattr(agent, "character")} == {"*", "$", "█"}


class Walker(ArrowKeyAgent):
    name = "walker"
    position = (1, 1)


@pytest.fixture
def game() -> Game:
    return Game(
        [Walker()], {"score": 0}, board_size=(5, 4), input_source=ProgrammaticInput(), view=HeadlessView()
    )


def test_retro_games_is_the_version_we_ask_for():
    assert any(requirement.startswith("retro-games") for requirement in requires("retro-gamer"))
    assert version("retro-games").startswith("2.")


def test_retro_games_starts_and_steps_without_a_terminal(game):
    assert not game.playing
    game.start()
    assert game.playing
    game.step()
    assert game.turn_number == 1


def test_retro_games_asks_the_input_source_in_each_turn(game):
    class AlwaysDown(InputSource):
        def collect(self) -> set:
            presses = ProgrammaticInput()
            presses.press("KEY_DOWN")
            return presses.collect()

    game.input_source = AlwaysDown()
    game.start()
    game.step()
    game.step()
    assert game.get_agent_by_name("walker").position == (1, 3)


def test_retro_games_forgets_a_programmatic_key_after_one_turn(game):
    game.start()
    game.input_source.press("KEY_RIGHT")
    game.step()
    game.step()
    assert game.get_agent_by_name("walker").position == (2, 1)


def test_retro_games_draws_into_a_headless_view(game):
    game.start()
    game.step()
    board = game.view.board_characters
    assert (len(board), len(board[0])) == (4, 5)
    assert board[1][1] == Walker.character


def test_retro_games_takes_any_view(game):
    class Counting:
        rendered = 0

        def on_game_start(self, game: Game) -> None:
            self.rendered = 0

        def render(self, game: Game) -> None:
            self.rendered += 1

    game.view = Counting()
    assert isinstance(game.view, View)
    game.start()
    game.step()
    assert game.view.rendered == 1


def test_retro_games_plays_with_an_input_source_of_ours():
    assert inspect.signature(Game.play).parameters["input_source"].default is None
