"""Who plays whom: the snapshots that a side trains against, and the matches after a round.

Who trains against the newest opponent alone learns what beats that one, and may forget what beat those
before it: then the two go round in a circle, like rock, paper and scissors. So half of the games are
against older ones, unless asked otherwise (fictitious play: Heinrich, Lanctot and Silver 2015; a pool of
older selves: Bansal et al. 2018, "Emergent Complexity via Multi-Agent Competition").
"""

from __future__ import annotations

from collections.abc import Sequence

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
