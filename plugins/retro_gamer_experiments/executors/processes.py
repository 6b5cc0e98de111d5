"""The executor ``processes``: the jobs are processes of this computer, one for each core."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from retro_gamer_core.contracts import Job
from retro_gamer_experiments.executors.local_jobs import LocalJobs

#: How often it is looked whether a job has ended. A wait without an end would not hear Ctrl-C on Windows.
SECONDS_BETWEEN_LOOKS = 0.05


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # fewer than there are, in a container or under SLURM
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Processes:
    """See ``retro_gamer_core.contracts.Executor``."""

    def __init__(self, directory: Path, workers: int | None = None) -> None:
        self._directory = directory
        self._workers = workers or cores()

    def run(self, jobs: Sequence[Job], finished: Callable[[Job, int], None]) -> None:
        waiting, running = list(reversed(jobs)), LocalJobs()
        try:
            while waiting or running:
                while waiting and len(running) < self._workers:
                    running.start(waiting.pop(), self._directory)
                for job, code in running.ended():
                    finished(job, code)
                time.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            running.stop()
