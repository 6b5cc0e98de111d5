"""A time budget, with a clock that is moved by hand: when it ends, and how many turns it is told to hold."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.training import time_budget
from retro_gamer_core.training.interrupts import StopRequest
from retro_gamer_core.training.loading import load_trainer
from retro_gamer_core.training.time_budget import (
    ESTIMATED_AT,
    SHORTEST_MEASUREMENT,
    SteadyClock,
    StopInTime,
    TimeBudget,
    TurnBudget,
    fit_learner,
)


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("a_second_is", [0, -1, 1])
def test_the_clock_goes_forward_whatever_that_of_the_system_does(monkeypatch, a_second_is):
    system, computed = Clock(), Clock()
    monkeypatch.setattr(time_budget, "monotonic", system)
    monkeypatch.setattr(time_budget, "thread_time", computed)
    clock = SteadyClock()
    for second in range(10):
        assert clock() == second
        system.now += a_second_is
        computed.now += 1
    system.now += 1000
    assert clock() >= 1000
    system.now -= 5000
    assert clock() >= 1000, "it never goes back"


seconds = st.floats(1, 100_000)


@given(seconds, st.floats(0.0001, 0.01), st.floats(0.01, 0.2), st.floats(0, 0.1))
def test_whatever_is_done_at_the_end_still_fits(total, share_of_a_turn, share_of_saving, share_of_evaluating):
    clock = Clock()
    budget = TimeBudget(total, clock)
    budget.begin()
    turns = 0
    while not budget.is_spent:
        clock.now += share_of_a_turn * total
        turns += 1
        if turns == 3:
            with budget.timing("saving"):
                clock.now += share_of_saving * total
            with budget.timing("evaluation", longer_at_the_end=lambda: 3):
                clock.now += share_of_evaluating * total
    left = budget.seconds_left
    needed = (share_of_saving + 3 * share_of_evaluating) * total
    assert left <= min(needed, total / 2) + 1e-6 * total
    if share_of_saving + 3 * share_of_evaluating <= 0.5:
        assert left >= needed - share_of_a_turn * total - 1e-6 * total


@given(seconds)
def test_before_it_is_known_how_long_the_end_takes_a_twentieth_is_kept_free(total):
    clock = Clock()
    budget = TimeBudget(total, clock)
    budget.begin()
    clock.now += 0.94 * total
    assert not budget.is_spent
    clock.now += 0.02 * total
    assert budget.is_spent


@given(st.integers(10, 10_000), st.integers(0, 10**6), st.floats(0, 0.3), st.floats(10, 10_000))
def test_at_an_even_speed_every_estimate_is_right(speed, turns_before, share_watched, total):
    """Until the first update turns are ten times as quick, which must not be believed."""
    clock = Clock()
    budget = TimeBudget(total, clock)
    budget.begin()
    step, turns, updates = total / 1000, float(turns_before), 5
    estimates = []
    while not budget.is_spent:
        watching = clock.now - 1000 < share_watched * total
        clock.now += step
        turns += speed * step * (10 if watching else 1)
        updates += not watching
        estimate = budget.expected_turns(round(turns), updates)
        if estimate is not None:
            estimates.append((clock.now - 1000, estimate))
    assert all(
        estimate == pytest.approx(turns, rel=0.02, abs=3 * speed * step + 100) for _, estimate in estimates
    )
    moments = [moment / total for moment, _ in estimates]
    assert len(moments) <= len(ESTIMATED_AT)
    first, last = max(ESTIMATED_AT[0], share_watched + SHORTEST_MEASUREMENT), ESTIMATED_AT[-1]
    assert moments[0] == pytest.approx(first, abs=0.004)
    assert moments[-1] == pytest.approx(max(first, last), abs=0.004)


def test_estimates_follow_the_speed():
    clock = Clock()
    budget = TimeBudget(100, clock)
    budget.begin()
    turns, told = 0, []
    for second in range(1, 95):
        clock.now += 1
        turns += 100 if second < 10 else 50
        told.append(budget.expected_turns(turns, updates=second))
    first, second, third = [estimate for estimate in told if estimate]
    assert first == 500 + 90 * 100
    assert 4_000 < third <= second < first


def test_without_a_limit_it_never_ends_and_estimates_nothing():
    clock = Clock()
    budget = TimeBudget(clock=clock)
    budget.begin()
    assert not budget.is_limited
    for turn in range(100):
        clock.now += 10**6
        assert not budget.is_spent
        assert budget.expected_turns(turn, turn) is None
        assert budget.has_time_for("saving") and budget.has_time_for("evaluation")
    assert budget.seconds_left == math.inf


def test_it_ends_by_the_clock_on_the_wall():
    clock = Clock()
    budget = TimeBudget(3600, clock)
    assert abs(budget.ends_at - datetime.now() - timedelta(hours=1)) < timedelta(minutes=1)
    budget.begin()
    clock.now += 1800
    assert abs(budget.ends_at - datetime.now() - timedelta(minutes=30)) < timedelta(minutes=1)


def test_somebody_who_stops_and_time_are_heard_alike():
    clock = Clock()
    stop, budget = StopRequest(), TimeBudget(10, clock)
    budget.begin()
    in_time = StopInTime(budget, stop)
    assert not in_time.asked
    stop.ask()
    assert in_time.asked
    in_time = StopInTime(budget, StopRequest())
    clock.now += 10
    assert in_time.asked


class OfTurns:
    """A learner that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def fit_to_turns(self, total_turns: int) -> list[str]:
        self.told.append(total_turns)
        return ["random actions end after 240 turns", "the learning rate falls to 0"]


