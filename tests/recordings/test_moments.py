"""The moments that decided a game, beside a plain model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.playing.replay import Recording
from retro_gamer_seeing.moments import moments


def game(values, rewards=None, keys=None, ended="turn limit") -> Recording:
    values = np.array(values, np.float32)
    turns = len(values)
    return Recording(
        game="g",
        seed=0,
        keys=np.array(values.argmax(axis=1) if keys is None else keys, np.uint16),
        values=values,
        rewards=np.array([0] * turns if rewards is None else rewards, np.float32),
        score=None,
        total_reward=0.0,
        ended=ended,
        checksum=0,
    )


def found(recording: Recording, **options) -> list[tuple[int, str]]:
    return [(moment.turn, moment.kind) for moment in moments(recording, gamma=1.0, **options)]


def test_a_fall_a_surprise_and_the_end():
    value = [5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    rewards = [0] * 9 + [7] + [0] * 6
    recording = game([[each, 0] for each in value], rewards, ended="game over")
    assert found(recording) == [(4, "drop"), (9, "surprise"), (15, "death")]
    fall, surprise, end = moments(recording, gamma=1.0)
    assert (fall.amount, fall.before, fall.after) == (-4, 5, 1)
    assert surprise.amount == 7 and end.after is None
    assert fall.title == "the value falls from 5 to 1"
    assert surprise.title == "7 more than expected"


def test_a_value_that_falls_because_the_reward_has_come_is_none():
    assert found(game([[9, 0], [9, 0], [0, 0], [0, 0]], [0, 9, 0, 0])) == []


def test_a_key_of_which_little_was_expected_and_much_came_is_a_surprise():
    assert found(game([[5, 0]] * 8, keys=[0, 0, 0, 1, 0, 0, 0, 0])) == [(3, "surprise")]


def test_a_quiet_game_has_none():
    assert found(game([[1, 0]] * 30)) == []
    assert found(game([[1, 0]], ended="game over")) == [(0, "death")]
    assert found(game([[np.nan, np.inf]] * 5, [0] * 5)) == []


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    turns=st.integers(1, 120),
    most=st.integers(1, 8),
    ended=st.sampled_from(["game over", "turn limit"]),
)
def test_the_largest_come_first_and_none_lie_close(seed, turns, most, ended):
    rng = np.random.default_rng(seed)
    recording = game(
        rng.normal(size=(turns, 3)), rng.integers(-1, 2, size=turns), rng.integers(3, size=turns), ended
    )
    chosen = moments(recording, gamma=0.9, most=most)
    assert len(chosen) <= most
    assert [each.turn for each in chosen] == sorted({each.turn for each in chosen})
    apart = max(3, round(turns / 25))
    assert all(b.turn - a.turn >= apart for a, b in pairwise(chosen))
    assert [each.turn for each in chosen if each.kind == "death"] == [turns - 1] * (ended == "game over")

    highest = recording.values.astype(float).max(axis=1)
    falls = {}
    for turn in range(turns - 1):
        reward = float(recording.rewards[turn])
        fall = highest[turn] - highest[turn + 1] - max(0.0, reward)
        error = reward + 0.9 * highest[turn + 1] - float(recording.values[turn, recording.keys[turn]])
        if fall > 0 and fall >= abs(error) / 2 and (ended == "turn limit" or turns - 1 - turn >= apart):
            falls[turn] = fall
    scale = max(np.ptp(highest), np.abs(recording.rewards).max())
    drops = {each.turn: -each.amount for each in chosen if each.kind == "drop"}
    assert all(np.isclose(amount, falls[turn]) for turn, amount in drops.items())
    if falls and max(falls.values()) > 0.05 * scale and most > 1:
        assert max(falls, key=falls.get) in drops
