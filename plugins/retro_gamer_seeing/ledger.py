"""Which rewards came, how often, and whether more reward is more score: what one trains for and what one wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retro_gamer_core.playing.replay import Recording

#: So many different rewards are told; the rest is put together.
MOST_AMOUNTS = 8

#: A rise or fall is believed where it is at least this part of what there is to rise or fall.
_NOTEWORTHY = 0.1


@dataclass(frozen=True)
class Entry:
    """A reward: ``amount`` (None for all the rarer ones together), how often it came, in which share of turns."""

    amount: float | None
    count: int
    share: float


@dataclass(frozen=True)
class Ledger:
    """The rewards of some games, and ``warning``, where reward and score go different ways."""

    entries: tuple[Entry, ...]
    turns: int
    warning: str | None


def ledger(recordings: Iterable[Recording]) -> Ledger:
    """The ledger of recorded games, in the order in which they were played. Turns without a reward are not told."""
    games = list(recordings)
    turns = sum(game.turns for game in games)
    counts = Counter(round(float(reward), 6) for game in games for reward in game.rewards if reward)
    ranked = counts.most_common()
    told = [Entry(amount, count, count / turns) for amount, count in ranked[:MOST_AMOUNTS]]
    rest = sum(count for _, count in ranked[MOST_AMOUNTS:])
    if rest:
        told.append(Entry(None, rest, rest / turns))
    kept = [(game.total_reward, game.score) for game in games if game.score is not None]
    return Ledger(tuple(told), turns, apart([reward for reward, _ in kept], [score for _, score in kept]))


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
