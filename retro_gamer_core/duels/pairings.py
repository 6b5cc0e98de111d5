"""Who plays whom: the snapshots that a side trains against, the matches after a round, and those that compare.

Who trains against the newest opponent alone learns what beats that one, and may forget what beat those
before it: then the two go round in a circle, like rock, paper and scissors. So half of the games are
against older ones, unless asked otherwise (fictitious play: Heinrich, Lanctot and Silver 2015; a pool of
older selves: Bansal et al. 2018, "Emergent Complexity via Multi-Agent Competition").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retro_gamer_core.duels.ratings import Result, Share
from retro_gamer_core.duels.snapshots import Snapshot

#: With ``--opponents``: everybody so far, half of the games against the newest; or the newest alone.
POOL, NEWEST = "pool", "newest"

#: A new snapshot plays so many of the other side: the first, the newest, and an even spread between them.
MOST_RIVALS = 6

#: Games of each pairing, half of them in each side's training game.
GAMES_OF_A_PAIRING = 20


def opponents(snapshots: Sequence[Snapshot], how: str) -> list[Snapshot]:
    """Those whom a side trains against, of all snapshots of the other; the newest last."""
    return list(snapshots) if how == POOL else [snapshots[-1]]


def rivals(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """Those who play a new snapshot, of all snapshots of the other side."""
    last = len(snapshots) - 1
    chosen = {round(i * last / (MOST_RIVALS - 1)) for i in range(MOST_RIVALS)}
    return [snapshots[i] for i in sorted(chosen)]


def pairings(first: Sequence[Snapshot], second: Sequence[Snapshot]) -> list[tuple[Snapshot, Snapshot]]:
    """The matches after a round: the newest of each side against ``rivals`` of the other.

    Args:
        first, second: the snapshots of each side up to that round.
    """
    return [
        *((first[-1], rival) for rival in rivals(second)),
        *((rival, second[-1]) for rival in rivals(first) if rival is not first[-1]),
    ]


@dataclass(frozen=True)
class Progress:
    """How one side has come on, against the first snapshot of the other.

    Args:
        side: its name.
        rival: the first snapshot of the other side that had learned anything.
        first, last: the side's own.
        then, now: how often ``first`` and ``last`` have beaten ``rival``.
    """

    side: str
    rival: Snapshot
    first: Snapshot
    last: Snapshot
    then: Share
    now: Share

    @property
    def better(self) -> bool:
        """Whether it wins more often now."""
        return self.now.value > self.then.value

    @property
    def surely(self) -> bool:
        """Whether the intervals lie apart, so that this is hardly luck."""
        (then_low, then_high), (low, high) = self.then.ci95, self.now.ci95
        return low > then_high or high < then_low


def first_trained(snapshots: Sequence[Snapshot]) -> Snapshot:
    """The first that is not random keys: beating those shows nothing."""
    return next(snapshot for snapshot in snapshots if snapshot.file)


def to_compare(first: Sequence[Snapshot], second: Sequence[Snapshot]) -> list[tuple[Snapshot, Snapshot]]:
    """The matches it takes: the first of each side, and the last of each side against the first of the other."""
    one, other = first_trained(first), first_trained(second)
    return list(dict.fromkeys([(one, other), (first[-1], other), (one, second[-1])]))


def compare(
    first: Sequence[Snapshot], second: Sequence[Snapshot], results: Mapping[tuple[str, str], Result]
) -> tuple[Progress, Progress]:
    """How each side has come on. ``results``: of the matches of ``to_compare``, by the names of the two."""
    one, other = first_trained(first), first_trained(second)
    then = results[one.name, other.name]
    ours, theirs = results[first[-1].name, other.name], results[one.name, second[-1].name]
    return (
        Progress(one.side, other, one, first[-1], then.first_share, ours.first_share),
        Progress(other.side, one, other, second[-1], then.second_share, theirs.second_share),
    )
