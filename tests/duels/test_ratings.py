"""Ratings: what they must be whatever was played."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.duels.ratings import AVERAGE, Result, Share, rate

NAMES = ["a", "b", "c", "d", "e"]

counts = st.integers(0, 30)
pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1])
results = st.builds(lambda pair, x, y, z: Result(*pair, x, y, z), pairs, counts, counts, counts)
tables = st.lists(results, min_size=1, max_size=12)


def chance_of_winning(elo: float, other: float) -> float:
    """By the definition of the scale: 400 points are ten wins for each loss."""
    return 1 / (1 + 10 ** ((other - elo) / 400))


def elos(table) -> dict[str, float]:
    return {name: rating.elo for name, rating in rate(table).items()}


def widths(table) -> dict[str, float]:
    return {name: rating.ci95[1] - rating.ci95[0] for name, rating in rate(table).items()}


@settings(max_examples=60, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_matches_and_who_is_named_first_change_nothing(table, chance):
    shuffled = [
        Result(r.second, r.first, r.second_wins, r.first_wins, r.draws) if chance.random() < 0.5 else r
        for r in chance.sample(table, len(table))
    ]
    assert elos(shuffled) == pytest.approx(elos(table), abs=1e-6)
    assert widths(shuffled) == pytest.approx(widths(table), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_what_is_rated_is_the_most_likely(table):
    """The slope of the likelihood is zero there: each has won as much as its rating says it should."""
    ratings = elos(table)
    for name, elo in ratings.items():
        won = expected = 0.0
        for r in table:
            if name in (r.first, r.second):
                other = r.second if name == r.first else r.first
                won += (r.first_wins if name == r.first else r.second_wins) + r.draws / 2
                expected += r.games * chance_of_winning(elo, ratings[other])
        # What is left over is the one imagined draw against an average participant, which pulls by half at most.
        assert abs(won - expected) <= 0.5 + 1e-6


@settings(max_examples=60, deadline=None)
@given(tables)
def test_everybody_is_rated_around_the_average_inside_an_interval(table):
    ratings = rate(table)
    assert set(ratings) == {name for r in table for name in (r.first, r.second)}
    assert np.mean([rating.elo for rating in ratings.values()]) == pytest.approx(AVERAGE)
    assert list(ratings) == sorted(ratings, key=lambda name: (-ratings[name].elo, name))
    for rating in ratings.values():
        assert np.isfinite([rating.elo, *rating.ci95]).all()
        assert rating.ci95[0] < rating.elo < rating.ci95[1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=10, max_size=10))
def test_more_matches_of_the_same_kind_make_every_interval_smaller(counts):
    every_pair = [(a, b) for a in NAMES for b in NAMES if a < b]
    table = [Result(*pair, *wins) for pair, wins in zip(every_pair, counts, strict=True)]
    once, often = rate(table), rate(table * 10)
    for name in NAMES:
        assert often[name].games == 10 * once[name].games
        assert widths(table * 10)[name] < 0.5 * widths(table)[name]


def played(strengths: dict[str, float], games: int, seed: int) -> list[Result]:
    chance = random.Random(seed)
    table = []
    for first in strengths:
        for second in strengths:
            if first < second:
                likely = chance_of_winning(strengths[first], strengths[second])
                wins = sum(chance.random() < likely for _ in range(games))
                table.append(Result(first, second, wins, games - wins))
    return table


@pytest.mark.parametrize("shift", [0, 5000])
def test_known_strengths_are_found_again_wherever_the_scale_begins(shift):
    strengths = dict(zip(NAMES, [700, 900, 1000, 1100, 1300], strict=True))
    found = elos(played({name: elo + shift for name, elo in strengths.items()}, 2000, seed=1))
    assert found == pytest.approx(strengths, abs=25)
    assert found == elos(played(strengths, 2000, seed=1))


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    strengths = dict(zip(NAMES, [850, 950, 1000, 1050, 1150], strict=True))
    inside = [
        low <= strengths[name] <= high
        for seed in range(60)
        for name, rating in rate(played(strengths, 30, seed)).items()
        for low, high in [rating.ci95]
    ]
    assert 0.91 < np.mean(inside) < 0.99


def test_who_won_or_lost_everything_is_rated_all_the_same():
    ratings = rate([Result("a", "b", 1000, 0), Result("b", "c", 0, 0)])
    assert 1000 < ratings["a"].elo < 4000
    assert ratings["c"].games == 0
    assert rate([]) == {}


def test_draws_count_half():
    ratings = rate([Result("a", "b", 0, 0, 10)])
    assert ratings["a"].elo == pytest.approx(ratings["b"].elo)
    assert ratings["a"].share == 0.5
    assert elos([Result("a", "b", 6, 2, 4)]) == pytest.approx(elos([Result("a", "b", 8, 4)]))


def test_four_hundred_points_are_ten_wins_for_each_loss():
    rated = elos([Result("a", "b", 1_000_000, 100_000)])
    assert rated["a"] - rated["b"] == pytest.approx(400, abs=0.01)


@given(st.integers(1, 500), st.data())
def test_a_share_lies_in_its_interval_which_stays_between_none_and_all(of, data):
    share = Share(data.draw(st.integers(0, of)), of)
    low, high = share.ci95
    assert 0 <= low <= share.value <= high <= 1
    assert low < high


def test_at_the_ends_of_its_interval_a_share_would_be_just_believable():
    """That is how Wilson found it: there, what was seen lies 1.96 standard deviations away."""
    for count, of in [(0, 10), (3, 7), (50, 100), (199, 200)]:
        share = Share(count, of)
        for end in share.ci95:
            distance = abs(share.value - end) / np.sqrt(end * (1 - end) / of) if 0 < end < 1 else 1.96
            assert distance == pytest.approx(1.96, abs=1e-3)
    assert Share(0, 10).ci95 == pytest.approx((0.0, 0.2775), abs=5e-5)
