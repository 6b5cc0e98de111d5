"""The board is read from the characters themselves. It must show what retro-games draws, and the truth before that."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retro.game import Game
from retro.views import HeadlessView

from retro_gamer_core.errors import GameError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.watching import board_lines, framed


def coded(drawn: list[list[str]], characters: list[str] | str) -> np.ndarray:
    """What is drawn, cell by cell, as codes."""
    places = list(characters)
    return np.array([[places.index(c) + 1 if c in places else 0 for c in row] for row in drawn], np.uint8)


def frame_of(game: Game, characters: list[str] | str = "") -> Frame:
    frame = Frame(game.board_size, CharacterCodes(characters))
    frame.begin(game)
    return frame


class Sign:
    def __init__(self, character, position, **attributes):
        self.character, self.position = character, position
        vars(self).update(attributes)


def compare_frame_by_frame(name: str, seed: int, turns: int, started) -> None:
    found = find_game(name)
    actions = random.Random(seed)
    random.seed(seed)
    characters = CharacterCodes(found.metadata.character_set)
    game = None
    for _ in range(turns):
        if game is None or not game.playing:
            view = HeadlessView()
            game = started(found.factory(), view)
            frame = Frame(game.board_size, characters)
            frame.begin(game)
        game.input_source.press(actions.choice(found.metadata.keys))
        game.step()
        frame.read()
        np.testing.assert_array_equal(frame.codes, coded(view.board_characters, found.metadata.character_set))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "turns"), [("snake", 300), ("nav", 400), ("beast", 100)])
def test_every_frame_of_a_real_game_is_what_retro_games_draws(name, turns, seed, started):
    compare_frame_by_frame(name, seed, turns, started)


@pytest.mark.slow
def test_every_frame_of_labyrinth_is_what_retro_games_draws(started):
    compare_frame_by_frame("labyrinth", 0, 10, started)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_frame_of_a_made_up_game_is_what_retro_games_draws(made_up_games, started, data):
    game = started(data.draw(made_up_games)(), HeadlessView())
    characters = data.draw(st.lists(st.sampled_from("ab#é█"), unique=True))
    frame = frame_of(game, characters)
    game.view.render(game)
    while True:
        drawn = game.view.board_characters
        np.testing.assert_array_equal(frame.codes, coded(drawn, characters))
        if not game.playing:
            break
        game.step()
        frame.read()


# Where what retro-games draws is out of date ---------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_the_apple_of_snake_is_where_it_is_before_the_first_turn(seed, started):
    random.seed(seed)
    found = find_game("snake")
    game = started(found.factory(), HeadlessView())
    [x, y] = game.get_agent_by_name("Apple").position
    frame = frame_of(game, "@")
    assert np.argwhere(frame.codes).tolist() == [[y, x]]
    game.view.render(game)
    assert game.view.board_characters[y][x] == " ", "retro-games draws it in its old place"


def test_a_character_that_moves_only_on_a_key_is_seen_to_move(walker, started):
    game = started(Game([walker((1, 1))], {}, board_size=(5, 3)), HeadlessView())
    frame = frame_of(game, "@")
    game.step()
    game.input_source.press("KEY_RIGHT")
    game.step()
    frame.read()
    assert board_lines(game) == ["     ", "  @  ", "     "]
    assert np.argwhere(frame.codes).tolist() == [[1, 2]]
    assert game.view.board_characters[1][1] == "@", "retro-games draws it in its old place"


# Cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "position", [(-1, 0), (0, -1), (4, 0), (0, 3), (-1, -1), (4, 3), (-4, -3), (100, 100)]
)
def test_what_is_off_the_board_is_not_drawn_and_does_not_wrap_round(position):
    game = Game([Sign("@", (0, 0))], {}, board_size=(4, 3))
    game.agents[0].position = position
    assert not frame_of(game, "@").codes.any()


def test_a_large_character_half_off_the_board_is_drawn_to_the_edge():
    game = Game([Sign(["ab", "cd"], (1, 1), size=(2, 2))], {}, board_size=(4, 3))
    game.agents[0].position = (-1, 2)
    assert board_lines(game) == ["    ", "    ", "b   "]
    game.agents[0].position = (3, -1)
    assert board_lines(game) == ["   c", "    ", "    "]


@pytest.mark.parametrize(
    ("heights", "shown"),
    [
        ((0, 0), "a"),
        ((None, 0), "a"),
        ((0, None), "a"),
        ((-1, 0), "b"),
        ((-1, None), "b"),
        ((-2, -1), "b"),
        ((1, 2), "b"),
        ((2, 1), "a"),
        ((3, 3), "a"),
    ],
)
def test_the_highest_of_several_is_shown_and_the_first_of_equally_high_ones(heights, shown):
    game = Game([Sign("a", (0, 0)), Sign("b", (0, 0))], {}, board_size=(1, 1))
    for agent, height in zip(game.agents, heights, strict=True):
        agent.z = height
    assert board_lines(game) == [shown]


def test_a_hidden_character_is_not_drawn_and_needs_no_looks():
    class Clock:
        display = False

    game = Game([Clock(), Sign("a", (0, 0), display=False), Sign("b", (0, 0))], {}, board_size=(1, 1))
    assert board_lines(game) == ["b"]
    game.agents[2].display = False
    assert board_lines(game) == [" "]


def test_the_short_lines_of_a_large_character_are_blank_at_their_end():
    game = Game([Sign("#", (0, 0)), Sign(["ab", "c"], (0, 0), size=(2, 3), z=1)], {}, board_size=(3, 3))
    assert board_lines(game) == ["ab ", "c  ", "   "]


def test_a_single_character_fills_all_cells_of_a_large_one():
    game = Game([Sign("#", (1, 0), size=(2, 2))], {}, board_size=(3, 3))
    assert board_lines(game) == [" ##", " ##", "   "]


def test_a_large_character_can_be_hidden_in_part_by_a_small_one():
    game = Game([Sign("@", (1, 1)), Sign("#", (0, 0), size=(3, 3))], {}, board_size=(3, 3))
    assert board_lines(game) == ["###", "#@#", "###"]


# Codes ----------------------------------------------------------------------------------------


def test_codes_count_from_one_in_the_order_of_the_set():
    game = Game([Sign("#", (0, 0)), Sign("a", (1, 0)), Sign("é", (2, 0))], {}, board_size=(4, 1))
    assert frame_of(game, "é#a").codes.tolist() == [[2, 3, 1, 0]]


def test_characters_not_in_the_set_look_empty_and_are_remembered_once():
    game = Game([Sign("x", (0, 0)), Sign("y", (1, 0)), Sign("x", (2, 0))], {}, board_size=(3, 1))
    characters = CharacterCodes("y")
    frame = Frame(game.board_size, characters)
    frame.begin(game)
    frame.read()
    assert frame.codes.tolist() == [[0, 1, 0]]
    assert characters.unknown == ["x"]
    characters.unknown.clear()
    frame.read()
    assert characters.unknown == [], "it has been told already"


def test_a_blank_is_not_an_unknown_character():
    game = Game([Sign(" ", (0, 0)), Sign([" a"], (0, 1), size=(2, 1))], {}, board_size=(2, 2))
    characters = CharacterCodes("a")
    frame = Frame(game.board_size, characters)
    frame.begin(game)
    assert frame.codes.tolist() == [[0, 0], [0, 1]]
    assert characters.unknown == []


def test_nobody_who_looks_at_a_frame_can_write_into_it():
    game = Game([Sign("a", (0, 0))], {}, board_size=(2, 1))
    frame = frame_of(game, "a")
    with pytest.raises(ValueError, match="read-only"):
        frame.codes[0, 0] = 5
    game.agents[0].position = (1, 0)
    frame.read()
    assert frame.codes.tolist() == [[0, 1]]


def test_a_board_of_another_size_is_refused():
    frame = Frame((4, 3), CharacterCodes(""))
    with pytest.raises(GameError, match="3×4 cells instead of 4×3"):
        frame.begin(Game([], {}, board_size=(3, 4)))


# As text --------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_the_board_as_text_is_the_board_as_drawn(made_up_games, started, data):
    game = started(data.draw(made_up_games)(), HeadlessView())
    game.view.render(game)
    assert board_lines(game) == ["".join(c[:1] or " " for c in row) for row in game.view.board_characters]


def test_a_frame_is_as_wide_as_the_lines_in_it():
    assert framed(["ab", "c "]) == "+--+\n|ab|\n|c |\n+--+"
    assert framed([]) == "++\n++"


def test_a_wide_character_hides_the_empty_cell_to_its_right():
    assert framed(["犬  ", "a犬b", "\x1b x"]).splitlines() == ["+---+", "|犬 |", "|a犬b|", "|? x|", "+---+"]
