"""``retro-gamer duel``: two runs train against each other, and matches say who is how strong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retro_gamer_core.cli.arguments import SOME
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.cli.play import play
from retro_gamer_core.terminal.printing import (
    command,
    next_step,
    say,
    say_json,
    table,
    warn,
    what_games_print_aside,
)
from retro_gamer_core.terminal.progress import EpisodeGoal, Progress

if TYPE_CHECKING:
    from retro_gamer_core.duels.directory import DuelRecord
    from retro_gamer_core.duels.matches import Progress as HowFar
    from retro_gamer_core.duels.opponent import Snapshot
    from retro_gamer_core.duels.ratings import Rating, Share
    from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Evaluated, RunInfo

_EXPLAINED = (
    "rating: 400 points more mean ten wins for each loss; 1,000 is the average of all. 95 % interval: where the "
    "rating probably lies, as so many matches tell. won: draws count half. Only the two sides play each other, so "
    "a side that has it easier in this game stands higher."
)


@click.command()
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@click.option("--rounds", type=SOME, default=10, help="How many rounds in all; more of them, later, go on.")
@click.option("--episodes", type=SOME, default=200, help="How many each side trains in a round.")
@click.option(
    "--opponents",
    type=click.Choice(["pool", "newest"]),
    default="pool",
    help="Whom each side trains against: the newest snapshot of the other in half of the games and older ones in "
    "the other half, or always the newest.",
)
@click.option(
    "--matches", type=click.IntRange(min=2), default=200,
    help="How many games of each pairing compare the last with the first in the end.",
)  # fmt: skip
@click.option(
    "--output", metavar="DIR", help="Where the duel is kept; a directory beside the first run if left out."
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome for programs, and show no game.")
@click.pass_context
def duel(
    ctx: click.Context,
    first: str,
    second: str,
    rounds: int,
    episodes: int,
    opponents: str,
    matches: int,
    output: str | None,
    as_json: bool,
) -> None:
    """Let two runs train against each other.

    In each round, each side trains against frozen snapshots of the other. Then matches say how strong
    every snapshot is. Ctrl-C stops with everything saved; the same command goes on.
    """
    from retro_gamer_core.duels.directory import DuelDirectory
    from retro_gamer_core.duels.duel import Duel, Stopped
    from retro_gamer_core.duels.matches import check_that_they_meet
    from retro_gamer_core.duels.opponent import seated
    from retro_gamer_core.duels.sides import open_sides
    from retro_gamer_core.training.interrupts import stop_on_interrupt

    with what_games_print_aside():
        sides = open_sides(Path(first), Path(second))
        check_that_they_meet(*sides)
    one, other = (side.run.path for side in sides)
    directory = DuelDirectory(output or one.parent / f"duel-{one.name}-{other.name}")
    flags = {"episodes": episodes, "opponents": opponents, "matches": matches, "output": output}
    with directory.hold(), stop_on_interrupt(warn) as stop:
        if damaged := directory.unreadable_matches():
            lines = f"{damaged} line{'s' * (damaged > 1)}"
            warn(f"Warning: {lines} of matches.jsonl cannot be read; those matches are played again")
        this = Duel(sides, directory, rounds, episodes, opponents, matches, warn, _Step, stop)
        try:
            with what_games_print_aside():
                progress = this.play()
        except Stopped:
            say(f"Stopped; everything is saved in {directory.path} and in both runs.")
            next_step(f"{command('duel', first, second, **flags, rounds=rounds)}      (goes on exactly here)")
            raise click.exceptions.Exit(INTERRUPTED) from None
    if as_json:
        say_json(_for_programs(this.record, this.ratings(), progress, matches))
        return
    _print_ratings(this.record, this.ratings())
    for side in progress:
        _print_how_far(side, matches)
    say()
    say(f"More rounds go on from here: {command('duel', first, second, **flags, rounds=2 * rounds)}")
    say(f"\n{sides[0].name} against {sides[1].name}, as they play now:")
    newest = this.record.of(sides[1].name)[-1]
    with seated({sides[1].path: [directory.file(newest)]}):
        ctx.invoke(play, run=first)


class _Step(Progress):
    """A training in a duel: no heading, no figures, and no notes on going on, which it does in every round."""

    def __init__(self, begun: int, until: int) -> None:
        super().__init__(EpisodeGoal(begun, until))
        self._begun = False

    def training_started(self, run: RunInfo, choices: list[str]) -> None: ...

    def episode_finished(self, episode: EpisodeFinished) -> None:
        self._begun = True
        super().episode_finished(episode)

    def note(self, line: str) -> None:
        if self._begun:
            super().note(line)

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None: ...

    def evaluated(self, evaluation: Evaluated) -> None: ...


def _print_ratings(record: DuelRecord, ratings: dict[str, Rating]) -> None:
    """The table of all snapshots, the strongest first, and what its figures mean."""
    snapshots = {snapshot.name: snapshot for snapshot in record.snapshots}
    say()
    table(
        (
            {
                "": name,
                "rating": f"{rating.elo:,.0f}",
                "95 % interval": " to ".join(f"{end:,.0f}" for end in rating.ci95),
                "games": f"{rating.games:,}",
                "won": f"{rating.share:.0%}",
                "trained": f"{snapshots[name].episode:,} episodes"
                if snapshots[name].file
                else "not at all: random keys",
            }
            for name, rating in ratings.items()
        ),
        indent="  ",
    )
    say(f"\n  {_EXPLAINED}\n")


def _print_how_far(side: HowFar, matches: int) -> None:
    """How often the first snapshot and the last one win, and what that means."""
    say(f"{side.side} against {side.rival.name}, in {matches:,} matches each:", bold=True)
    rows = {f"{side.first.name} won": side.then}
    if side.last != side.first:
        rows[f"{side.last.name} won"] = side.now
    width = max(map(len, rows))
    for name, share in rows.items():
        low, high = share.ci95
        interval = f"(95 % interval {low:.1%} to {high:.1%})"
        say(f"  {name:<{width}}  {share.count:,} of {share.of:,}: {share.value:.1%} {interval}")
    if side.last == side.first:
        verdict = "There is one snapshot of it so far; more rounds bring more."
    elif not side.surely:
        verdict = "The intervals overlap, so in so few matches that may be luck."
    elif side.better:
        verdict = "It wins more often than it did, and the intervals lie apart: that is hardly luck."
    else:
        verdict = "It wins less often than it did, and the intervals lie apart: it has forgotten something."
    say(f"  {verdict}")


def _for_programs(
    record: DuelRecord, ratings: dict[str, Rating], progress: tuple[HowFar, HowFar], matches: int
) -> dict[str, Any]:
    def won(snapshot: Snapshot, share: Share) -> dict[str, Any]:
        figures = {"won": share.count, "of": share.of, "share": share.value, "ci95": list(share.ci95)}
        return {"name": snapshot.name, **figures}

    return {
        "sides": list(record.sides),
        "runs": [str(run) for run in record.runs],
        "snapshots": [asdict(snapshot) | {"name": snapshot.name} for snapshot in record.snapshots],
        "ratings": {name: asdict(rating) for name, rating in ratings.items()},
        "matches": matches,
        "progress": {
            side.side: {
                "against": side.rival.name,
                "first": won(side.first, side.then),
                "last": won(side.last, side.now),
                "better": side.better,
                "sure": side.surely,
            }
            for side in progress
        },
    }
