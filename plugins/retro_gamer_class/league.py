"""``retro-gamer league``: policy files of a class, all in the same games."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retro_gamer_core.cli.arguments import AS_JSON, SEED, SOME
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.terminal.printing import (
    MovingLine,
    command,
    next_step,
    say,
    say_json,
    size_in_words,
    table,
    warn,
    what_games_print_aside,
)

if TYPE_CHECKING:
    from retro_gamer_class.standings import Standings


@click.command()
@click.argument("directory", metavar="DIRECTORY", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", default="league.html",
    help="The page that is written.",
)  # fmt: skip
@click.option(
    "--game", "games_named", metavar="GAME", multiple=True,
    help="What is played; if left out, the installed game that all name. Of a game with two sides, both.",
)  # fmt: skip
@click.option("--games", type=click.IntRange(min=2), default=40, help="How many games each plays.")
@click.option("--seed", type=SEED, default=0, help="The same seed gives the same games.")
@click.option("--max-turns", type=SOME, default=2000, help="Where a game is stopped.")
@click.option(
    "--limit", type=click.FloatRange(min=1), default=60, help="Seconds of a processor for each file."
)
@click.option("--force", is_flag=True, help="Write over a file that league did not make.")
@AS_JSON
def league(
    directory: Path,
    output: Path,
    games_named: tuple[str, ...],
    games: int,
    seed: int,
    max_turns: int,
    limit: float,
    force: bool,
    as_json: bool,
) -> None:
    """Rank the policy files in a directory: all play the same games.

    The files are data, and nothing in them is run; each plays in a process of its own. What cannot be judged is
    told with its reason. Ctrl-C stops, and the same command goes on.
    """
    from retro_gamer_class.answers import KeptAnswers
    from retro_gamer_class.judging import Question
    from retro_gamer_class.page_of_league import MARK, page
    from retro_gamer_class.standings import game_of, standings_of
    from retro_gamer_class.submissions import submissions_in
    from retro_gamer_class.two_sides import standings_of_two_sides
    from retro_gamer_core.games.finding import find_game
    from retro_gamer_core.runs.atomic_files import write_text
    from retro_gamer_seeing.report import refuse_to_write_over

    refuse_to_write_over(output, force=force, mark=MARK)
    submissions = submissions_in(directory)
    names = games_named or (game_of(submissions),)
    with what_games_print_aside():
        found = [find_game(name) for name in names]
    kept = output.with_suffix(".judged")
    kept.mkdir(exist_ok=True)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as many processes as cores, and one thread in each
    question = Question(None, names[0], games, seed, max_turns, limit, replay=True)
    ask = KeptAnswers(kept, found)
    with MovingLine() as line:
        warn(f"{len(submissions)} handed in; {games} games of {' and '.join(each.name for each in found)}")

        def progress(done: int, of: int) -> None:
            line.show(f"{done} of {of} judged", done / of)

        try:
            standings = (
                standings_of(submissions, question, found[0], ask, progress)
                if len(found) == 1
                else standings_of_two_sides(submissions, question, found, ask, progress)
            )
        except KeyboardInterrupt:
            warn(f"Stopped; what has been judged is kept in {kept}. The same command goes on.")
            raise click.exceptions.Exit(INTERRUPTED) from None
    write_text(output, page(standings))
    if as_json:
        say_json(_for_programs(standings))
        return
    _print(standings)
    say(f"\n{output}: {size_in_words(output.stat().st_size)}, one file for any browser, without a network")
    options = [word for name in games_named for word in ("--game", name)]
    next_step(command("league", directory, *options, output=output, games=4 * games) + "      (tells more)")


def _print(standings: Standings) -> None:
    from retro_gamer_class.page_of_league import explained, figure, in_one_sentence, note_of
    from retro_gamer_class.ranks import rank_in_words

    say(in_one_sentence(standings), bold=True)
    table(
        (
            {
                "rank": rank_in_words(row.rank),
                standings.measure: figure(row.summary.mean),
                "95 % interval": " to ".join(map(figure, row.summary.ci95)),
                "name": f"{row.name} {note_of(row)}".rstrip(),
            }
            for row in standings.ranked
        ),
        indent="  ",
    )
    for sentence in explained(standings):
        say(f"\n  {sentence}")
    if standings.not_ranked:
        say("\nNot ranked", bold=True)
    for name, problem in standings.not_ranked:
        say(f"  - {name}: {problem}")


def _for_programs(standings: Standings) -> dict[str, Any]:
    question = standings.question
    return {
        "game": standings.game,
        "games": question.games,
        "seed": question.seed,
        "max_turns": question.max_turns,
        "measure": standings.measure,
        "random": standings.random,
        "ranked": [
            {
                "name": row.name,
                "rank": row.rank,
                **asdict(row.summary),
                "beats_random": row.beats_random,
                "same_as": row.same_as,
                **{key: value for key, value in row.answer.items() if key != "replay"},
            }
            for row in standings.ranked
        ],
        "not_ranked": [{"name": name, "problem": problem} for name, problem in standings.not_ranked],
    }