def test_a_learner_that_can_is_told_and_one_that_cannot_is_left_alone():
    learner = OfTurns()
    said = fit_learner(learner, 1_200)
    assert learner.told == [1_200]
    assert said.startswith(
        "about 1,200 turns will have been played when time is up; random actions end after"
    )
    assert "no fit_to_turns" in fit_learner(object(), 1_200)


class TurnClock(Clock):
    """A second passes with every so many turns of a training."""

    def __init__(self, trainer, turns_a_second: int) -> None:
        self._loop, self._turns_a_second = trainer.loop, turns_a_second

    def __call__(self) -> float:
        return self._loop.turns / self._turns_a_second


def test_time_takes_the_place_of_episodes(make_run, heard, tmp_path):
    run = make_run(tmp_path, training={"training_episodes": 3})
    trainer = load_trainer(run)
    learner = OfTurns()
    trainer.loop.learner.fit_to_turns = learner.fit_to_turns
    outcome = trainer.train([heard], budget=TimeBudget(10, TurnClock(trainer, 100)))
    assert outcome.reason == "time is up"
    assert 900 <= outcome.total_turns <= 1_000
    assert outcome.episodes > 3
    assert not run.final_checkpoint.exists()
    assert run.newest_checkpoint() == run.checkpoint_path(outcome.episodes)
    assert heard.outcomes == [outcome]
    assert any(choice.startswith("time: 0m10s, until ") for choice in heard.choices)
    estimates = [note for note in heard.notes if "random actions end" in note]
    assert len(estimates) == len(learner.told) == 3
    assert learner.told == pytest.approx([outcome.total_turns] * 3, rel=0.1)
    assert "=== Training time is up | " in run.log.read_text(encoding="utf-8").splitlines()[-1]

    again = load_trainer(run)
    assert again.load_newest() and again.finished
    more = again.train(budget=TimeBudget(5, TurnClock(again, 100)))
    assert outcome.total_turns + 400 <= more.total_turns <= outcome.total_turns + 500
    assert more.reason == "time is up"


