"""``retro-gamer train``: train a run, or go on training it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.cli.printing import next_step, say, typed, warn
from retro_gamer_core.cli.quick_look import QuickLook
from retro_gamer_core.terminal.durations import Duration, say_duration

if TYPE_CHECKING:
    from retro_gamer_core.configuration.settings import Device


@click.command()
@click.argument("run", metavar="RUN")
@click.option(
    "--for",
    "seconds",
    metavar="TIME",
    type=Duration(),
    help="Train for so long, such as 25m, 90s or 1h30m, however many episodes that makes: exploration is "
    "fitted to it, and training_episodes does not count.",
)
@click.option(
    "--resume", metavar="CHECKPOINT", help="Go on from this checkpoint instead of the newest saved state."
)
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), help="Where to compute, this time."
)
@click.option(
    "--save-every",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    help="A process that is killed loses at most so much.",
)
@click.pass_context
def train(
    ctx: click.Context,
    run: str,
    seconds: float | None,
    resume: str | None,
    device: Device | None,
    save_every: float,
) -> None:
    """Train a run, or go on training it.

    Goes on exactly where it stopped. Ctrl-C stops after the turn, with everything saved.
    """
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.terminal.progress import progress_for
    from retro_gamer_core.training.interrupts import stop_on_interrupt
    from retro_gamer_core.training.loading import load_trainer
    from retro_gamer_core.training.time_budget import TimeBudget

    directory = RunDirectory.open(Path(run))
    trainer = load_trainer(directory, device=device, seconds_between_states=save_every)
    if resume is not None:
        trainer.load_checkpoint(directory.find_checkpoint(resume))
    elif trainer.load_newest():
        say(f"Going on from {trainer.started_from}, after episode {trainer.loop.episodes:,}.")
    made_up_for = resume is None and trainer.last_evaluation_missing
    if trainer.finished and seconds is None and not made_up_for:
        say(f"All {trainer.config.training.training_episodes:,} episodes have been played already.")
        warn(f"To go on training, raise training_episodes in {directory.config}, or say how long: --for 10m")
        next_step(typed("retro-gamer", "play", run))
        return
    budget = None if seconds is None else TimeBudget(seconds)
    with stop_on_interrupt(warn) as stop, progress_for(trainer, budget) as progress:
        outcome = trainer.train([progress, QuickLook(trainer)], stop, budget)
    if outcome.reason == "interrupted":
        go_on = typed("retro-gamer", "train", run)
        if trainer.finished:
            say(f"The last evaluation was interrupted; all {outcome.episodes:,} episodes are saved in {run}.")
            next_step(f"{go_on}      (the same command makes up for it)", typed("retro-gamer", "play", run))
            ctx.exit(INTERRUPTED)
        say(f"Stopped after episode {outcome.episodes:,}; everything is saved in {run}.")
        next_step(f"{go_on}      (goes on exactly here)", typed("retro-gamer", "play", run))
        ctx.exit(INTERRUPTED)
    if outcome.reason == "time is up" and seconds is not None:
        say(
            f"Time is up ({say_duration(seconds)}): {outcome.episodes:,} episodes, {outcome.total_turns:,} turns "
            f"in all. Everything is saved in {run}."
        )
        next_step(typed("retro-gamer", "play", run), typed("retro-gamer", "train", run, "--for", "10m"))
        return
    say(f"Done: {outcome.episodes:,} episodes, {outcome.total_turns:,} turns. Everything is saved in {run}.")
    next_step(typed("retro-gamer", "play", run), typed("retro-gamer", "info", run))
