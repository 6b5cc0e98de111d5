"""``retro-gamer worker``: this computer does jobs of experiments out of a shared folder."""

from __future__ import annotations

from pathlib import Path

import click

from retro_gamer_core.cli.arguments import SOME
from retro_gamer_core.terminal.printing import say


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--workers", type=SOME, help="How many jobs at once; one for each core if left out.")
def worker(folder: Path, workers: int | None) -> None:
    """Do jobs of experiments that lie in a shared FOLDER, until Ctrl-C.

    They are put there with `experiment --on folder:FOLDER`, on any computer that shares it. Ctrl-C saves what has
    been begun, and gives it back for another computer to go on with.
    """
    import time

    from retro_gamer_experiments.executors.folder import Worker
    from retro_gamer_experiments.executors.processes import SECONDS_BETWEEN_LOOKS, cores

    count = workers or cores()
    say(f"Waiting for jobs in {folder}, {count} at once. Ctrl-C ends it.")
    at_work = Worker(folder.resolve(), count, tell=say)
    try:
        while True:
            at_work.look()
            time.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        at_work.leave()
