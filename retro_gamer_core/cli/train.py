"""``retro-gamer train``: train a run, or go on training it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import SOME, open_run
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.cli.same_run import line_of
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import write_text
from retro_gamer_core.runs.made_here import seal
from retro_gamer_core.terminal.printing import command, next_step, say, say_unbroken, warn
from retro_gamer_core.terminal.progress import UNITS, Quiet, progress_for, say_duration

if TYPE_CHECKING:
    from retro_gamer_core.configuration.settings import Device
    from retro_gamer_core.events import RunInfo
    from retro_gamer_core.runs.run_directory import RunDirectory
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
    "--turns",
    metavar="N",
    type=SOME,
    help="Train until N turns have been played in all, in place of episodes or time: the same command goes on after a "
    "stop, and exploration is fitted to it.",
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
@click.option(
    "--watch", is_flag=True, help="Open the page of the run in the browser; it lives while it trains."
)
@click.option(
    "--predict",
    "prediction",
    metavar="SCORE",
    type=float,
    help="What you think it will reach; its page compares.",
)
def train(
    run: str,
    seconds: float | None,
    turns: int | None,
    resume: str | None,
    device: Device | None,
    save_every: float,
    watch: bool,
    prediction: float | None,
) -> None:
    """Train a run, or go on training it.

    Goes on exactly where it stopped. Ctrl-C stops after the turn, with everything saved.
    """
    from retro_gamer_core.training.interrupts import stop_on_interrupt
    from retro_gamer_core.training.loading import load_trainer
    from retro_gamer_core.training.time_budget import TimeBudget, TurnBudget

    if seconds is not None and turns is not None:
        raise click.UsageError("training ends after some time or after some turns: give --for or --turns")
    directory = open_run(run)
    trainer = load_trainer(directory, device=device, seconds_between_states=save_every)
    if resume is not None:
        trainer.load_checkpoint(directory.find_checkpoint(resume))
    elif trainer.load_newest():
        say(f"Going on from {trainer.started_from}, after episode {trainer.loop.episodes:,}.")
    seal(directory.path)  # whoever trains a run makes it their own
    play, again = command("play", run), command("train", run, turns=turns)
    budget = TurnBudget(turns, lambda: trainer.loop.turns) if turns is not None else None
    all_played = seconds is None and (budget.is_spent if budget else trainer.finished)
    made_up_for = resume is None and trainer.evaluation.missing_at_the_end(trainer.loop.turns)
    if all_played and not made_up_for:
        many = f"{turns:,} turns" if turns else f"{trainer.config.training.training_episodes:,} episodes"
        raised = "name more --turns" if turns else f"raise training_episodes in {directory.config}"
        say(f"All {many} have been played already.")
        warn(f"To go on training, {raised}, or say how long: --for 10m")
        next_step(play)
        return
    if prediction is None and watch and not trainer.loop.turns:
        prediction = _asked_prediction(directory)
    if prediction is not None:
        write_text(directory.prediction, json.dumps({"value": prediction}) + "\n")
    if watch:
        say(f"The page of the run: {_page_of(run)}")
    limit = TimeBudget(seconds) if seconds is not None else budget
    with stop_on_interrupt(warn) as stop, progress_for(trainer, limit) as progress:
        outcome = trainer.train([progress, QuickLook(trainer)], stop, limit)
    episodes, played = f"{outcome.episodes:,} episodes", f"{outcome.total_turns:,} turns"
    saved = f"verything is saved in {run}."
    match outcome.reason:
        case "interrupted" if seconds is None and (budget.is_spent if budget else trainer.finished):
            say(
                f"The last evaluation was interrupted; all {played if budget else episodes} are saved in {run}."
            )
            next_step(f"{again}      (the same command makes up for it)", play)
        case "interrupted":
            say(f"Stopped after episode {outcome.episodes:,}; e{saved}")
            next_step(f"{again}      (goes on exactly here)", play)
        case "stopped":
            say(f"Stopped by a logger or plugin after episode {outcome.episodes:,}; e{saved}")
            next_step(play, again)
        case "time is up" if seconds is not None:
            say(f"Time is up ({say_duration(seconds)}): {episodes}, {played} in all. E{saved}")
            _say_how_to_repeat(directory, "The same again, but for what depends on the clock")
            next_step(play, f"{again} --for 10m")
        case _:
            say(f"Done: {episodes}, {played}. E{saved}")
            _say_how_to_repeat(directory, "The same run again")
            next_step(play, command("info", run))
    if outcome.reason == "interrupted":
        raise click.exceptions.Exit(INTERRUPTED)


def _say_how_to_repeat(run: RunDirectory, label: str) -> None:
    if line := line_of(run):
        say_unbroken(f"{label}: {line}")


def _asked_prediction(run: RunDirectory) -> float | None:
    """What a person at a terminal thinks will come of it; None without one, or where it has been said before."""
    if run.prediction.exists() or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    question = "Before it begins: which score will it reach? A number, or just Enter"
    while answer := click.prompt(question, default="", show_default=False, err=True).strip():
        try:
            return float(answer)
        except ValueError:
            question = "That is no number. Which score, such as 150? Or just Enter"
    return None


def _page_of(run: str) -> str:
    """Start ``watch`` in a process of its own, which a Ctrl-C here does not reach. Returns the address of its page."""
    own_group = {"creationflags": 0x200} if sys.platform == "win32" else {"start_new_session": True}
    told_to_all = click.get_current_context().find_root().params
    alike = [word for name in told_to_all["blocked"] for word in ("--no-plugin", name)]
    alike.append("--installed-only" if told_to_all["installed_only"] else "--trust")  # asked by now
    page = subprocess.Popen(
        [sys.executable, "-m", "retro_gamer_core.cli", *alike, "watch", run],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
        **own_group,
    )
    told = []
    for line in page.stdout or ():
        if line.startswith("http"):
            return line.strip()
        told.append(line.rstrip())
    raise RetroGamerError(
        "the page of the run cannot be shown: " + " ".join(told),
        why="it is shown by retro-gamer watch, in a process of its own",
        hint="train without --watch; the page can be opened afterwards as well",
    )


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
