"""``retro-gamer train``: train a run, or go on training it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import open_run
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.terminal.printing import command, next_step, say, warn
from retro_gamer_core.terminal.progress import UNITS, Quiet, progress_for, say_duration

if TYPE_CHECKING:
    from retro_gamer_core.configuration.settings import Device
    from retro_gamer_core.events import RunInfo
    from retro_gamer_core.training.trainer import Trainer

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_DURATION = re.compile(
    rf"(?:({_NUMBER})\s*h(?:ours?)?)?\s*(?:({_NUMBER})\s*m(?:in(?:ute)?s?)?)?\s*(?:({_NUMBER})\s*s(?:ec(?:ond)?s?)?)?",
    re.IGNORECASE,
)
_LONGEST = timedelta(days=366).total_seconds()


def parse_duration(text: str) -> float:
    """The seconds in ``25m``, ``90s``, ``1h30m`` or ``1 hour 30 minutes``.

    Raises:
        click.BadParameter: it is something else; the message says what to type.
    """
    text = text.strip()
    if re.fullmatch(_NUMBER, text):
        raise click.BadParameter(
            f"{text} of what? Add the unit: {text}m for minutes, {text}s for seconds, {text}h for hours"
        )
    found = _DURATION.fullmatch(text)
    if not found or not text:
        raise click.BadParameter(f"{text!r} is no length of time; try 25m, 90s or 1h30m")
    seconds = sum(
        float(count or 0) * size for count, size in zip(found.groups(), UNITS.values(), strict=True)
    )
    if not 0 < seconds <= _LONGEST:
        too = "no time at all" if seconds == 0 else "longer than a year"
        raise click.BadParameter(f"{text} is {too}; try 25m, 90s or 1h30m")
    return seconds


@click.command()
@click.argument("run", metavar="RUN")
@click.option(
    "--for",
    "seconds",
    metavar="TIME",
    callback=lambda ctx, option, text: None if text is None else parse_duration(text),
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
    "--save-every", metavar="SECONDS", type=click.FloatRange(min=0), default=30,
    help="A process that is killed loses at most so much.",
)  # fmt: skip
def train(
    run: str, seconds: float | None, resume: str | None, device: Device | None, save_every: float
) -> None:
    """Train a run, or go on training it.

    Goes on exactly where it stopped. Ctrl-C stops after the turn, with everything saved.
    """
    from retro_gamer_core.training.interrupts import stop_on_interrupt
    from retro_gamer_core.training.loading import load_trainer
    from retro_gamer_core.training.time_budget import TimeBudget

    directory = open_run(run)
    trainer = load_trainer(directory, device=device, seconds_between_states=save_every)
    if resume is not None:
        trainer.load_checkpoint(directory.find_checkpoint(resume))
    elif trainer.load_newest():
        say(f"Going on from {trainer.started_from}, after episode {trainer.loop.episodes:,}.")
    play, again = command("play", run), command("train", run)
    made_up_for = resume is None and trainer.last_evaluation_missing
    if trainer.finished and seconds is None and not made_up_for:
        say(f"All {trainer.config.training.training_episodes:,} episodes have been played already.")
        warn(f"To go on training, raise training_episodes in {directory.config}, or say how long: --for 10m")
        next_step(play)
        return
    budget = None if seconds is None else TimeBudget(seconds)
    with stop_on_interrupt(warn) as stop, progress_for(trainer, budget) as progress:
        outcome = trainer.train([progress, QuickLook(trainer)], stop, budget)
    episodes, turns = f"{outcome.episodes:,} episodes", f"{outcome.total_turns:,} turns"
    saved = f"verything is saved in {run}."
    match outcome.reason:
        case "interrupted" if trainer.finished and seconds is None:
            say(f"The last evaluation was interrupted; all {episodes} are saved in {run}.")
            next_step(f"{again}      (the same command makes up for it)", play)
        case "interrupted":
            say(f"Stopped after episode {outcome.episodes:,}; e{saved}")
            next_step(f"{again}      (goes on exactly here)", play)
        case "stopped":
            say(f"Stopped by a logger or plugin after episode {outcome.episodes:,}; e{saved}")
            next_step(play, again)
        case "time is up" if seconds is not None:
            say(f"Time is up ({say_duration(seconds)}): {episodes}, {turns} in all. E{saved}")
            next_step(play, f"{again} --for 10m")
        case _:
            say(f"Done: {episodes}, {turns}. E{saved}")
            next_step(play, command("info", run))
    if outcome.reason == "interrupted":
        raise click.exceptions.Exit(INTERRUPTED)


class QuickLook(Quiet):
    """Listens to a training, and looks at its game when it begins, as the settings describe it by now.

    It comes after whoever says that training begins, and within reach of Ctrl-C, for there are games that
    take a minute for each turn.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        from retro_gamer_core.checks.game import check_game
        from retro_gamer_core.cli.check import warn_of
        from retro_gamer_core.games.finding import find_game

        if self._trainer.loop.turns:
            return  # what there is to say was said when it began
        config, found = self._trainer.config, find_game(run.game)
        limit = config.training.max_turns_per_episode
        game = replace(found, metadata=config.metadata)
        findings = check_game(game, seed=run.seed, quick=True, max_turns=limit)
        warn_of(findings, run.directory)
