"""Ranks that say no more than the games do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_class.ranks import rank_in_words, rank_intervals

KINDS = {
    "normal": lambda rng, shape: rng.normal(0, 1, shape),
    "seldom a point": lambda rng, shape: (rng.random(shape) < 0.3).astype(float),
    "a few very high ones": lambda rng, shape: rng.lognormal(0, 1, shape),
}


@pytest.mark.parametrize("kind", KINDS)
def test_those_who_are_alike_are_hardly_ever_told_apart(kind):
    """Of 100 leagues, some 95 would be enough; 89 or fewer come about once in a hundred times."""
    rng = np.random.default_rng(1)
    leagues = [rank_intervals(KINDS[kind](rng, (8, 20)), resamples=200, seed=i) for i in range(100)]
    assert sum(set(ranks) == {(1, 8)} for ranks in leagues) >= 90


def test_those_who_are_one_standard_deviation_apart_are_told_apart():
    rng = np.random.default_rng(2)
    skill = np.arange(4)[:, None]
    right = [rank_intervals(rng.normal(0, 1, (4, 60)) + skill, resamples=200) for _ in range(50)]
    assert sum(ranks == [(4, 4), (3, 3), (2, 2), (1, 1)] for ranks in right) >= 45


def test_what_the_games_have_in_common_does_not_hide_a_difference():
    rng = np.random.default_rng(3)
    luck_of_the_game = rng.normal(0, 100, 20)
    scores = np.stack([luck_of_the_game + rng.normal(0, 1, 20), luck_of_the_game + rng.normal(3, 1, 20)])
    assert rank_intervals(scores) == [(2, 2), (1, 1)]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(-5, 5), min_size=6, max_size=6), min_size=1, max_size=6),
    st.integers(-1000, 1000),
)
def test_ranks_hold_the_order_of_the_means_and_know_no_scale(rows, shift):
    scores = np.array(rows, float)
    ranks = rank_intervals(scores, resamples=50)
    assert ranks == rank_intervals(scores * 4 + shift, resamples=50)
    for rank, mean in zip(ranks, scores.mean(axis=1), strict=True):
        assert 1 <= rank[0] <= rank[1] <= len(rows)
        assert rank[0] <= 1 + sum(scores.mean(axis=1) > mean), "nobody is worse than those below"


@pytest.mark.parametrize(
    ("rank", "words"),
    [((1, 1), "1st"), ((3, 5), "3rd to 5th"), ((11, 12), "11th to 12th"), ((22, 22), "22nd")],
)
def test_in_words(rank, words):
    assert rank_in_words(rank) == words
