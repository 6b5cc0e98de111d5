"""Random play shows whether a game goes on in a mirror as it does outside."""

from __future__ import annotations

from dataclasses import replace
from random import choice, randrange
from typing import ClassVar

import pytest
from retro.game import Game

from retro_gamer_core.checks import game as checking
from retro_gamer_core.checks.symmetries import symmetries
from retro_gamer_core.games.finding import FoundGame, find_game
from retro_gamer_core.games.metadata import GameMetadata

STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}
WIDTH, HEIGHT = 12, 9
DESCRIPTION = {"actions": list(STEPS), "reward": "score", "character_set": ["@", "#", "$"]}


class Walker:
    """Begins anywhere. Dies on a #, and is paid for a step on a $."""

    name = "walker"
    character = "@"
    steps = STEPS

    def __init__(self):
        self.position = (randrange(WIDTH), randrange(HEIGHT))

    def handle_keystroke(self, key, game):
        self.go(game, *self.steps[key.name or str(key)])

    def go(self, game, dx, dy):
        target = self.position[0] + dx, self.position[1] + dy
        if game.on_board(target):
            self.position = target

    def play_turn(self, game):
        for agent in list(game.agents):
            if agent is not self and agent.position == self.position:
                game.state["score"] += 1 if agent.character == "$" else -5
                agent.position = (randrange(WIDTH), randrange(HEIGHT))
                if agent.character == "#":
                    game.end()
        if game.turn_number == 60:
            game.end()


class Falling(Walker):
    """Is drawn down in every second turn."""

    def play_turn(self, game):
        super().play_turn(game)
        if game.turn_number % 2:
            self.go(game, 0, 1)


class Thing:
    def __init__(self, character, row=None):
        self.character = character
        self.position = (randrange(WIDTH), randrange(HEIGHT) if row is None else row)


class Car(Thing):
    """Drives along its row, and begins again at the other end."""

    def __init__(self, row, step):
        super().__init__("#", row)
        self.step = step

    def play_turn(self, game):
        self.position = ((self.position[0] + self.step) % WIDTH, self.position[1])


def with_things(walker=Walker):
    return lambda: Game([walker(), *map(Thing, "##$$$")], {"score": 0}, board_size=(WIDTH, HEIGHT))


def with_cars(*, as_drawn):
    """In each row cars go one way: the same in every game, or drawn anew."""

    def create_game():
        ways = [choice([1, -1]) if as_drawn else (1 if row % 2 else -1) for row in range(HEIGHT)]
        cars = [Car(row, ways[row]) for row in range(HEIGHT)]
        return Game([Walker(), *cars], {"score": 0}, board_size=(WIDTH, HEIGHT))

    return create_game


def found(create_game, *claimed, turns=2_000, **description):
    """What is found in so many turns."""
    metadata = GameMetadata.from_dict({**DESCRIPTION, "symmetries": list(claimed), **description})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "QUICK", replace(checking.QUICK, turns=turns, seconds=300.0))
        look = checking.look_at(FoundGame("made up", create_game, metadata, None), quick=True, seed=1)
    return [each.code for each in symmetries(look)], " ".join(look.worth_knowing)


BOTH = 'symmetries = ["left-right", "up-down"]'


def test_what_goes_on_alike_in_a_mirror_is_proposed_and_not_when_it_is_said():
    contradicted, proposed = found(with_things())
    assert not contradicted and BOTH in proposed
    assert found(with_things(), "left-right", "up-down") == ([], "")


def test_snake_is_proposed_to_be_mirrored_both_ways():
    snake = find_game("snake")
    contradicted, proposed = found(snake.factory, **{**snake.metadata.to_dict(), "symmetries": []})
    assert not contradicted and BOTH in proposed and "makes 4 images" in proposed


def test_gravity_is_left_out_and_objected_to():
    contradicted, proposed = found(with_things(Falling))
    assert not contradicted and "left-right" in proposed and "up-down" not in proposed
    assert found(with_things(Falling), "left-right", "up-down") == (["symmetry-contradicted"], "")


@pytest.mark.parametrize(("as_drawn", "contradicts"), [(False, True), (True, False)])
def test_cars_that_go_one_way_in_each_row_contradict_unless_each_game_draws_it(as_drawn, contradicts):
    create_game = with_cars(as_drawn=as_drawn)
    assert found(create_game, "left-right")[0] == ["symmetry-contradicted"] * contradicts
    assert ("left-right" in found(create_game)[1]) != contradicts


def test_keys_whose_names_say_nothing_are_found_out():
    class Other(Walker):
        steps: ClassVar = dict(zip("efgh", STEPS.values(), strict=True))

    keys = list(Other.steps)
    directions = 'directions = { e = "right", f = "up", g = "left", h = "down" }'
    assert directions in found(with_things(Other), actions=keys)[1]
    said = dict(zip(keys, ("right", "up", "left", "down"), strict=True))
    claimed = found(with_things(Other), "left-right", "up-down", actions=keys, directions=said)
    assert claimed == ([], "")
    assert found(with_things(Other), "left-right", actions=keys)[0] == ["symmetry-contradicted"]


def test_a_number_that_points_somewhere_must_be_said_to():
    class Counted(Walker):
        def go(self, game, dx, dy):
            before = self.position[0]
            super().go(game, dx, dy)
            game.state["column"] += self.position[0] - before

    def create_game():
        return Game([Counted()], {"score": 0, "column": 0}, board_size=(WIDTH, HEIGHT))

    seen = {"observe_state": ["column"]}
    assert found(create_game, "left-right", **seen)[0] == ["symmetry-contradicted"]
    assert found(create_game, "left-right", directions={"column": "right"}, **seen)[0] == []


def test_a_few_turns_prove_nothing():
    nothing = ([], "")
    assert found(with_things(), turns=300) == nothing == found(with_things(Falling), "up-down", turns=300)
