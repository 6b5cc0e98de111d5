"""What stands beside the board: what a policy expected of each key, and what a coach thinks of a person's."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from blessed.keyboard import Keystroke
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.policies.key_values import Coach, ShownValues, bar, key_lines, name_of

KEYS = ("KEY_LEFT", "KEY_RIGHT", "x", None)


class Thinks:
    """A policy that thinks the same in each turn, unless it is told otherwise."""

    metadata = SimpleNamespace(keys=KEYS, pressed=("a", "KEY_RIGHT", "x", None))

    def __init__(self, *values: float) -> None:
        self.values = np.array(values, np.float32)

    def q_values(self, game):
        return self.values

    def get_action(self, game):
        return KEYS[int(self.values.argmax())]


GAME = SimpleNamespace(turn_number=4)
A, RIGHT, Q = Keystroke("a"), Keystroke("", name="KEY_RIGHT"), Keystroke("q")


@pytest.mark.parametrize(
    ("key", "name"), [("KEY_LEFT", "left"), ("KEY_PAGE_UP", "page up"), ("x", "'x'"), (None, "nothing")]
)
def test_keys_have_names(key, name):
    assert name_of(key) == name


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=9))
def test_a_higher_value_never_has_a_shorter_bar(values):
    values = np.array(sorted(values))
    lengths = [len(bar(value, values, 10)) for value in values]
    assert lengths == sorted(lengths)
    assert lengths[-1] == 10 and min(lengths) >= 1


def test_a_line_for_each_key_and_a_mark_for_the_chosen_one():
    lines = key_lines(KEYS, np.array([0.0, 5.0, 10.0, 10.0]), 2)
    assert [line[0] for line in lines] == [" ", " ", ">", " "]
    assert [line.count("█") for line in lines] == [1, 5, 10, 10]
    assert len({len(line) for line in lines}) == 1


def test_the_policy_plays_as_it_would_without_anybody_looking():
    shown = ShownValues(Thinks(0, 1, 0, 0), GAME)
    assert {key.name for key in shown.collect()} == {"KEY_RIGHT"}
    assert [line for line in shown.lines if line.startswith(">")] == [
        line for line in shown.lines if "right" in line
    ]


@pytest.mark.parametrize(
    ("values", "word"),
    [((1, 1, 0, 0), "good"), ((0.95, 1, 0, 0), "good"), ((0.85, 1, 0, 0), "inaccurate"),
     ((0.75, 1, 0, 0), "a mistake"), ((0.5, 1, 0, 0), "a blunder")],
)  # fmt: skip
def test_a_key_is_judged_by_how_far_it_lies_below_the_best(values, word):
    coach = Coach(Thinks(*values), GAME)
    coach.pressed(A)  # which is what this computer has in the place of KEY_LEFT
    assert coach.collect() == {A}
    (judged,) = coach.judged
    assert (judged.key, judged.word, judged.turn) == ("KEY_LEFT", word, 4)


def test_what_is_no_key_of_the_game_counts_as_nothing_and_reaches_the_game():
    coach = Coach(Thinks(0, 1, 0, 0), GAME)
    coach.pressed(Q)
    assert coach.collect() == {Q}
    assert coach.collect() == set(), "a key is pressed once"
    assert [each.key for each in coach.judged] == [None, None]


def test_two_keys_that_are_nearly_alike_are_no_blunder_where_others_were_far_apart():
    policy = Thinks(0, 100, 0, 0)
    coach = Coach(policy, GAME)
    coach.pressed(RIGHT)
    coach.collect()
    policy.values = np.array([0.0, 1.0, 0.0, 0.0], np.float32)
    coach.pressed(A)
    coach.collect()
    assert [each.word for each in coach.judged] == ["good", "good"]


def test_the_summary_counts_every_turn_and_names_the_dearest():
    coach = Coach(Thinks(0, 1, 0.75, 0), GAME)
    for key in (RIGHT, RIGHT, Keystroke("x"), A):
        coach.pressed(key)
        coach.collect()
    counts, *dearest = coach.summary()
    assert [int(word) for word in counts.replace(",", "").split() if word.isdigit()] == [2, 0, 1, 1, 4]
    assert len(dearest) == 2 and "left" in dearest[0] and "right" in dearest[0] and "'x'" in dearest[1]
