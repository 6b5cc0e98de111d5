"""Jobs as processes of this computer: what every executor does in the end, on whichever computer that is.

A job is a fresh Python, so nothing of the program that runs it is imported or copied there, on any system.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from retro_gamer_core.contracts import Job
from retro_gamer_experiments.executors import job_process

#: So long does stopping jobs take at most.
SECONDS_TO_STOP = job_process.SECONDS_TO_SAVE + 1

_TRIES = 3
"""So often is a job begun whose process is killed: by the system where memory is short, or by a person."""

# What libraries for numbers read. More threads than cores make each other slow.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

# Ctrl-C in a terminal is for the process that runs the jobs: it asks each of them to stop, once.
_OUT_OF_REACH_OF_CTRL_C: dict[str, Any] = {"process_group": 0}
if sys.platform == "win32":
    _OUT_OF_REACH_OF_CTRL_C = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}


def printed_by(job: Job, directory: Path) -> Path:
    """The file with what a job prints, in the directory of its experiment."""
    return directory / "printed" / f"{job.name}.txt"


class LocalJobs:
    """Jobs that run on this computer now. None outlives this process, however that ends."""

    def __init__(self) -> None:
        self._running: dict[Job, tuple[subprocess.Popen[bytes], Path, int]] = {}
        self._not_begun: list[Job] = []

    def __len__(self) -> int:
        return len(self._running) + len(self._not_begun)

    def start(self, job: Job, directory: Path, tries: int = 1) -> None:
        """Begin a job; what it prints is added to a file in ``directory``."""
        path = printed_by(job, directory)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as printed:
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", job_process.__name__, *job.arguments],
                    cwd=job.directory,
                    env={**os.environ, **_ONE_THREAD, "PYTHONUTF8": "1"},
                    stdin=subprocess.PIPE,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    **_OUT_OF_REACH_OF_CTRL_C,
                )
            except OSError as error:  # of this job alone: its directory is not there, for example
                printed.write(f"This job could not be begun: {error}\n".encode())
                self._not_begun.append(job)
            else:
                self._running[job] = process, directory, tries

    def ended(self) -> Iterator[tuple[Job, int]]:
        """Each job that has ended since this was asked last, with its exit code."""
        while self._not_begun:
            yield self._not_begun.pop(), 1
        for job, (process, directory, tries) in list(self._running.items()):
            code = process.poll()
            if code is None:
                continue
            self._forget(job)
            if _was_killed(code) and tries < _TRIES:
                self.start(job, directory, tries + 1)
            else:
                yield job, code

    def stop(self, *jobs: Job) -> None:
        """Stop these jobs, or all of them: each is asked to save, and killed where that takes too long."""
        stopping = [(job, self._running[job][0]) for job in jobs or [*self._running] if job in self._running]
        for _, process in stopping:
            with suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
        deadline = time.monotonic() + SECONDS_TO_STOP
        try:
            for _, process in stopping:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))
        finally:  # also at a second Ctrl-C
            for job, process in stopping:
                process.kill()
                process.wait()
                self._forget(job)

    def _forget(self, job: Job) -> None:
        process, _, _ = self._running.pop(job)
        process.stdin.close()  # type: ignore[union-attr]


def run_job(name: str, arguments: tuple[str, ...], run_in: str, directory: str) -> int:
    """Run one job to its end, and give its exit code. For schedulers: it takes and gives plain values only."""
    jobs = LocalJobs()
    try:
        jobs.start(Job(name, arguments, run_in), Path(directory))
        while True:
            for _, code in jobs.ended():
                return code
            time.sleep(0.1)
    finally:
        jobs.stop()


def _was_killed(code: int) -> bool:
    return code < 0 or code >= 0xC0000000  # a signal; what Windows ends processes with
