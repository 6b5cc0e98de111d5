"""``retro-gamer info``: a run at a glance, for the student whose run it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from retro_gamer_core.cli.printing import next_step, say_json, typed
from retro_gamer_core.cli.run_report import print_report
from retro_gamer_core.cli.run_summary import RunSummary, summarise
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory

_EPISODES_FOR_PROGRAMS = 20


@click.command("info")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
def info(directory: Path, as_json: bool) -> None:
    """Show a run: its settings, why, and how it went.

    RUN is the directory of the run. Nothing in it is changed, so look as often as you like while it trains.
    """
    run = RunDirectory.open(directory)
    summary = summarise(run, installed_plugins())
    if as_json:
        say_json(_for_programs(directory, summary))
        return
    print_report(summary, str(directory))
    train, play = (typed("retro-gamer", command, directory) for command in ("train", "play"))
    if summary.config is None:
        next_step(f"put config.toml right, then: {typed('retro-gamer', 'info', directory)}")
    elif not summary.checkpoints:
        next_step(train)
    else:
        next_step(play, *(() if summary.finished else (f"{train}   (goes on from here)",)))


def _for_programs(directory: Path, summary: RunSummary) -> dict[str, Any]:
    log, config = summary.log, summary.config
    return {
        "run": directory,
        "game": summary.game,
        "metadata": config and config.metadata.to_dict(),
        "in_use": summary.in_use,
        "finished": summary.finished,
        "choices": log.choices,
        "changed_settings": summary.changed,
        "training": {
            "episodes": summary.episodes,
            "of_episodes": config and config.training.training_episodes,
            "checkpoints": log.checkpoints,
            "alarms": log.alarms,
            "evaluations": log.evaluations,
            "last_episodes": log.episodes[-_EPISODES_FOR_PROGRAMS:],
        },
        "checkpoints": summary.checkpoints,
        "states": summary.states,
        "parts": summary.parts,
        "differences": summary.differences,
        "own_code": summary.own_code,
        "problems": summary.problems,
    }
