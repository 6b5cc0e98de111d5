"""How often did each participant win, and how strong is it? Shares and ratings, each with an interval.

The model says that a participant rated 400 points higher wins ten times as often as it loses: the chance
of beating another is ``1 / (1 + 10^(-difference / 400))``. The ratings are those under which what was seen
is most likely, a draw counting as half a win. They depend on all results at once, and on no order.

Sources: Bradley and Terry 1952, "Rank Analysis of Incomplete Block Designs: I. The Method of Paired
Comparisons", for the model; Elo 1978, "The Rating of Chessplayers, Past and Present", for the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

#: Elo points for one unit of the logistic scale.
POINTS = 400 / np.log(10)

#: The average of all ratings. Only differences mean anything.
AVERAGE = 1000.0

#: Each participant is thought to have drawn so many further games with an average one, so that who won or
#: lost every game is not infinitely strong or weak.
IMAGINED_DRAWS = 1.0

_Z95 = 1.959964
_STEPS = 100
_SMALL = 1e-10


@dataclass(frozen=True)
class Share:
    """So many of so many.

    Args:
        count: how often it happened.
        of: among how many.
    """

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def ci95(self) -> tuple[float, float]:
        """Where the share of very many would probably lie.

        Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
        """
        n, p = self.of, self.value
        middle = (p + _Z95**2 / (2 * n)) / (1 + _Z95**2 / n)
        width = _Z95 / (1 + _Z95**2 / n) * sqrt(p * (1 - p) / n + _Z95**2 / (4 * n**2))
        return max(0.0, min(p, middle - width)), min(1.0, max(p, middle + width))  # rounding aside


@dataclass(frozen=True)
class Result:
    """What came of the games between two participants.

    Args:
        first, second: their names.
        first_wins, second_wins, draws: how often.
    """

    first: str
    second: str
    first_wins: int
    second_wins: int
    draws: int = 0

    @property
    def games(self) -> int:
        return self.first_wins + self.second_wins + self.draws


@dataclass(frozen=True)
class Rating:
    """How strong a participant is.

    Args:
        elo: its points; the average of all participants has ``AVERAGE``.
        ci95: where they would probably lie, had very many games been played.
        games: how many it has played.
        share: wins among them, draws counting half; NaN without a game.
    """

    elo: float
    ci95: tuple[float, float]
    games: int
    share: float


def rate(results: Iterable[Result]) -> dict[str, Rating]:
    """The rating of everybody who took part, the strongest first.

    The most likely ratings are found by Newton's method, and the interval of each is the 95 % interval of the
    normal distribution that touches the likelihood at its peak (Laplace's approximation: its covariance is
    the inverse of the second derivatives), for the distance to the average of all.
    """
    results = list(results)
    names = sorted({name for result in results for name in (result.first, result.second)})
    if not names:
        return {}
    scores, games = _tables(results, {name: index for index, name in enumerate(names)})
    strengths, covariance = _most_likely(scores, games)
    strengths = strengths - strengths.mean()
    centring = np.eye(len(names)) - 1 / len(names)
    errors = np.sqrt(np.diag(centring @ covariance @ centring).clip(min=0))
    played, won = games.sum(axis=1), scores.sum(axis=1)
    elo = AVERAGE + POINTS * strengths
    ratings = {
        name: Rating(
            float(elo[i]),
            (float(elo[i] - _Z95 * POINTS * errors[i]), float(elo[i] + _Z95 * POINTS * errors[i])),
            int(played[i]),
            float(won[i] / played[i]) if played[i] else float("nan"),
        )
        for i, name in enumerate(names)
    }
    return dict(sorted(ratings.items(), key=lambda item: (-item[1].elo, item[0])))


def _tables(results: Iterable[Result], index: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """``float64[n, n]`` twice: points that the row made against the column, and games between them."""
    scores = np.zeros((len(index), len(index)))
    games = np.zeros_like(scores)
    for result in results:
        i, j = index[result.first], index[result.second]
        scores[i, j] += result.first_wins + result.draws / 2
        scores[j, i] += result.second_wins + result.draws / 2
        games[i, j] += result.games
        games[j, i] += result.games
    return scores, games


def _most_likely(scores: np.ndarray, games: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strengths on the logistic scale, ``float64[n]``, and their covariance, ``float64[n, n]``."""
    strengths = np.zeros(len(games))
    for _ in range(_STEPS):
        gradient, curvature = _derivatives(strengths, scores, games)
        step = np.linalg.solve(curvature, gradient)
        # From far away a whole step may overshoot; this much never does any harm, as there is one peak.
        step *= min(1.0, 1.0 / max(_SMALL, float(np.abs(step).max())))
        strengths = strengths + step
        if np.abs(step).max() < _SMALL:
            break
    return strengths, np.linalg.inv(_derivatives(strengths, scores, games)[1])


def _derivatives(
    strengths: np.ndarray, scores: np.ndarray, games: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First derivatives of the logarithm of the likelihood, and the second ones with their sign turned."""
    chances = _logistic(strengths[:, None] - strengths[None, :])
    imagined = _logistic(strengths)
    gradient = (scores - games * chances).sum(axis=1) + IMAGINED_DRAWS * (0.5 - imagined)
    weights = games * chances * (1 - chances)
    own = weights.sum(axis=1) + IMAGINED_DRAWS * imagined * (1 - imagined)
    return gradient, np.diag(own) - weights


def _logistic(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(x / 2))  # which never overflows
