"""Matches: whose game it is, who is counted as the winner, and what a game that fails does."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from retro_gamer_core.duels.matches import (
    MOST_RIVALS,
    Participant,
    check_that_they_meet,
    compare,
    opponents,
    pairings,
    play_matches,
    rivals,
    to_compare,
)
from retro_gamer_core.duels.opponent import Snapshot
from retro_gamer_core.duels.ratings import Result
from retro_gamer_core.duels.sides import open_sides
from retro_gamer_core.errors import GameError, ProblemsFound, RetroGamerError, RunNotFound


def at_random(sides) -> list[Participant]:
    return [Participant(side, Snapshot(side.name, 0, 0, None), None) for side in sides]


def rewritten(desk: Path, old: str, new: str) -> None:
    file = desk / "tag.py"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def both(make_run):
    make_run("chaser")
    make_run("runner")
    return open_sides(Path("runs/chaser"), Path("runs/runner"))


def test_every_match_has_one_winner_and_the_same_seed_gives_the_same(sides):
    random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    result = play_matches(*at_random(sides), 20, seed=3)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    assert result.first_wins + result.second_wins == result.games == 20
    assert (result.first, result.second) == ("chaser-random", "runner-random")
    assert play_matches(*at_random(sides), 20, seed=3) == result
    assert play_matches(*at_random(sides), 20, seed=4) != result


def test_half_of_the_matches_are_the_training_game_of_each_side(desk, make_run):
    rewritten(desk, "def create_chaser_game():", "def create_chaser_game():\n    print('chaser')")
    rewritten(desk, "def create_runner_game():", "def create_runner_game():\n    print('runner')")
    sides = both(make_run)
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        play_matches(*at_random(sides), 6, seed=0)
    assert printed.getvalue().split() == ["chaser", "runner"] * 3


def test_a_game_that_reaches_its_limit_is_drawn(make_run):
    for side in ("chaser", "runner"):
        make_run(side, training={"max_turns_per_episode": 1})
    result = play_matches(*at_random(open_sides(Path("runs/chaser"), Path("runs/runner"))), 10, seed=0)
    assert result.draws >= 8


def test_a_match_whose_code_fails_is_drawn(desk, make_run):
    rewritten(
        desk, "before, self.distance =", "choice([1, 1 / (choice([0] + [1] * 99))]); before, self.distance ="
    )
    sides = both(make_run)
    result = play_matches(*at_random(sides), 20, seed=0)
    assert 0 < result.draws < 20


def test_if_all_matches_fail_the_line_is_told(desk, make_run):
    rewritten(desk, "before, self.distance =", "1 / 0; before, self.distance =")
    sides = both(make_run)
    with pytest.raises(GameError, match=r"ZeroDivisionError(.|\n)*tag\.py:\d+, in play_turn"):
        play_matches(*at_random(sides), 4, seed=0)
    with pytest.raises(GameError, match=r"runs/chaser failed: ZeroDivisionError(.|\n)*tag\.py:\d+"):
        check_that_they_meet(*sides)


def test_a_winner_who_does_not_play_is_refused(desk, make_run):
    rewritten(desk, 'game.state["winner"] = "chaser"', 'game.state["winner"] = "Chaser"')
    rewritten(desk, 'game.state["winner"] = "runner"', 'game.state["winner"] = "Chaser"')
    with pytest.raises(RetroGamerError, match=r"'Chaser' has won(.|\n)*did you mean 'chaser'"):
        check_that_they_meet(*both(make_run))


def test_a_game_that_never_asks_for_the_other_side_is_refused(desk, make_run):
    rewritten(
        desk,
        'Player("runner", "R", ai_runner))\n\n\ndef create_runner',
        'Player("runner", "R"))\n\n\ndef create_runner',
    )
    with pytest.raises(RetroGamerError, match="runs/chaser never asks what runner does") as error:
        check_that_they_meet(*both(make_run))
    assert 'Opponent("runs/runner", keys=["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"])' in str(error.value)


def test_an_opponent_for_another_run_is_told_of(desk, make_run):
    rewritten(desk, 'Opponent("runs/chaser"', 'Opponent("runs/chasr"')
    with pytest.raises(RetroGamerError, match=r"runs/runner never asks(.|\n)*is for another run, .*chasr"):
        check_that_they_meet(*both(make_run))


def test_two_sides_that_fit_are_accepted(sides):
    check_that_they_meet(*sides)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"winner": None}, ["does not say who has won", 'winner = "winner"', "game.end()"]),
        ({"player": None}, ["does not name its player", 'player = "chaser"']),
        ({"player": "chaser", "winner": None}, ["does not say who has won", "both sides play the character"]),
        ({"winner": "winer"}, ["has nothing called 'winer'", "did you mean 'winner'?"]),
        ({"player": "rabbit"}, ["no character named 'rabbit'"]),
    ],
)
def test_everything_that_keeps_two_runs_apart_is_told_at_once(make_run, changed, told):
    make_run("chaser")
    make_run("runner", metadata=changed)
    with pytest.raises(ProblemsFound) as error:
        open_sides(Path("runs/chaser"), Path("runs/runner"))
    for words in told:
        assert words in str(error.value)


def test_other_boards_are_told_of(desk, make_run):
    rewritten(
        desk,
        'return create(Player("chaser", "C", ai_chaser), Player("runner", "R"))',
        'game = create(Player("chaser", "C", ai_chaser), Player("runner", "R"))\n    game.board_size = 20, 10\n'
        "    return game",
    )
    with pytest.raises(ProblemsFound, match=r"16×10 for runs/chaser, 20×10 for runs/runner"):
        both(make_run)


def test_two_different_runs_are_asked_for(make_run):
    make_run("chaser")
    with pytest.raises(RunNotFound):
        open_sides(Path("runs/chaser"), Path("runs/nobody"))
    with pytest.raises(RetroGamerError, match="against itself"):
        open_sides(Path("runs/chaser"), Path("runs/../runs/chaser"))


# Who plays whom -----------------------------------------------------------------------------------


def snapshots_of(side: str, count: int, random_first: bool = True) -> list[Snapshot]:
    return [
        Snapshot(side, round_, 10 * round_, f"{side}-{round_}.rgp" if round_ or not random_first else None)
        for round_ in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 40])
def test_rivals_are_few_and_the_first_and_the_newest_are_among_them(count):
    everybody = snapshots_of("runner", count)
    chosen = rivals(everybody)
    assert len(chosen) == min(count, MOST_RIVALS) == len(set(chosen))
    assert (chosen[0], chosen[-1]) == (everybody[0], everybody[-1])
    assert chosen == sorted(chosen, key=lambda snapshot: snapshot.round)


@pytest.mark.parametrize("count", [1, 2, 9])
def test_after_a_round_the_newest_of_each_side_play(count):
    chasers, runners = snapshots_of("chaser", count), snapshots_of("runner", count)
    pairs = pairings(chasers, runners)
    assert len(pairs) == len(set(pairs)) == 2 * len(rivals(runners)) - 1
    assert all(a in chasers and b in runners for a, b in pairs)
    assert all(a is chasers[-1] or b is runners[-1] for a, b in pairs)


def test_whom_a_side_trains_against():
    runners = snapshots_of("runner", 4)
    assert opponents(runners, "pool") == runners
    assert opponents(runners, "newest") == runners[-1:]


def test_the_first_that_had_trained_is_compared_with_the_last():
    chasers, runners = snapshots_of("chaser", 4), snapshots_of("runner", 4)
    assert [(a.name, b.name) for a, b in to_compare(chasers, runners)] == [
        ("chaser-1", "runner-1"),
        ("chaser-3", "runner-1"),
        ("chaser-1", "runner-3"),
    ]
    trained_before = snapshots_of("runner", 2, random_first=False)
    assert ("chaser-1", "runner-0") in [(a.name, b.name) for a, b in to_compare(chasers, trained_before)]
    assert len(to_compare(chasers[:2], runners[:2])) == 1

    results = [
        Result("chaser-1", "runner-1", 80, 120),
        Result("chaser-3", "runner-1", 140, 60),
        Result("chaser-1", "runner-3", 78, 122),
    ]
    chaser, runner = compare(chasers, runners, {(r.first, r.second): r for r in results})
    assert (chaser.then.count, chaser.now.count) == (80, 140)
    assert (runner.then.count, runner.now.count) == (120, 122)
    assert chaser.better and chaser.surely
    assert runner.better and not runner.surely
