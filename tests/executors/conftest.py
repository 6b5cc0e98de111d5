"""Jobs that cost little: they count, go on where they were, and leave a trace of every step."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import PATIENCE

from retro_gamer_core.contracts import Job

COUNTING = '''
import os
import time
from pathlib import Path
from random import Random

import click

from retro_gamer_core import Command, hookimpl


@hookimpl
def retro_gamer_commands():
    yield Command("count", "Counts.", "counting_pack:count")


@click.command()
@click.argument("name")
@click.argument("steps", type=int)
@click.option("--pause", type=float, default=0.0)
@click.option("--fail", is_flag=True)
def count(name, steps, pause, fail):
    """Appends a line for each step to NAME.steps; goes on behind the last."""
    trace = Path(f"{name}.steps")
    random = Random(name)
    for step in range(1, steps + 1):
        number = random.random()
        if trace.exists() and len(trace.read_text().splitlines()) >= step:
            continue
        with trace.open("a") as lines:
            lines.write(f"{step} {number!r} {os.getpid()} {os.environ['OMP_NUM_THREADS']}\\n")
        time.sleep(pause)
    print("counted", name)
    with Path(f"{name}.ends").open("a") as ends:
        ends.write("end\\n")
    if fail:
        raise click.exceptions.Exit(7)
'''


@pytest.fixture(scope="session")
def counting(tmp_path_factory) -> Path:
    """A directory for ``PYTHONPATH``, where a plugin with the command ``count`` is installed."""
    site = tmp_path_factory.mktemp("site")
    (site / "counting_pack.py").write_text(COUNTING, encoding="utf-8")
    information = site / "counting_pack-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: counting-pack\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[retro_gamer]\ncounting_pack = counting_pack\n")
    return site


@pytest.fixture(autouse=True)
def jobs_know_it(counting, monkeypatch) -> None:
    """Jobs are processes: they find the plugin by the environment, and the code of this checkout as this one does."""
    own = [path for path in sys.path if path and Path(path, "retro_gamer_experiments").is_dir()]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(counting), *own]))


class Counted:
    """The directory of an experiment whose jobs count."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def jobs(self, count: int, steps: int = 2, **options: str) -> list[Job]:
        flags = [text for name, value in options.items() for text in (f"--{name}", value)]
        names = [f"gamma=0.{number}-seed1" for number in range(count)]
        return [Job(name, ("count", name, str(steps), *flags), str(self.directory)) for name in names]

    def steps_of(self, job: Job) -> list[list[str]]:
        """Each step: its number, what was drawn in it, and the process that took it."""
        path = self.directory / f"{job.name}.steps"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def results(self, jobs: list[Job]) -> list[list[str]]:
        return [[number for _, number, *_ in self.steps_of(job)] for job in jobs]

    def process_of(self, job: Job) -> int:
        return int(self.steps_of(job)[-1][2])

    def assert_each_counted_once(self, jobs: list[Job], steps: int) -> None:
        for job in jobs:
            assert [int(step) for step, *_ in self.steps_of(job)] == list(range(1, steps + 1)), job
            assert (self.directory / f"{job.name}.ends").read_text() == "end\n"


@pytest.fixture
def counted(tmp_path) -> Counted:
    return Counted(tmp_path / "shared" / "gamma")


def until(done: Callable[[], object]) -> None:
    """Wait until ``done()``."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.02)


def is_there(process: int) -> bool:
    """Whether there is a process of this number that has not ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
