"""``retro-gamer experiment``: is one setting better than another?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import AS_JSON, SOME
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.cli.train import parse_duration
from retro_gamer_core.terminal.printing import MovingLine, command, next_step, say, say_json, table, warn

if TYPE_CHECKING:
    from retro_gamer_experiments.verdict import Verdict


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--vary", multiple=True, metavar="SECTION.KEY=A,B,…",
              help="A setting and its values; repeated, all combinations are tried.")  # fmt: skip
@click.option("--drop-character", multiple=True, metavar="CHARACTERS",
              help="Let the learner not tell these from an empty cell; repeated, each is tried by itself.")  # fmt: skip
@click.option("--add-characters", type=SOME, metavar="N", help="Give it N characters more that never appear.")
@click.option("--reward", metavar="KEY", help="Let it learn from another value of the game's state.")
@click.option("--search", type=SOME, metavar="N",
              help="Let Optuna propose N settings; then --vary takes SECTION.KEY=LOW..HIGH.")  # fmt: skip
@click.option("--seeds", type=SOME, metavar="N", help="How many runs of each setting.  [default: 5]")
@click.option(
    "--for", "seconds", metavar="TIME", callback=lambda ctx, option, text: text and parse_duration(text),
    help="How long each run trains.  [default: 90s]",
)  # fmt: skip
@click.option("--turns", type=SOME, metavar="N", help="So many turns for each run, in place of a time.")
@click.option("--games", type=SOME, metavar="N", help="In how many games each run is judged.  [default: 100]")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIRECTORY",
              help="Where everything is kept; below experiments/ if left out.")  # fmt: skip
@click.option("--on", default="processes", metavar="EXECUTOR", help="Where the runs are trained.")
@click.option("--workers", type=SOME, metavar="N", help="How many at once; one for each core if left out.")
@click.option("--job", hidden=True)
@AS_JSON
@click.pass_context
def experiment(
    ctx: click.Context,
    run: Path,
    vary: tuple[str, ...],
    drop_character: tuple[str, ...],
    add_characters: int | None,
    reward: str | None,
    search: int | None,
    seeds: int | None,
    seconds: float | None,
    turns: int | None,
    games: int | None,
    output: Path | None,
    on: str,
    workers: int | None,
    job: str | None,
    as_json: bool,
) -> None:
    """Find out whether one setting is better than another, and how sure that is.

    The settings of RUN are changed in what varies. Each is trained with several seeds, judged in games that are new to
    all, and compared with the first. The same command goes on after a stop; so does RUN being the experiment itself.
    """
    if seconds is not None and turns is not None:
        raise click.UsageError("each run trains for some time or for some turns: give --for or --turns")
    if job is not None:
        from retro_gamer_experiments.experiment_directory import ExperimentDirectory
        from retro_gamer_experiments.job import do_job

        do_job(ExperimentDirectory(run), job)
        return
    if search is not None:
        if drop_character or add_characters or reward:
            raise click.UsageError("a search is among the values of --vary alone")
        with _stopping_kindly():
            _search(
                run,
                vary,
                search,
                seeds,
                seconds,
                turns,
                games,
                output,
                on,
                workers,
                as_json,
                _options_of_all(ctx),
            )
        return
    from retro_gamer_experiments.experiment import experiment as conduct
    from retro_gamer_experiments.variations import typed_values

    with _stopping_kindly(), MovingLine() as line:
        verdict = conduct(
            run,
            vary=dict(map(typed_values, vary)),
            drop_characters=drop_character,
            add_characters=add_characters,
            reward=reward,
            seeds=seeds,
            seconds=seconds,
            turns=turns,
            games=games,
            output=output,
            on=on,
            workers=workers,
            tell=warn,
            show=line.show,
            job_options=_options_of_all(ctx),
        )
    if as_json:
        say_json({"experiment": verdict.directory, **verdict.to_dict()})
        return
    _print(verdict)
    more = [each.difference.more_pairs for each in verdict.comparisons if each.difference.more_pairs]
    seeds_then = verdict.plan.seeds + max(more, default=0)
    next_step(
        f"retro-gamer plot {(verdict.directory / 'runs').as_posix()}/*",
        *([command("experiment", verdict.directory.as_posix(), seeds=seeds_then)] if more else []),
    )


@contextmanager
def _stopping_kindly() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        warn("Stopped. What is finished is kept, and the same command goes on.")
        raise click.exceptions.Exit(INTERRUPTED) from None


def _search(
    run: Path,
    vary: Sequence[str],
    trials: int,
    seeds: int | None,
    seconds: float | None,
    turns: int | None,
    games: int | None,
    output: Path | None,
    on: str,
    workers: int | None,
    as_json: bool,
    job_options: list[str],
) -> None:
    from retro_gamer_experiments.experiment import USUAL_GAMES, USUAL_SECONDS, USUAL_SEEDS
    from retro_gamer_experiments.search_experiment import search_settings, short
    from retro_gamer_experiments.verdict import in_figures

    directory, as_it_is, tried = search_settings(
        run,
        {key: values for key, _, values in (each.partition("=") for each in vary)},
        trials=trials,
        seeds=seeds or USUAL_SEEDS,
        seconds=USUAL_SECONDS if seconds is None and turns is None else seconds,
        turns=turns,
        games=games or USUAL_GAMES,
        output=output,
        on=on,
        workers=workers,
        tell=warn,
        job_options=job_options,
    )
    if as_json:
        say_json(
            {"experiment": directory.path, "as_it_is": as_it_is, "tried": [asdict(each) for each in tried]}
        )
        return
    measure = directory.read_plan().measure.of
    say(f"The best of {len(tried)} proposals; the run as it is has {in_figures(as_it_is or 0.0)}:", bold=True)
    table(
        (
            {
                measure: in_figures(fmean(each.scores)) if each.scores else "-",
                "seeds": str(len(each.scores)),
                "ended": each.ended,
                "settings": ", ".join(f"{key}={short(value)}" for key, value in each.values.items()),
            }
            for each in tried[:5]
        ),
        indent="  ",
    )
    say("The best of many was lucky, too. Before you believe it, compare it in new runs:")
    best = [word for key, value in tried[0].values.items() for word in ("--vary", f"{key}={short(value)}")]
    next_step(" ".join([command("experiment", run.as_posix(), seeds=10), *best]))


def _options_of_all(ctx: click.Context) -> list[str]:
    """What was said before the name of the command, for the jobs to be told, too."""
    said = ctx.find_root().params
    if "installed_only" not in said:  # called by itself
        return []
    without = [word for name in said["blocked"] for word in ("--no-plugin", name)]
    return [*without, "--installed-only" if said["installed_only"] else "--trust"]  # asked by now


def _print(verdict: Verdict) -> None:
    from retro_gamer_experiments.verdict import in_figures

    plan = verdict.plan
    say(
        f"Mean {plan.measure.of} in {plan.games} games that are new to all runs, and the same for all:",
        bold=True,
    )
    table(
        (
            {
                "setting": each.arm.label,
                plan.measure.of: in_figures(fmean(each.means)) if each.results else "-",
                "of each seed": " ".join(map(in_figures, each.means)) or "none finished",
            }
            for each in verdict.arms
        ),
        indent="  ",
    )
    say()
    for each in verdict.comparisons:
        say(each.sentence, bold=True)
    for note in verdict.notes:
        say(f"Note: {note}")
    say("In [ ]: where the difference of very many seeds lies, in 94 of 100 such experiments.")