def test_after_a_budget_training_goes_on_to_its_last_episode(make_run, heard, tmp_path):
    run = make_run(tmp_path, training={"training_episodes": 80})
    trainer = load_trainer(run)
    first = trainer.train(budget=TimeBudget(5, TurnClock(trainer, 100)))
    assert first.episodes < 80 and not trainer.finished
    outcome = trainer.train([heard])
    assert (outcome.reason, outcome.episodes) == ("finished", 80)
    assert run.final_checkpoint.exists()
    assert not any(choice.startswith("time:") for choice in heard.choices)


def test_a_finished_run_that_is_given_more_time_keeps_its_old_end(make_run, tmp_path):
    run = make_run(tmp_path)
    load_trainer(run).train()
    end = run.final_checkpoint.read_bytes()
    trainer = load_trainer(run)
    trainer.load_newest()
    trainer.train(budget=TimeBudget(5, TurnClock(trainer, 100)))
    [kept] = run.path.glob("set_aside/*/checkpoints/final.pt")
    assert kept.read_bytes() == end and not run.final_checkpoint.exists()


def test_who_stops_a_training_in_its_time_interrupts_it(make_run, stop_at, tmp_path):
    trainer = load_trainer(make_run(tmp_path))
    outcome = trainer.train(stop=stop_at(trainer, 100), budget=TimeBudget(10, TurnClock(trainer, 100)))
    assert outcome.reason == "interrupted"


EVALUATED = {"evaluate_every": 150, "evaluation_games": 2, "max_turns_per_episode": 15, "games_in_step": 2}


def train_for_turns(run, turns, stop=None, listeners=()):
    trainer = load_trainer(run)
    trainer.load_newest()
    budget = TurnBudget(turns, lambda: trainer.loop.turns)
    return trainer, trainer.train(listeners, stop and stop(trainer), budget)


def test_turns_take_the_place_of_episodes(make_run, heard, tmp_path):
    run = make_run(tmp_path, training={"training_episodes": 3, "epsilon_turns": 30_000})
    trainer, outcome = train_for_turns(run, 500, listeners=[heard])
    assert (outcome.reason, outcome.total_turns) == ("finished", 500)
    assert outcome.episodes > 3 and not run.final_checkpoint.exists()
    assert run.newest_checkpoint() == run.checkpoint_path(outcome.episodes)
    assert any(choice.startswith("turns: 500 in all") for choice in heard.choices)
    assert any("falling in a straight line over 100 turns" in choice for choice in heard.choices)
    assert trainer.loop.learner.statistics()["epsilon"] < 0.1

    _, more = train_for_turns(run, 700)
    assert (more.reason, more.total_turns) == ("finished", 700)


@pytest.mark.parametrize("stops", [(2, 100), (150, 300), (499, 500)])
def test_turns_that_were_stopped_are_those_that_were_not(
    make_run, outcome_of, assert_same, stop_at, tmp_path, stops
):
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    whole, stopped = (make_run(tmp_path / name, training=EVALUATED) for name in ("whole", "stopped"))
    assert train_for_turns(whole, 500)[1].reason == "finished"
    for turns in stops:
        assert train_for_turns(stopped, 500, lambda trainer, at=turns: stop_at(trainer, at))[1].reason == (
            "interrupted"
        )
    assert train_for_turns(stopped, 500)[1].reason == "finished"
    once, again = outcome_of(whole), outcome_of(stopped)
    for outcome in (once, again):  # who stops leaves a checkpoint
        outcome["checkpoints"] = {"best.pt": outcome["checkpoints"]["best.pt"]}
    assert_same(once, again)


def test_all_turns_and_the_evaluation_after_them_are_made_once(make_run, tmp_path):
    run = make_run(tmp_path, training=EVALUATED)
    trainer, _ = train_for_turns(run, 300)
    assert not trainer.evaluation.missing_at_the_end(300)
    evaluations = run.events.read_text(encoding="utf-8").count('"event": "evaluation"')
    again, outcome = train_for_turns(run, 300)
    assert (outcome.reason, outcome.total_turns) == ("finished", 300)
    assert not again.evaluation.missing_at_the_end(300)
    assert run.events.read_text(encoding="utf-8").count('"event": "evaluation"') == evaluations
