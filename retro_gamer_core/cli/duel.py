"""``retro-gamer duel``: two runs train against each other, and matches say who is how strong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.duel_report import as_data, print_progress, print_ratings
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.cli.play import play
from retro_gamer_core.cli.printing import next_step, say, say_json, typed, warn, what_games_print_aside

if TYPE_CHECKING:
    from retro_gamer_core.duels.sides import Side


@click.command()
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How many rounds in all; more of them, later, go on.",
)
@click.option(
    "--episodes",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="How many each side trains in a round.",
)
@click.option(
    "--opponents",
    type=click.Choice(["pool", "newest"]),
    default="pool",
    show_default=True,
    help="Whom each side trains against: the newest snapshot of the other in half of the games and older ones in "
    "the other half, or always the newest.",
)
@click.option(
    "--matches",
    type=click.IntRange(min=2),
    default=200,
    show_default=True,
    help="How many games of each pairing compare the last with the first in the end.",
)
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
    from retro_gamer_core.cli.duel_progress import DuelProgress
    from retro_gamer_core.duels.directory import DuelDirectory
    from retro_gamer_core.duels.duel import Duel, DuelSettings, Stopped
    from retro_gamer_core.duels.matches import check_that_they_meet
    from retro_gamer_core.duels.opponent import seated
    from retro_gamer_core.duels.sides import open_sides
    from retro_gamer_core.training.interrupts import stop_on_interrupt

    with what_games_print_aside():
        sides = open_sides(Path(first), Path(second))
        check_that_they_meet(*sides)
    directory = DuelDirectory(output or _beside(*sides))
    settings = DuelSettings(rounds, episodes, opponents, matches)
    again = ["retro-gamer", "duel", first, second, "--episodes", episodes, "--opponents", opponents]
    again += ["--matches", matches]
    again += ["--output", output] if output else []
    with directory.hold(), stop_on_interrupt(warn) as stop:
        if damaged := directory.unreadable_matches():
            lines = f"{damaged} line{'s' * (damaged > 1)}"
            warn(f"Warning: {lines} of matches.jsonl cannot be read; those matches are played again")
        this = Duel(sides, directory, settings, DuelProgress(rounds), stop)
        try:
            with what_games_print_aside():
                progress = this.play()
        except Stopped:
            say(f"Stopped; everything is saved in {directory.path} and in both runs.")
            next_step(f"{typed(*again, '--rounds', rounds)}      (goes on exactly here)")
            ctx.exit(INTERRUPTED)
    if as_json:
        say_json(as_data(this.record, this.ratings(), progress, matches))
        return
    say()
    print_ratings(this.record, this.ratings())
    say()
    print_progress(progress, matches)
    say()
    say(f"More rounds go on from here: {typed(*again, '--rounds', 2 * rounds)}")
    say(f"\n{sides[0].name} against {sides[1].name}, as they play now:")
    newest = this.record.of(sides[1].name)[-1]
    with seated({sides[1].path: [directory.file(newest)]}):
        ctx.invoke(play, run=first)


def _beside(first: Side, second: Side) -> Path:
    return first.run.path.parent / f"duel-{first.run.path.name}-{second.run.path.name}"
