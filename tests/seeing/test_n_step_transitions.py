"""Transitions over several turns, beside a model that looks at whole episodes when they are over."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core import GameMetadata, Observations, ObservationSpec, TimeSteps, Transitions
from retro_gamer_core.playing.environment import GameEnvironment, complete_metadata
from retro_gamer_core.playing.n_step import NStepAccumulator
from retro_gamer_core.playing.vector import SyncVectorEnv, Turn
from retro_gamer_core.plugins.registry import installed_plugins

SPEC = ObservationSpec(height=1, width=2, characters=("a",), features=("moment", "game"))
FLAGS = ("terminated", "truncated", "lost")


@dataclass(frozen=True)
class Happened:
    """One turn of one game: its reward, and how the episode went on."""

    reward: float
    ending: str | None


@dataclass(frozen=True)
class Expected:
    """A transition as the model has it; observations are told by the moment they were made."""

    game: int
    seen: float
    action: int
    reward: float
    discount: float
    seen_next: float
    began: bool


def recorded(games: int, turns: int) -> st.SearchStrategy[list[list[Happened]]]:
    """``turns`` rows of what happened in each of ``games``."""
    happened = st.builds(
        Happened,
        st.integers(-4, 4).map(float),
        st.sampled_from([None, None, None, None, *FLAGS]),
    )
    return st.lists(st.lists(happened, min_size=games, max_size=games), min_size=turns, max_size=turns)


def observations_at(moments: list[float]) -> Observations:
    """Made at these moments, one of each game, and unlike any other."""
    seen = Observations.empty(len(moments), SPEC)
    for game, moment in enumerate(moments):
        seen.cells[game] = [int(2 * moment) % 256, game]
        seen.features[game] = [moment, game]
    return seen


def moment_after(turn: int, happened: Happened) -> float:
    """The fresh game of the next turn is seen at a whole number; the last of an episode half a turn before."""
    return turn + 1 if happened.ending is None else turn + 0.5


def action_of(turn: int, game: int) -> int:
    return 10 * turn + game


def accumulate(record: list[list[Happened]], n: int, gamma: float) -> list[Transitions]:
    accumulator = NStepAccumulator(n, gamma, len(record[0]), SPEC)
    return [add(accumulator, record, turn) for turn in range(len(record))]


def add(accumulator: NStepAccumulator, record: list[list[Happened]], turn: int) -> Transitions:
    row, k = record[turn], len(record[turn])
    said: dict[str, Any] = {flag: np.array([h.ending == flag for h in row]) for flag in FLAGS}
    said["rewards"] = np.array([0.0 if h.ending == "lost" else h.reward for h in row], np.float32)
    said["next_observations"] = observations_at([moment_after(turn, h) for h in row])
    actions = np.array([action_of(turn, game) for game in range(k)])
    began = np.array([has_begun(record, turn, game) for game in range(k)])
    return accumulator.add(TimeSteps(observations_at([turn] * k), np.arange(k), began), actions, Turn(**said))


def has_begun(record: list[list[Happened]], turn: int, game: int) -> bool:
    return turn == 0 or record[turn - 1][game].ending is not None


def expected(record: list[list[Happened]], n: int, gamma: float) -> list[list[Expected]]:
    """By the turn in which they become known: oldest first, and among equally old ones in order of the games."""
    known: list[list[Expected]] = [[] for _ in record]
    for first in range(len(record)):
        for game in range(len(record[0])):
            reward, last = 0.0, first
            while True:
                happened = record[last][game]
                length = last - first + 1
                if happened.ending == "lost":
                    break
                reward += gamma ** (length - 1) * happened.reward
                if happened.ending or length == n:
                    discount = 0.0 if happened.ending == "terminated" else gamma**length
                    seen_next = moment_after(last, happened)
                    action, began = action_of(first, game), has_begun(record, first, game)
                    known[last].append(Expected(game, first, action, reward, discount, seen_next, began))
                    break
                last += 1
                if last == len(record):
                    break
    return known


def as_expected(transitions: Transitions) -> list[Expected]:
    rows = []
    for i in range(len(transitions)):
        seen, seen_next = transitions.observations[i], transitions.next_observations[i]
        for observation in (seen, seen_next):  # cells and features belong together
            moment, game = observation.features.tolist()
            assert observation.cells.tolist() == [[int(2 * moment) % 256, int(game)]]
        assert seen.features[1] == seen_next.features[1]
        rows.append(
            Expected(
                int(seen.features[1]),
                float(seen.features[0]),
                int(transitions.actions[i]),
                float(transitions.rewards[i]),
                float(transitions.discounts[i]),
                float(seen_next.features[0]),
                bool(transitions.began[i]),
            )
        )
        assert transitions.games[i] == seen.features[1]
    return rows


@settings(max_examples=150, deadline=None)
@given(
    n=st.integers(1, 5),
    record=st.integers(1, 4).flatmap(lambda games: st.integers(1, 25).flatmap(lambda t: recorded(games, t))),
    gamma=st.sampled_from([1.0, 1, 0.5, 0.99, 0.0]),
)
def test_transitions_are_those_of_the_episodes_as_they_went(n, record, gamma):
    for transitions, known in zip(accumulate(record, n, gamma), expected(record, n, gamma), strict=True):
        found = as_expected(transitions)
        assert [(e.game, e.seen, e.action, e.seen_next, e.began) for e in found] == [
            (e.game, e.seen, e.action, e.seen_next, e.began) for e in known
        ]
        for name in ("reward", "discount"):
            values = [[getattr(e, name) for e in rows] for rows in (found, known)]
            np.testing.assert_allclose(values[0], values[1], rtol=1e-6, atol=1e-6)
        assert transitions.rewards.dtype == transitions.discounts.dtype == np.float32
        assert transitions.actions.dtype == transitions.games.dtype == np.int64


def test_an_episode_by_hand():
    """Rewards 1, 2, 4 and the end, seen three turns ahead with half the worth a turn."""
    record = [
        [Happened(1, None)],
        [Happened(2, None)],
        [Happened(4, "terminated")],
        [Happened(8, "truncated")],
    ]
    turns = [as_expected(transitions) for transitions in accumulate(record, n=3, gamma=0.5)]
    assert turns[:2] == [[], []]
    assert turns[2] == [
        Expected(0, 0, 0, 1 + 2 / 2 + 4 / 4, 0.0, 2.5, True),
        Expected(0, 1, 10, 2 + 4 / 2, 0.0, 2.5, False),
        Expected(0, 2, 20, 4, 0.0, 2.5, False),
    ]
    assert turns[3] == [Expected(0, 3, 30, 8, 0.5, 3.5, True)], "a truncation is not an end"


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("n", [1, 3])
def test_games_in_step_feed_it_and_later_turns_change_nothing(dice, n, k):
    create_game = dice(end_at=0.1, raise_at=0.05)
    metadata = GameMetadata(["w"], "score", ["a", "b", "#"], observe_state=["luck"])
    complete_metadata(metadata, create_game)
    plugins = installed_plugins()
    encoder = plugins.build(plugins.find_part("encoder", "one_hot"), metadata=metadata)
    games = SyncVectorEnv([GameEnvironment(create_game, metadata, encoder) for _ in range(k)], 8, seed=3)
    games.reset()
    accumulator = NStepAccumulator(n, 0.5, k, encoder.spec)
    record, before, after, given = [], [], [], []
    for _ in range(60):
        steps, actions = games.time_steps(), np.arange(k) % 2
        before.append(deepcopy(steps.observations))
        turn = games.step(actions)
        after.append(deepcopy(turn.next_observations))
        endings = [next((flag for flag in FLAGS if getattr(turn, flag)[i]), None) for i in range(k)]
        record.append([Happened(float(turn.rewards[i]), endings[i]) for i in range(k)])
        given.append(accumulator.add(steps, actions, turn))
    before.append(deepcopy(games.observations))
    assert {h.ending for row in record for h in row} == {None, *FLAGS}
    for transitions, known in zip(given, expected(record, n, 0.5), strict=True):
        assert len(transitions) == len(known)
        for i, e in enumerate(known):
            whole = e.seen_next == int(e.seen_next)
            seen, seen_next = before[int(e.seen)], (before if whole else after)[int(e.seen_next)]
            assert_same(transitions.observations[i], seen[e.game])
            assert_same(transitions.next_observations[i], seen_next[e.game])
            assert transitions.actions[i] == e.game % 2
            assert (transitions.rewards[i], transitions.discounts[i]) == (e.reward, e.discount)
            assert (transitions.games[i], transitions.began[i]) == (e.game, e.began)


def assert_same(a: Observations, b: Observations) -> None:
    np.testing.assert_array_equal(a.cells, b.cells)
    np.testing.assert_array_equal(a.features, b.features)


def test_dropped_turns_never_come_back():
    record = [[Happened(1, None)] * 2 for _ in range(6)]
    accumulator = NStepAccumulator(3, 1.0, 2, SPEC)
    for turn in (0, 1):
        add(accumulator, record, turn)
    accumulator.drop()
    later = [as_expected(add(accumulator, record, turn)) for turn in (2, 3, 4)]
    assert later[:2] == [[], []]
    assert [(e.seen, e.reward) for e in later[2]] == [(2, 3.0), (2, 3.0)]


@settings(max_examples=40, deadline=None)
@given(recorded(2, 12), st.integers(1, 4), st.integers(0, 11))
def test_it_goes_on_exactly_where_its_state_was_taken(record, n, stop):
    whole = accumulate(record, n, 0.9)
    accumulator = NStepAccumulator(n, 0.9, 2, SPEC)
    for turn in range(stop):
        add(accumulator, record, turn)
    state = accumulator.state_dict()
    for turn in range(stop, len(record)):  # the state is not changed by going on
        add(accumulator, record, turn)
    resumed = NStepAccumulator(n, 0.9, 2, SPEC)
    resumed.load_state_dict(state)
    for turn in range(stop, len(record)):
        assert as_expected(add(resumed, record, turn)) == as_expected(whole[turn])


def test_turns_that_are_held_get_the_new_codes_too():
    codes = np.arange(256, dtype=np.uint8)
    codes[0] = 7
    accumulator = NStepAccumulator(2, 1.0, 1, SPEC)
    record = [[Happened(0, None)] for _ in range(2)]
    add(accumulator, record, 0)
    accumulator.recode(codes)
    transitions = add(accumulator, record, 1)
    assert transitions.observations.cells.tolist() == [[[7, 7]]]
    assert transitions.next_observations.cells.tolist() == [[[4, 0]]], (
        "seen after the change, in new codes already"
    )
