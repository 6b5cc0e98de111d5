"""One game of the example pack, broken in each way: it says what to do, and every other game is still there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from examples.desk import Desk, everything_else_works
from examples.example_packages import GAME_PACK

GAME, DESCRIPTIONS = "star_pack/catch.py", "star_pack/pyproject.toml"
FACTORY = "def create_game():"
ACTIONS = 'actions = ["KEY_LEFT", "KEY_RIGHT"]'


@dataclass(frozen=True)
class Way:
    """A way of breaking ``star-catch``, and what ``create`` must say of it; ``where`` is empty if nobody can know."""

    name: str
    breaking: Callable[[Desk], None]
    cause: str
    fix: str
    where: str = ""
    code: int = 4


def writing(old: str, new: str, *, file: str = GAME) -> Callable[[Desk], None]:
    return lambda desk: desk.change(file, old, new)


def ending_with(line: str) -> Callable[[Desk], None]:
    def breaking(desk: Desk) -> None:
        with (desk.site / GAME).open("a", encoding="utf-8") as game:
            game.write(f"\n\n{line}\n")

    return breaking


WAYS = (
    Way("its module is not there", lambda desk: (desk.site / GAME).unlink(),
        "the module star_pack.catch of the game star-catch is not there",
        "pip install --force-reinstall star-pack", code=1),
    Way("a syntax error", writing(FACTORY, "def create_game(:"),
        "star-catch cannot be imported: Python cannot read it", "correct that line", "catch.py:42"),
    Way("an error at import", ending_with("print(1 / 0)"),
        "importing it ended with ZeroDivisionError", "correct that line", "catch.py:47"),
    Way("leaving at import", ending_with("raise SystemExit(3)"),
        "importing it ended with SystemExit: 3", "correct that line", "catch.py:47"),
    Way("playing at import", ending_with("create_game().play()"),
        "the game star-catch begins to play as soon as it is imported", "put this line at the end", "catch.py:47"),
    Way("something that is not installed", ending_with("import pygame_of_nowhere"),
        "it needs pygame_of_nowhere, which is not installed", "pip install pygame_of_nowhere", "catch.py:47"),
    Way("another name for the factory", writing(FACTORY, "def make_game():"),
        "there is no create_game in star_pack.catch", "did you mean star_pack.catch:make_game?", "catch.py", 1),
    Way("a factory that asks", writing(FACTORY, "def create_game(level):"),
        "cannot be called without arguments: it asks for level", "give each a default"),
    Way("a factory that raises", writing("    state = {", "    1 / 0\n    state = {"),
        "could not make a game: ZeroDivisionError", "correct that line", "catch.py:43"),
    Way("a factory that gives nothing", writing("return Game(", "Game("),
        "create_game() of star-catch returned nothing", "did you forget return"),
    Way("a description that is no TOML", writing(ACTIONS, ACTIONS[:-1], file=DESCRIPTIONS),
        "pyproject.toml is not valid TOML", "correct that line", "pyproject.toml, line", 1),
    Way("a description without keys", writing(ACTIONS, "", file=DESCRIPTIONS),
        "actions is missing", "actions = [", "[tool.retro-gamer.games.star-catch]", 1),
    Way("a misspelt description", writing(ACTIONS, ACTIONS.replace("ti", "it"), file=DESCRIPTIONS),
        "acitons is not part of a game's description", "did you mean 'actions'?",
        "[tool.retro-gamer.games.star-catch]", 1),
    Way("no description in the wheel", lambda desk: (desk.site / DESCRIPTIONS).unlink(),
        "nothing describes the game star-catch", "add a table [tool.retro-gamer]", "star_pack", 1),
    Way("a reward that is not there", writing('reward = "reward"', 'reward = "pionts"', file=DESCRIPTIONS),
        "the game's state has nothing called 'pionts'", "choose one of: missed, reward, score", code=1),
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_broken_game_says_what_to_do_and_stops_no_other(way, desk):
    way.breaking(desk)
    everything_else_works(desk)
    listed = desk.type_in("list").shown
    assert "star-catch star-pack 0.2.0" in listed and "star-rocks star-pack 0.2.0" in listed
    told = desk.type_in("create --game star-catch --output runs/catch")
    assert told.code == way.code
    problem, _, fix = told.shown.partition("try: ")
    assert way.cause in problem and way.where in problem.replace("\\", "/") and way.fix in fix


def test_a_pack_that_gives_the_same_game_twice_is_warned_of(desk):
    ending_with("GAME = create_game()\n\n\ndef create_game():\n    return GAME")(desk)
    everything_else_works(desk)
    told = desk.type_in("create --game star-catch --output runs/catch")
    assert told.code == 0
    assert "twice (factory-fails)" in told.shown and "retro-gamer check runs/catch" in told.shown


def test_a_pack_that_is_not_there_leaves_all_other_games(desk):
    shutil.rmtree(desk.site / "star_pack")
    everything_else_works(desk)
    listed = desk.type_in("list").shown
    assert (
        "star-rocks: its module star_pack is not there; try: pip install --force-reinstall star-pack"
        in listed
    )


def test_a_game_named_as_another_one_is_told_by_both_packages(desk):
    desk.change(f"{desk.metadata_of(GAME_PACK)}/entry_points.txt", "star-catch =", "nav =")
    desk.change(DESCRIPTIONS, "games.star-catch", "games.nav")
    everything_else_works(desk)
    listed = desk.type_in("list").shown
    assert "nav: star-pack 0.2.0 has a game of this name too" in listed
    told = desk.type_in("create --game nav --output runs/nav")
    assert told.code == 1
    assert "and star-pack 0.2.0 each have one" in told.shown
    assert desk.type_in("create --game star_pack.catch:create_game --output runs/catch").code == 0
