"""Fair answers to "is it better?": experiments, and where their jobs run."""

from retro_gamer_core import Command, Part, hookimpl


@hookimpl
def retro_gamer_executors():
    where = "retro_gamer_experiments.executors"
    yield Part("processes", "Runs jobs on this computer, one on each core.", f"{where}.processes:Processes")


@hookimpl
def retro_gamer_commands():
    yield Command(
        "experiment",
        "Find out whether one setting is better than another.",
        "retro_gamer_experiments.command:experiment",
    )
