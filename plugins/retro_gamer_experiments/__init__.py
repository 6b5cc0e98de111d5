"""Fair answers to "is it better?": experiments, and where their jobs run."""

from retro_gamer_core import Command, Part, hookimpl


@hookimpl
def retro_gamer_executors():
    where = "retro_gamer_experiments.executors"
    yield Part("processes", "Runs jobs on this computer, one on each core.", f"{where}.processes:Processes")
    yield Part("folder", "Shares jobs among computers that see one folder.", f"{where}.folder:SharedFolder")
    yield Part("slurm", "Hands jobs to SLURM.", f"{where}.clusters:Slurm", needs=("submitit",))
    yield Part("ray", "Hands jobs to a Ray cluster.", f"{where}.clusters:Ray", needs=("ray",))


@hookimpl
def retro_gamer_commands():
    yield Command(
        "experiment",
        "Find out whether one setting is better than another.",
        "retro_gamer_experiments.command:experiment",
    )
    yield Command(
        "worker",
        "Do jobs of experiments from a shared folder.",
        "retro_gamer_experiments.executors.worker:worker",
    )
