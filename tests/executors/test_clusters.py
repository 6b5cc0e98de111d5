"""SLURM (submitit's own executor on this computer stands in for it) and Ray: the same results as anywhere."""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

import pytest
from executors.conftest import Counted, is_there, until

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_experiments.executors import executor_called

ON_THIS_COMPUTER = "slurm:cluster=local,timeout_min=60"


@pytest.fixture
def expected(counted, tmp_path):
    """What the executor ``processes`` gives for two settings and two seeds."""
    here = Counted(tmp_path / "here")
    executor_called("processes", here.directory, 2).run(here.jobs(4), lambda job, code: None)
    return here.results(here.jobs(4))


def test_slurm_gives_the_same_results(counted, expected):
    pytest.importorskip("submitit")
    jobs, ended = counted.jobs(4), {}
    executor_called(ON_THIS_COMPUTER, counted.directory).run(jobs, ended.__setitem__)
    assert ended == dict.fromkeys(jobs, 0)
    counted.assert_each_counted_once(jobs, 2)
    assert counted.results(jobs) == expected


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="SLURM is used on Linux")
def test_what_slurm_has_is_not_given_to_it_again(counted, monkeypatch):
    """The process that waits for it has gone, the job has not."""
    submitit = pytest.importorskip("submitit")
    [job] = counted.jobs(1, steps=20, pause="0.1")

    class Gone(Exception):
        pass

    def go(seconds: float) -> None:
        raise Gone

    with monkeypatch.context() as patched:
        patched.setattr("retro_gamer_experiments.executors.clusters.time.sleep", go)
        patched.setattr(submitit.LocalJob, "cancel", lambda *a, **k: None)
        with pytest.raises(Gone):
            executor_called(ON_THIS_COMPUTER, counted.directory).run([job], lambda job, code: None)
    # SLURM knows a job by its number; on this computer, one of before is known by its file alone.
    monkeypatch.setattr(submitit.LocalJob, "done", lambda self, **k: self.paths.result_pickle.exists())
    ended = {}
    executor_called(ON_THIS_COMPUTER, counted.directory).run([job], ended.__setitem__)
    assert ended == {job: 0}
    counted.assert_each_counted_once([job], 20)
    assert len({process for _, _, process, _ in counted.steps_of(job)}) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGUSR2"), reason="a signal of SLURM")
def test_a_job_whose_computer_slurm_takes_away_goes_on(counted):
    pytest.importorskip("submitit")
    [job] = counted.jobs(1, steps=30, pause="0.1")
    ended = {}
    running = Thread(
        target=executor_called(ON_THIS_COMPUTER, counted.directory).run, args=([job], ended.__setitem__)
    )
    running.start()
    until(lambda: len(counted.steps_of(job)) > 2)
    first = counted.process_of(job)
    os.kill(parent_of(first), signal.SIGUSR2)
    running.join()
    assert ended == {job: 0}
    counted.assert_each_counted_once([job], 30)
    assert counted.process_of(job) != first


def parent_of(process: int) -> int:
    with open(f"/proc/{process}/stat") as file:  # noqa: PTH123
        return int(file.read().rpartition(")")[2].split()[1])


@pytest.mark.parametrize("argument", ["", "slurm_partitoin=short", "cluster=nowhere", "timeout_min=soon"])
def test_what_slurm_cannot_do_is_told(counted, argument):
    pytest.importorskip("submitit")
    with pytest.raises(RetroGamerError, match="SLURM cannot be used"):
        executor_called(f"slurm:{argument}", counted.directory).run(counted.jobs(1), lambda job, code: None)


@pytest.mark.slow
def test_a_ray_cluster_of_two_computers_gives_the_same_results(counted, expected):
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1)
    try:
        jobs, ended = counted.jobs(4), {}
        executor_called(f"ray:{cluster.address}", counted.directory).run(jobs, ended.__setitem__)
        assert ended == dict.fromkeys(jobs, 0)
        counted.assert_each_counted_once(jobs, 2)
        assert counted.results(jobs) == expected

        endless = counted.jobs(5, steps=1000, pause="0.2")[3:]

        def interrupt(job, code):
            until(lambda: counted.steps_of(endless[0]))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            executor_called(f"ray:{cluster.address}", counted.directory).run([jobs[0], *endless], interrupt)
        assert not is_there(counted.process_of(endless[0]))
    finally:
        ray.shutdown()
        cluster.shutdown()
