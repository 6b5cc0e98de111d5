"""Jobs as processes of this computer: each once, whatever dies, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from threading import Thread

import pytest
from executors.conftest import is_there, until

from retro_gamer_core.contracts import Job
from retro_gamer_core.errors import PartNotFound, RetroGamerError
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_experiments.executors import executor_called
from retro_gamer_experiments.executors.local_jobs import printed_by

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

RUN = """
import json, sys
from pathlib import Path
from retro_gamer_core.contracts import Job
from retro_gamer_experiments.executors.processes import Processes
directory, *jobs = json.loads(sys.argv[1])
Processes(Path(directory), 2).run([Job(n, tuple(a), d) for n, a, d in jobs], lambda job, code: print(job.name, code))
"""


def run_elsewhere(counted, jobs) -> subprocess.Popen:
    """The executor in a process of its own, that can be interrupted and killed."""
    told = json.dumps([str(counted.directory), *([job.name, job.arguments, job.directory] for job in jobs)])
    return subprocess.Popen([sys.executable, "-c", RUN, told], stdout=subprocess.PIPE, text=True)


def test_each_job_runs_once_with_one_thread_and_tells_how_it_ended(counted):
    first, failing = counted.jobs(2)
    failing = Job(failing.name, (*failing.arguments, "--fail"), failing.directory)
    lost = Job("lost", ("count", "lost", "1"), str(counted.directory / "nowhere"))
    ended = {}
    executor_called("processes", counted.directory, 2).run([failing, lost, first], ended.__setitem__)
    assert ended == {first: 0, failing: 7, lost: 1}
    counted.assert_each_counted_once([first, failing], 2)
    assert {threads for *_, threads in counted.steps_of(first)} == {"1"}
    assert f"counted {first.name}" in printed_by(first, counted.directory).read_text()
    assert "could not be begun" in printed_by(lost, counted.directory).read_text()


@needs_proc
def test_a_job_whose_process_is_killed_goes_on(counted):
    jobs, ended = counted.jobs(1, steps=20, pause="0.1"), []
    running = Thread(
        target=executor_called("processes", counted.directory).run, args=(jobs, lambda *e: ended.append(e))
    )
    running.start()
    until(lambda: len(counted.steps_of(jobs[0])) > 2)
    os.kill(counted.process_of(jobs[0]), signal.SIGKILL)
    running.join()
    assert ended == [(jobs[0], 0)]
    counted.assert_each_counted_once(jobs, 20)
    assert len({process for _, _, process, _ in counted.steps_of(jobs[0])}) == 2


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_executor_and_the_next_one_goes_on(counted, how):
    jobs = counted.jobs(2, steps=30, pause="0.2")
    executor = run_elsewhere(counted, jobs)
    until(lambda: all(counted.steps_of(job) for job in jobs))
    processes = [counted.process_of(job) for job in jobs]
    executor.send_signal(how)
    executor.communicate()
    until(lambda: not any(map(is_there, processes)))
    assert not any((counted.directory / f"{job.name}.ends").exists() for job in jobs)
    quicker = counted.jobs(2, steps=30)
    executor_called("processes", counted.directory, 2).run(quicker, lambda job, code: None)
    counted.assert_each_counted_once(quicker, 30)


@needs_proc
def test_what_raises_in_the_caller_stops_the_jobs(counted):
    quick, endless = counted.jobs(1) + counted.jobs(2, steps=1000, pause="0.2")[1:]

    def give_up(job, code):
        until(lambda: counted.steps_of(endless))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor_called("processes", counted.directory, 2).run([quick, endless], give_up)
    assert not is_there(counted.process_of(endless))


def test_what_is_not_there_is_told(counted):
    with pytest.raises(PartNotFound, match="folder"):
        executor_called("foldr:/shared", counted.directory)
    with pytest.raises(RetroGamerError, match="does not lie in the shared folder"):
        executor_called(f"folder:{counted.directory / 'other'}", counted.directory)
    outside = [Job("outside", ("count", "outside", "1"), str(counted.directory.parents[1]))]
    with pytest.raises(RetroGamerError, match="does not lie in the shared folder"):
        executor_called(f"folder:{counted.directory.parent}", counted.directory).run(outside, print)
    with pytest.raises(RetroGamerError, match="which folder"):
        executor_called("folder", counted.directory)


@pytest.mark.parametrize(("name", "module", "extra"), [("slurm", "submitit", "slurm"), ("ray", "ray", "ray")])
def test_an_extra_that_is_missing_is_named(counted, monkeypatch, name, module, extra):
    monkeypatch.setattr(
        "retro_gamer_core.plugins.diagnosis.find_spec", lambda name: None if name == module else 1
    )
    with pytest.raises(RetroGamerError, match=module) as refused:
        executor_called(name, counted.directory)
    assert refused.value.problem.hint == f'pip install "retro-gamer[{extra}]"'
    assert name in installed_plugins().parts("executor")
