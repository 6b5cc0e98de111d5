"""An executor that does jobs in this process, for a new one would spend its time importing torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from retro_gamer_core.contracts import Job
from retro_gamer_experiments import experiment as conducting
from retro_gamer_experiments import planning, search_experiment
from retro_gamer_experiments.experiment_directory import ExperimentDirectory
from retro_gamer_experiments.job import do_job


class InThisProcess:
    """An executor that keeps which jobs it did. ``before`` is called before each with its name."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.before: Callable[[str], None] = lambda name: None

    @classmethod
    def put_in_place(cls, monkeypatch: pytest.MonkeyPatch) -> InThisProcess:
        """Let experiments use it, and try only shortly how quick a run is."""
        executor = cls()
        monkeypatch.setattr(conducting, "executor_called", lambda on, directory, workers: executor)
        monkeypatch.setattr(search_experiment, "executor_called", lambda on, directory, workers: executor)
        monkeypatch.setattr(planning, "_SECONDS_OF_A_PROBE", 0.05)
        return executor

    def run(self, jobs: Sequence[Job], finished: Callable[[Job, int], None]) -> None:
        for job in jobs:
            self.before(job.name)
            *_, command, experiment, option, name = job.arguments
            assert (command, option, name) == ("experiment", "--job", job.name)
            try:
                do_job(ExperimentDirectory(Path(job.directory) / experiment), name)
            except Exception:
                finished(job, 1)
            else:
                self.done.append(name)
                finished(job, 0)
