"""Which rewards came, how often, and whether more reward is more score: what one trains for and what one wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retro_gamer_core.playing.replay import Recording

#: So many different rewards are told; the rest is put together.
MOST_AMOUNTS = 8

#: A rise or fall is believed where it is at least this part of what there is to rise or fall.
_NOTEWORTHY = 0.1


def ledger(recordings: Iterable[Recording]) -> dict[str, Any]:
    """The ledger of recorded games, in the order in which they were played, as plain values for the page.

    ``rewards`` has an ``amount`` (None for all the rarer ones together), how often it came (``count``) and in which
    ``share`` of all ``turns``; turns without a reward are not told. ``by_moment`` has each game, and ``warning`` says
    where reward and score went different ways.
    """
    games = list(recordings)
    turns = sum(game.turns for game in games)
    counts = Counter(round(float(reward), 6) for game in games for reward in game.rewards if reward)
    told: list[tuple[float | None, int]] = [*counts.most_common(MOST_AMOUNTS)]
    if rest := counts.total() - sum(count for _, count in told):
        told.append((None, rest))
    kept = [(game.total_reward, game.score) for game in games if game.score is not None]
    return {
        "rewards": [{"amount": amount, "count": count, "share": count / turns} for amount, count in told],
        "turns": turns,
        "by_moment": [
            {"turns": game.at["total_turns"], "reward": game.total_reward, "score": game.score}
            for game in games
        ],
        "warning": apart([reward for reward, _ in kept], [score for _, score in kept]),
    }


def apart(rewards: Sequence[float], scores: Sequence[float]) -> str | None:
    """A warning where the one rose and the other fell from the first half of some games to the second."""
    if len(rewards) < 4:
        return None
    reward, score = _change(rewards), _change(scores)
    if reward > 0 > score:
        return "the reward rises while the score falls: it learns what the reward pays for, and that is not the score"
    if score > 0 > reward:
        return "the score rises while the reward falls: what it is paid for is not what makes the score"
    return None


def _change(values: Sequence[float]) -> float:
    """From the mean of the first half to that of the second; 0.0 where it is too small to speak of."""
    half = len(values) // 2
    change = fmean(values[-half:]) - fmean(values[:half])
    return change if abs(change) > _NOTEWORTHY * (max(values) - min(values)) else 0.0
