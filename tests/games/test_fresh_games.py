"""Calling a factory: a fresh game each time, or an explanation."""

from __future__ import annotations

import functools

import pytest
from retro.game import Game

from retro_gamer_core.errors import GameError
from retro_gamer_core.games.finding import find_game, fresh_game


def new_game() -> Game:
    return Game([], {"score": 0})


def complaint(factory, code: str, name: str = "") -> str:
    """The message, which has this code."""
    with pytest.raises(GameError) as caught:
        fresh_game(factory, name)
    assert caught.value.problem.code == code
    return str(caught.value)


def test_each_call_gives_another_game():
    games = [fresh_game(new_game) for _ in range(3)]
    assert all(isinstance(game, Game) for game in games)
    assert len({id(game) for game in games}) == 3


def test_many_games_may_come_and_go():
    for _ in range(1000):
        fresh_game(new_game)


def test_a_game_may_be_made_by_a_class_a_partial_or_a_lambda():
    class Pong(Game):
        def __init__(self) -> None:
            super().__init__([], {"score": 0})

    for factory in (Pong, functools.partial(Game, [], {}), lambda: Game([], {})):
        assert isinstance(fresh_game(factory), Game)


def test_a_game_may_say_what_it_is_equal_to():
    class Equal(Game):
        __hash__ = None

        def __eq__(self, other: object) -> bool:
            return True

    kept = [fresh_game(lambda: Equal([], {})) for _ in range(3)]
    assert len(kept) == 3


def test_the_same_game_twice_is_refused_even_if_nobody_played_it():
    game = new_game()
    assert fresh_game(lambda: game) is game
    complaint(lambda: game, "same-game-twice")


def test_a_forgotten_return():
    def create_game():
        Game([], {"score": 0})

    message = complaint(create_game, "factory-returns-nothing", "pong")
    assert "create_game() of pong" in message
    assert "return game" in message


@pytest.mark.parametrize(("value", "kind"), [(3, "int"), ([], "list"), (Game, "type")])
def test_something_else_than_a_game(value, kind):
    assert kind in complaint(lambda: value, "factory-returns-no-game")


def test_a_factory_that_asks_for_arguments():
    def create_game(width, height, *, lives, color="red", **others):
        return new_game()

    message = complaint(create_game, "factory-asks-for-arguments")
    assert "width, height, lives" in message
    assert "color" not in message
    assert "width=10" in message


def test_a_type_error_inside_a_factory_is_not_about_its_arguments():
    def create_game(width=3):
        return len(width)

    message = complaint(create_game, "factory-fails")
    assert "TypeError: object of type 'int' has no len()" in message
    assert "in create_game: return len(width)" in message


def test_a_game_in_place_of_a_factory():
    complaint(new_game(), "factory-not-callable")


def test_an_error_inside_points_at_the_last_line_of_the_students_own_code(write):
    own = "from retro.game import Game\n\nclass Ship:\n    position = (9, 9)\n    character = '^'\n\n"
    root = write({"pong.py": own + "def create_game():\n    return Game([Ship()], {}, board_size=(4, 4))\n"})
    found = find_game(f"{root}/pong.py")
    message = complaint(found.factory, "factory-fails", found.name)
    assert "IllegalMove: Agent Ship tried to move to (9, 9)" in message
    assert f"{root / 'pong.py'}:8, in create_game: return Game" in message


def test_packages_installed_inside_the_project_are_not_the_students_own(write):
    library = ".venv/lib/python3/site-packages/library.py"
    text = "import sys\nsys.path.append({!r})\nimport library\n\ndef create_game():\n    library.fail()\n"
    root = write({library: "def fail():\n    raise RuntimeError('inside')\n"})
    write({"pong.py": text.format(str((root / library).parent))})
    message = complaint(find_game(f"{root}/pong.py").factory, "factory-fails")
    assert "RuntimeError: inside" in message
    assert "pong.py:6, in create_game: library.fail()" in message


def test_a_factory_cannot_stop_the_program_but_a_person_can():
    def stop():
        raise SystemExit

    def interrupt():
        raise KeyboardInterrupt

    assert "SystemExit" in complaint(stop, "factory-fails")
    with pytest.raises(KeyboardInterrupt):
        fresh_game(interrupt)


def test_the_cause_is_kept_for_those_who_look_for_it():
    def create_game():
        raise LookupError("no level 7")

    with pytest.raises(GameError) as caught:
        fresh_game(create_game)
    assert isinstance(caught.value.__cause__, LookupError)
