"""What came of a duel: the table of all snapshots, and how far each side has come."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from retro_gamer_core.cli.printing import say, say_lines, table

if TYPE_CHECKING:
    from retro_gamer_core.duels.directory import DuelRecord
    from retro_gamer_core.duels.pairings import Progress
    from retro_gamer_core.duels.ratings import Rating, Share

_HEADINGS = ("", "rating", "95 % interval", "games", "won", "trained")
_EXPLAINED = (
    "rating: 400 points more mean ten wins for each loss; 1,000 is the average of all. 95 % interval: where the "
    "rating probably lies, as so many matches tell. won: draws count half. Only the two sides play each other, so "
    "a side that has it easier in this game stands higher."
)


def print_ratings(record: DuelRecord, ratings: dict[str, Rating]) -> None:
    """Print the table, the strongest first, and what its figures mean."""
    episodes = {snapshot.name: snapshot for snapshot in record.snapshots}
    rows = []
    for name, rating in ratings.items():
        low, high = rating.ci95
        snapshot = episodes[name]
        trained = f"{snapshot.episode:,} episodes" if snapshot.file else "not at all: random keys"
        interval = f"{low:,.0f} to {high:,.0f}"
        rows.append(
            (name, f"{rating.elo:,.0f}", interval, f"{rating.games:,}", f"{rating.share:.0%}", trained)
        )
    table(_HEADINGS, rows, right=_HEADINGS[1:5], indent="  ")
    say()
    say_lines("  ", _EXPLAINED)


def print_progress(progress: tuple[Progress, Progress], matches: int) -> None:
    """Print how often the first snapshots and the last ones win, and what that means."""
    for side in progress:
        say(f"{side.side} against {side.rival.name}, in {matches:,} matches each:", bold=True)
        rows = [(f"{side.first.name} won", side.then)]
        if side.last != side.first:
            rows.append((f"{side.last.name} won", side.now))
        width = max(len(name) for name, _ in rows)
        for name, share in rows:
            say(f"  {name:<{width}}  {_share(share)}")
        say_lines("  ", _verdict(side))


def as_data(
    record: DuelRecord, ratings: dict[str, Rating], progress: tuple[Progress, Progress], matches: int
) -> dict[str, Any]:
    """The same for programs."""
    return {
        "sides": list(record.sides),
        "runs": [str(run) for run in record.runs],
        "snapshots": [asdict(snapshot) | {"name": snapshot.name} for snapshot in record.snapshots],
        "ratings": {name: asdict(rating) for name, rating in ratings.items()},
        "matches": matches,
        "progress": {
            side.side: {
                "against": side.rival.name,
                "first": {"name": side.first.name, **_as_data(side.then)},
                "last": {"name": side.last.name, **_as_data(side.now)},
                "better": side.better,
                "sure": side.surely,
            }
            for side in progress
        },
    }


def _as_data(share: Share) -> dict[str, Any]:
    return {"won": share.count, "of": share.of, "share": share.value, "ci95": list(share.ci95)}


def _share(share: Share) -> str:
    low, high = share.ci95
    return f"{share.count:,} of {share.of:,}: {share.value:.1%} (95 % interval {low:.1%} to {high:.1%})"


def _verdict(side: Progress) -> str:
    if side.last == side.first:
        return "There is one snapshot of it so far; more rounds bring more."
    if not side.surely:
        return "The intervals overlap, so in so few matches that may be luck."
    if side.better:
        return "It wins more often than it did, and the intervals lie apart: that is hardly luck."
    return "It wins less often than it did, and the intervals lie apart: it has forgotten something."
