"""Which rank a player may have: those whom the games cannot tell apart share their ranks."""

from __future__ import annotations

import numpy as np

_RESAMPLES = 2000


def rank_intervals(
    scores: np.ndarray, *, resamples: int = _RESAMPLES, seed: int = 0
) -> list[tuple[int, int]]:
    """The best and the worst rank that each player may have, 1 being the best.

    Args:
        scores: ``float64[players, games]``; a column is one game, begun alike for all.
        resamples: so many times, as many games are drawn with replacement.
        seed: where that drawing begins.

    Two players are told apart where the mean of their differences, game by game, is too large for luck. How large
    that is, is the same multiple of its standard error for all pairs: the one that the largest of all of them
    exceeds in 5 of 100 resamples; then the same again for the pairs that are left. So in about 95 of 100 leagues,
    every interval holds the rank that the player would have after very many games.

    Sources: Romano and Wolf 2005, "Exact and Approximate Stepdown Methods for Multiple Hypothesis Testing"; Mohamad,
    Goeman and van Zwet 2019, "Simultaneous Confidence Intervals for Ranks".
    """
    players, games = scores.shape
    if players < 2 or games < 2:
        return [(1, players)] * players
    one, other = np.triu_indices(players, 1)
    differences = scores[one] - scores[other]
    means, squares = differences.mean(axis=1), (differences**2).mean(axis=1)
    distances = _in_standard_errors(means, means, squares, games, np.inf)
    drawn = np.random.default_rng(seed).multinomial(games, [1 / games] * games, resamples) / games
    # Where all drawn games had the same difference, nothing is known of how much it varies.
    by_luck = np.array(
        [
            _in_standard_errors(again - mean, again, drawn @ each**2, games, 0.0)
            for each, mean, again in zip(differences, means, differences @ drawn.T, strict=True)
        ]
    )
    told_apart = np.zeros(len(one), bool)
    while not told_apart.all():
        new = ~told_apart & (distances > np.quantile(by_luck[~told_apart].max(axis=0), 0.95))
        if not new.any():
            break
        told_apart |= new
    better = np.zeros((players, players), bool)
    better[one, other] = told_apart & (means > 0)
    better[other, one] = told_apart & (means < 0)
    best, worst = 1 + better.sum(axis=0), players - better.sum(axis=1)
    return [(int(low), int(high)) for low, high in zip(best, worst, strict=True)]


def rank_in_words(interval: tuple[int, int]) -> str:
    """``1st``, ``3rd to 5th``."""
    low, high = interval
    return _ordinal(low) if low == high else f"{_ordinal(low)} to {_ordinal(high)}"


def _ordinal(rank: int) -> str:
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"


def _in_standard_errors(
    distance: np.ndarray, mean: np.ndarray, mean_of_squares: np.ndarray, games: int, of_none: float
) -> np.ndarray:
    """The size of a distance in standard errors of a mean; ``of_none`` where nothing varies, 0 for no distance."""
    variance = mean_of_squares - mean**2
    varies = variance > 1e-12 * mean_of_squares  # and is not what rounding has left over
    errors = np.sqrt(np.where(varies, variance, 1.0) / (games - 1))
    return np.where(varies, np.abs(distance) / errors, np.where(distance == 0, 0.0, of_none))
