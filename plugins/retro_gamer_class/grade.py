"""``retro-gamer grade``: does a policy file reach a bar? For people, and for programs that mark."""

from __future__ import annotations

from pathlib import Path

import click

from retro_gamer_core.cli.arguments import AS_JSON, SEED, SOME
from retro_gamer_core.cli.exits import CHECK_FAILED, FAILED
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import command, next_step, say, say_json, warn

_NOT_ONE = "it is no policy file; hand in what this writes: retro-gamer export RUN"


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--bar", type=float, required=True, metavar="SCORE", help="The mean score to be reached.")
@click.option("--game", metavar="GAME", help="What is played; if left out, the installed game that it names.")
@click.option("--games", type=SOME, default=20, help="How many games it plays.")
@click.option("--seed", type=SEED, default=0, help="The same seed gives the same games, and the same answer.")
@click.option("--max-turns", type=SOME, default=2000, help="Where a game is stopped.")
@click.option(
    "--limit", type=click.FloatRange(min=1), default=60, help="Seconds of a processor that it may take."
)
@AS_JSON
def grade(
    file: Path,
    bar: float,
    game: str | None,
    games: int,
    seed: int,
    max_turns: int,
    limit: float,
    as_json: bool,
) -> None:
    """Say whether a policy file reaches a bar. Nothing in the file is run.

    The exit code is 0 where the bar is reached, 3 where it is not, and 1 where the file cannot be judged.
    """
    from retro_gamer_class.judging import Answer, Judges, Question, make_judge
    from retro_gamer_class.submissions import looked_at
    from retro_gamer_core.evaluation.statistics import summarise
    from retro_gamer_core.policies.policy_file import find_policy_file

    try:
        problem = looked_at(file, file.name).problem if find_policy_file(file) else _NOT_ONE
    except RetroGamerError as error:
        problem = error.problem.what
    answer: Answer = {"problem": problem}
    if not problem:
        judges = Judges(make_judge)
        try:
            answer = judges.ask(Question(str(file), game, games, seed, max_turns, limit), limit)
        finally:
            judges.stop()
    told = {"file": file, "bar": bar, "games": games, "seed": seed, "max_turns": max_turns}
    if "problem" in answer:
        if as_json:
            say_json({**told, "verdict": "cannot be judged", "problem": answer["problem"]})
        warn(f"{file.name} cannot be judged: {answer['problem']}")
        raise click.exceptions.Exit(FAILED)
    summary = summarise(answer["scores"])
    reached = summary.mean >= bar
    low, high = summary.ci95
    sure = low >= bar if reached else high < bar
    if as_json:
        figures = {"mean": summary.mean, "ci95": summary.ci95, "measure": answer["measure"], "sure": sure}
        say_json(
            {**told, "game": answer["game"], "verdict": "reached" if reached else "not reached", **figures}
        )
    else:
        say(f"{file.name} {'reaches' if reached else 'does not reach'} the bar of {bar:,g}", bold=True)
        interval = f"95 % interval {low:,.1f} to {high:,.1f}"
        say(
            f"  mean {answer['measure']} {summary.mean:,.1f} in {games} games of {answer['game']}; {interval}"
        )
        if not sure:
            say("  It is near the bar: other games could say otherwise. --games 100 tells more.")
        next_step(command("play", file, game=game))
    if not reached:
        raise click.exceptions.Exit(CHECK_FAILED)
