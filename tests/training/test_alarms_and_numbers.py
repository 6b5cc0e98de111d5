"""The arithmetic behind the alarms, beside naive models of it."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.contracts import LearnResult
from retro_gamer_core.events import EpisodeFinished
from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.training.alarms import GROWTH_OF_GAMES, MOSTLY_RANDOM, epsilon_at_end, largest_return
from retro_gamer_core.training.run_monitor import (
    IN_A_ROW,
    UPDATES_BETWEEN_GUESSES,
    Episodes,
    Exploration,
    RunMonitor,
    SoFar,
)
from retro_gamer_dqn.schedules import LinearInTurns, PerEpisode

REWARDS = st.floats(-1e6, 1e6, width=32)


def monitor(gamma: float = 0.9) -> RunMonitor:
    return RunMonitor(SimpleNamespace(training=SimpleNamespace(gamma=gamma, training_episodes=10)))


def episode(number: int, **values) -> EpisodeFinished:
    usual = {
        "total_reward": 1.0,
        "turns": 10,
        "epsilon": 0.5,
        "ended": "game over",
        "total_turns": 10 * number,
    }
    return EpisodeFinished(number=number, average_loss=None, **{**usual, **values})


def projections(schedule, lengths: list[int]) -> list[float]:
    """What would be said after each episode of a run of such games."""
    exploration, turns, said = Exploration(), 0, []
    for number, length in enumerate(lengths, 1):
        turns += length
        schedule.turns_played(length)
        schedule.episode_finished()
        exploration.add(episode(number, epsilon=schedule.epsilon, turns=length, total_turns=turns))
        at_end = epsilon_at_end(exploration, number, len(lengths))
        if at_end is not None:
            said.append(at_end)
    return said


@settings(max_examples=60, deadline=None)
@given(
    start=st.floats(0.1, 1), floor=st.floats(0, 1), fall=st.floats(1e-6, 0.05), per_episode=st.booleans(),
    lengths=st.lists(st.integers(10, 10 * GROWTH_OF_GAMES), min_size=100, max_size=400),
)  # fmt: skip
def test_exploration_that_ends_in_time_is_never_called_too_long(start, floor, fall, per_episode, lengths):
    """Whatever the schedule, and even if games become four times as long on the way."""
    floor = min(floor, start)
    schedule = (
        PerEpisode(start, floor, 1 - fall) if per_episode else LinearInTurns(start, floor, round(10 / fall))
    )
    said = projections(schedule, lengths)
    at_end = schedule.epsilon
    assert all(one <= at_end + 1e-6 for one in said)
    if at_end >= MOSTLY_RANDOM:
        assert said[-1] == pytest.approx(at_end, abs=1e-6), "the nearer the end, the surer"


@given(factor=st.floats(0.999, 0.99999), lengths=st.lists(st.integers(1, 50), min_size=60, max_size=60))
def test_a_schedule_by_episodes_is_recognised_from_its_first_fifty(factor, lengths):
    exploration, schedule = Exploration(), PerEpisode(1.0, 0.0, factor)
    for number in range(1, 61):
        schedule.episode_finished()
        exploration.add(episode(number, epsilon=schedule.epsilon, total_turns=sum(lengths[:number])))
    assert epsilon_at_end(exploration, 60, 1_000) == pytest.approx(factor**1_000, rel=1e-9)


def test_games_that_all_end_in_one_turn_are_no_schedule():
    """With 64 games in step, ε by turns is the same for 64 episodes in a row."""
    exploration = Exploration()
    for number in range(1, 200):
        exploration.add(episode(number, epsilon=0.9, total_turns=1_000))
    assert exploration.episodes_in_a_row == 0


@given(turns=st.lists(st.lists(REWARDS, min_size=3, max_size=3), min_size=1, max_size=20))
def test_a_monitor_holds_the_range_of_all_rewards(turns):
    run = monitor()
    for rewards in turns:
        run.notice_rewards(np.array(rewards, np.float32))
    together, noticed = np.array(turns, np.float32), run.signs
    assert (noticed.turns, noticed.lowest_reward, noticed.highest_reward) == (
        together.size,
        together.min(),
        together.max(),
    )


@given(batches=st.lists(st.lists(REWARDS, min_size=2, max_size=2), max_size=5 * UPDATES_BETWEEN_GUESSES))
def test_the_largest_guess_is_that_of_the_tamest_batch_looked_at(batches):
    run = monitor()
    for batch in batches:
        run.notice_update(LearnResult(0.0, np.zeros(2, np.float32), np.array(batch, np.float32)))
    looked_at = batches[UPDATES_BETWEEN_GUESSES - 1 :: UPDATES_BETWEEN_GUESSES]
    run.look()
    assert list(run.guesses) == ([min(max(map(abs, batch)) for batch in looked_at)] if looked_at else [])
    run.look()
    assert len(run.guesses) == bool(looked_at), "until there is a new one"


def test_a_learner_that_does_not_tell_its_guesses_gives_none():
    run = monitor()
    for _ in range(3 * UPDATES_BETWEEN_GUESSES):
        run.notice_update(LearnResult(0.0, np.zeros(2, np.float32)))
    run.look()
    assert not run.guesses and run.signs.updates == 3 * UPDATES_BETWEEN_GUESSES


@given(gamma=st.floats(0.01, 0.999), rewards=st.lists(REWARDS, min_size=1, max_size=50))
def test_no_return_is_larger_than_the_largest(gamma, rewards):
    run = monitor(gamma)
    run.notice_rewards(np.array(rewards))
    bound = largest_return(run)
    total = 0.0
    for reward in reversed(rewards):
        total = reward + gamma * total
        assert bound is None or abs(total) <= bound * (1 + 1e-9)
    assert (bound is None) == (not any(rewards))


def test_without_discount_or_without_all_rewards_there_is_no_largest_return():
    for gamma, turns, bound in [(1.0, 0, None), (0.9, 6, None), (0.9, 5, pytest.approx(10))]:
        run = monitor(gamma)
        run.notice_rewards(np.ones(5))
        run.turns = turns
        assert largest_return(run) == bound


@given(
    played=st.lists(
        st.tuples(st.integers(1, 9), REWARDS, st.sampled_from(["game over", "turn limit", "error"])),
        max_size=20,
    )
)
def test_episodes_hold_the_ranges_of_all_that_no_error_ended(played):
    episodes = Episodes()
    for number, (turns, reward, ended) in enumerate(played, 1):
        episodes.add(episode(number, turns=turns, total_reward=reward, ended=ended))
    whole = [(turns, reward) for turns, reward, ended in played if ended != "error"]
    assert episodes.count == len(whole)
    assert episodes.cut == sum(ended == "turn limit" for *_, ended in played)
    if whole:
        lengths, rewards = zip(*whole, strict=True)
        assert (episodes.shortest, episodes.longest) == (min(lengths), max(lengths))
        assert (episodes.lowest, episodes.highest) == (min(rewards), max(rewards))


@given(guesses=st.lists(st.floats(0, 1e6), max_size=9), numbers=st.integers(1, 9))
def test_what_is_known_so_far_survives_saving(guesses, numbers):
    one, two = monitor(), monitor()
    for number in range(1, numbers + 1):
        one.add_episode(episode(number))
    for guess in guesses:
        one.signs.largest_guess = guess
        one.look()
    two.go_on_from(restored(SoFar, asdict(one)))
    assert asdict(two) == asdict(one)
    assert two.guesses == guesses[-IN_A_ROW:]
