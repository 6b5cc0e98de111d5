"""What a duel has brought: how often did the first snapshots beat each other, and how often do the last?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retro_gamer_core.duels.ratings import Result
from retro_gamer_core.duels.shares import Share
from retro_gamer_core.duels.snapshots import Snapshot


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
        Progress(
            one.side,
            other,
            one,
            first[-1],
            Share(then.first_wins, then.games),
            Share(ours.first_wins, ours.games),
        ),
        Progress(
            other.side,
            one,
            other,
            second[-1],
            Share(then.second_wins, then.games),
            Share(theirs.second_wins, theirs.games),
        ),
    )
