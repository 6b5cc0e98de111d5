"""The executors ``slurm`` and ``ray``: the jobs are handed to what shares out the computers of a cluster.

Only texts are sent there. retro-gamer is installed on each of the computers, and the directory of the experiment has
the same name on all of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from retro_gamer_core.contracts import Job
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import write_text
from retro_gamer_experiments.executors.local_jobs import SECONDS_TO_STOP, printed_by, run_job

_SECONDS_BETWEEN_LOOKS = 0.5

# Submitit's own default is five minutes. When a job's time is over, it waits again and goes on.
_USUAL = {"timeout_min": 24 * 60, "mem_gb": 2, "cpus_per_task": 1, "slurm_max_num_timeout": 1000}


class Slurm:
    """See ``retro_gamer_core.contracts.Executor``. Its argument is ``KEY=VALUE,KEY=VALUE``: parameters of submitit."""

    def __init__(self, directory: Path, argument: str = "", workers: int | None = None) -> None:
        self._directory, self._argument, self._workers = directory.resolve(), argument, workers

    def run(self, jobs: Sequence[Job], finished: Callable[[Job, int], None]) -> None:
        executor, job_class = self._connect()
        # After the end of this process, SLURM goes on with what it was given: that must not be begun twice.
        note = self._directory / "slurm" / "jobs.json"
        ids = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
        running = {job: job_class(executor.folder, ids[job.name]) for job in jobs if job.name in ids}
        running = {job: begun for job, begun in running.items() if not begun.done(force_check=True)}
        new = [job for job in jobs if job not in running]
        if new:
            told = [_as_texts(job, self._directory) for job in new]
            running |= zip(new, executor.map_array(_Command(), *zip(*told, strict=True)), strict=True)
        write_text(note, json.dumps(ids | {job.name: begun.job_id for job, begun in running.items()}))
        try:
            while running:
                for job in [job for job, begun in running.items() if begun.done()]:
                    finished(job, _code(running.pop(job).result, job, self._directory))
                time.sleep(_SECONDS_BETWEEN_LOOKS)
        finally:
            for begun in running.values():
                begun.cancel(check=False)

    def _connect(self) -> tuple[Any, Any]:
        import submitit

        given = dict(each.partition("=")[::2] for each in self._argument.split(",") if each)
        parameters = _USUAL | {key: int(text) if text.isdigit() else text for key, text in given.items()}
        cluster = str(parameters.pop("cluster", "slurm"))
        timeouts = parameters.pop("slurm_max_num_timeout")
        try:
            job_class = {"slurm": submitit.SlurmJob, "local": submitit.LocalJob}[cluster]
            executor = submitit.AutoExecutor(
                self._directory / "slurm", cluster=cluster, slurm_max_num_timeout=timeouts
            )
            executor.update_parameters(
                name="retro-gamer", slurm_array_parallelism=self._workers or 1000, **parameters
            )
        except (AssertionError, LookupError, NameError, RuntimeError, TypeError, ValueError) as error:
            raise RetroGamerError(
                f"SLURM cannot be used: {str(error).splitlines()[0]}",
                hint="type it where sbatch is known; --on slurm:timeout_min=240,slurm_partition=short",
            ) from error
        return executor, job_class


class _Command:
    """One job. With ``checkpoint``, submitit lets it wait again when SLURM takes its computer away."""

    def __call__(self, *job: Any) -> int:
        return run_job(*job)

    def checkpoint(self, *job: Any) -> Any:
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, *job)


class Ray:
    """See ``retro_gamer_core.contracts.Executor``. Its argument is the address of a cluster; where that is ``auto``
    or nothing, the one that this computer belongs to, else a new one on this computer alone."""

    def __init__(self, directory: Path, argument: str = "", workers: int | None = None) -> None:
        self._directory, self._workers = directory.resolve(), workers
        self._address = None if argument in ("", "auto") else argument

    def run(self, jobs: Sequence[Job], finished: Callable[[Job, int], None]) -> None:
        ray: Any = import_module("ray")  # whose types say less than it takes
        ours = not ray.is_initialized()
        if ours:
            try:
                ray.init(self._address, log_to_driver=False, logging_level="ERROR")
            except (ConnectionError, ValueError) as error:
                hint = "ray:auto, or ray:ADDRESS as `ray start --head` printed it"
                raise RetroGamerError(f"Ray cannot be reached: {error}", hint=hint) from error
        task = ray.remote(num_cpus=1)(run_job)
        waiting: list[Job] = list(reversed(jobs))
        running: dict[Any, Job] = {}
        try:
            while waiting or running:
                while waiting and len(running) < (self._workers or len(jobs)):
                    job = waiting.pop()
                    running[task.remote(*_as_texts(job, self._directory))] = job
                ready, _ = ray.wait(list(running), timeout=_SECONDS_BETWEEN_LOOKS)
                for each in ready:
                    job = running.pop(each)
                    finished(job, _code(partial(ray.get, each), job, self._directory))
        finally:
            for each in running:
                ray.cancel(each)
            if running:
                ray.wait(list(running), num_returns=len(running), timeout=SECONDS_TO_STOP)
            if ours:
                ray.shutdown()


def _as_texts(job: Job, directory: Path) -> tuple[str, tuple[str, ...], str, str]:
    """What ``run_job`` takes."""
    return job.name, job.arguments, str(Path(job.directory).resolve()), str(directory)


def _code(result: Callable[[], int], job: Job, directory: Path) -> int:
    """The exit code of a job that has ended; 1 where the cluster could not run it, which is told beside its output."""
    try:
        return result()
    except Exception as error:
        path = printed_by(job, directory)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as printed:
            printed.write(f"The cluster could not run this job: {error}\n")
        return 1
