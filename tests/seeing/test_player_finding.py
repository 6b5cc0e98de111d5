"""Which character is the player, and where: by name, or because it listens to the keyboard."""

from __future__ import annotations

import random

import pytest
from retro.agent import Agent, ArrowKeyAgent
from retro.game import Game

from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.player import PlayerFinder, listens_to_keyboard


class Listener:
    character = "@"

    def __init__(self, position, **attributes):
        self.position = position
        vars(self).update(attributes)

    def handle_keystroke(self, keystroke, game):
        pass


class Statue:
    character = "#"

    def __init__(self, position, **attributes):
        self.position = position
        vars(self).update(attributes)


class Scenery(Agent):
    """Inherits an empty ``handle_keystroke`` from retro-games."""

    name = "scenery"


def game_of(*agents) -> Game:
    return Game(list(agents), {}, board_size=(8, 4))


@pytest.mark.parametrize(("name", "player"), [("snake", "Snake head"), ("nav", "ship"), ("beast", "player")])
def test_the_player_of_a_real_game_is_found_without_its_name(name, player):
    random.seed(0)
    game = find_game(name).factory()
    position = game.get_agent_by_name(player).position
    assert PlayerFinder().position(game) == position
    assert PlayerFinder(player).position(game) == position


@pytest.mark.parametrize(
    ("agent", "listens"),
    [
        (Listener((0, 0)), True),
        (ArrowKeyAgent(), True),
        (Statue((0, 0)), False),
        (Scenery(), False),
        (Agent(), False),
        (Statue((0, 0), handle_keystroke=lambda keystroke, game: None), True),
        (Statue((0, 0), handle_keystroke=None), False),
    ],
)
def test_inheriting_an_empty_handler_is_not_listening(agent, listens):
    assert listens_to_keyboard(agent) is listens


def test_overriding_the_empty_handler_is_listening():
    class Hero(Agent):
        def handle_keystroke(self, keystroke, game):
            self.position = (1, 1)

    assert listens_to_keyboard(Hero())
    assert PlayerFinder().position(game_of(Scenery(), Hero())) == (0, 0)


def test_a_name_counts_for_more_than_listening():
    game = game_of(Listener((1, 1)), Statue((2, 2), name="king"))
    assert PlayerFinder("king").position(game) == (2, 2)


def test_an_empty_name_is_no_name():
    assert PlayerFinder("").position(game_of(Listener((1, 1)))) == (1, 1)


@pytest.mark.parametrize("name", [None, "king"])
def test_without_a_player_there_is_no_position(name):
    assert PlayerFinder(name).position(game_of(Statue((2, 2)))) is None


def test_of_several_that_listen_it_is_the_first_one_shown():
    game = game_of(Statue((0, 0)), Listener((1, 1), display=False), Listener((2, 2)), Listener((3, 3)))
    assert PlayerFinder().position(game) == (2, 2)


def test_the_player_is_followed_when_it_moves_on_the_board_and_in_the_list():
    statue, player, rival = Statue((0, 0)), Listener((1, 1)), Listener((5, 1))
    game = game_of(statue, player, rival)
    finder = PlayerFinder()
    assert finder.position(game) == (1, 1)
    game.remove_agent(statue)
    player.position = (2, 1)
    assert finder.position(game) == (2, 1)
    game.remove_agent(player)
    game.add_agent(player)
    assert finder.position(game) == (2, 1), "still the same one, though another now comes first"


@pytest.mark.parametrize("name", [None, "king"])
def test_a_player_who_left_is_where_it_was_last(name):
    player = Listener((1, 1), name="king")
    game = game_of(Statue((0, 0)), player)
    finder = PlayerFinder(name)
    finder.position(game)
    player.position = (4, 2)
    assert finder.position(game) == (4, 2)
    game.remove_agent(player)
    player.position = (0, 0)
    assert finder.position(game) == (4, 2)
    assert finder.position(game) == (4, 2)


def test_when_the_player_has_left_the_next_one_that_listens_takes_over():
    player = Listener((1, 1))
    game = game_of(player, Listener((3, 3)))
    finder = PlayerFinder()
    finder.position(game)
    game.remove_agent(player)
    assert finder.position(game) == (3, 3)


@pytest.mark.parametrize("name", [None, "king"])
@pytest.mark.parametrize("beyond", [(-1, 2), (8, 2), (3, -1), (3, 4)])
def test_a_player_off_the_board_is_where_it_was_on_it_last(name, beyond):
    player = Listener((7, 2), name="king")
    game = game_of(player)
    finder = PlayerFinder(name)
    finder.position(game)
    player.position = beyond
    assert finder.position(game) == (7, 2)


class EmptyBag(Listener):
    """A character of which Python says that it is not, as of an empty list."""

    def __len__(self):
        return 0


def test_the_one_to_follow_is_followed_even_if_it_is_empty():
    bag = EmptyBag((3, 1))
    finder = PlayerFinder()
    finder.follow(bag)
    assert finder.position(Game([Listener((0, 0)), bag], {"score": 0}, board_size=(5, 3))) == (3, 1)


def test_a_frame_forgets_the_player_of_the_game_before():
    first = game_of(Listener((1, 1)))
    frame = Frame((8, 4), CharacterCodes(""))
    frame.begin(first)
    assert frame.player == (1, 1)
    frame.begin(game_of(Statue((0, 0))))
    assert frame.player is None
