"""Jobs in a folder that several computers share: nobody shares a job, and whatever dies is taken over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from executors.conftest import is_there, until
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.contracts import Job
from retro_gamer_experiments.executors import executor_called
from retro_gamer_experiments.executors.folder import Queue, SharedFolder, Worker

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

CLAIM = """
import sys
from pathlib import Path
from retro_gamer_experiments.executors.folder import Queue
queue = Queue(Path(sys.argv[1]))
print("ready", flush=True)
input()
while (claimed := queue.claim()):
    print(claimed[0])
    queue.finish(claimed[0], 0)
"""
WORK = """
import sys, time
from pathlib import Path
from retro_gamer_experiments.executors.folder import Worker
at_work = Worker(Path(sys.argv[1]), 1, lease=float(sys.argv[2]))
try:
    while True:
        at_work.look()
        time.sleep(0.02)
finally:
    at_work.leave()
"""


def in_python(program: str, *arguments: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@contextmanager
def workers(folder: Path, count: int, lease: float = 60.0):
    """So many computers that do jobs of the folder."""
    working = [in_python(WORK, folder, lease) for _ in range(count)]
    try:
        yield working
    finally:
        for worker in working:
            worker.send_signal(signal.SIGINT)
        for worker in working:
            worker.communicate()


def files_in(folder: Path, state: str) -> list[str]:
    return sorted(path.name for path in (folder / "queue" / state).iterdir())


def test_two_workers_never_share_a_job(tmp_path):
    queue = Queue(tmp_path)
    ids = {f"gamma=0.{number}" for number in range(1000)}
    queue.add(dict.fromkeys(ids, "{}"))
    claiming = [in_python(CLAIM, tmp_path) for _ in range(4)]
    for process in claiming:
        assert process.stdout.readline() == "ready\n"
    for process in claiming:
        process.stdin.write("begin\n")
        process.stdin.flush()
    claimed = [process.communicate()[0].split() for process in claiming]
    together = [job_id for each in claimed for job_id in each]
    assert len(together) == 1000 and set(together) == ids
    assert sum(map(bool, claimed)) > 1
    assert dict(queue.ended(ids)) == dict.fromkeys(ids, 0)
    assert files_in(tmp_path, "done") == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "claim", "finish", "give_back"]), st.integers(0, 2)), max_size=40
    )
)
def test_a_job_is_with_one_worker_or_waits_or_is_done(tmp_path_factory, moves):
    folder = tmp_path_factory.mktemp("shared")
    queues = [Queue(folder) for _ in range(3)]
    held: list[str | None] = [None, None, None]
    state = ""
    for move, who in moves:
        queue = queues[who]
        if move == "add":
            queue.add({"job": "content"})
            state = state if state in ("waiting", "taken") else "waiting"
        elif move == "claim" and held[who] is None:
            claimed = queue.claim()
            assert (claimed is not None) == (state == "waiting")
            if claimed:
                held[who], state = claimed[0], "taken"
        elif held[who]:
            if move == "finish":
                assert queue.finish("job", 3)
                held[who], state = None, "done"
            elif move == "give_back":
                queue.give_back("job")
                held[who], state = None, "waiting"
        assert [len(files_in(folder, each)) for each in ("waiting", "taken", "done")] == [
            int(state == each) for each in ("waiting", "taken", "done")
        ]


def test_what_was_given_to_somebody_else_is_told(tmp_path):
    one, other = Queue(tmp_path, lease=0.0), Queue(tmp_path, lease=0.0)
    one.add({"job": "content"})
    assert one.claim() == ("job", "content") and one.still_mine("job")
    other.give_back_of_the_dead()
    assert other.claim() is None  # seen for the first time: nobody knows yet whether its worker lives
    other.give_back_of_the_dead()
    assert other.claim() == ("job", "content")
    assert not one.still_mine("job") and not one.finish("job", 0)
    assert other.finish("job", 0)
    assert dict(one.ended(["job"])) == {"job": 0}


def test_a_sign_of_life_counts_whatever_the_clocks_say(tmp_path):
    one, other = Queue(tmp_path, lease=0.0), Queue(tmp_path, lease=0.0)
    one.add({"job": "content"})
    one.claim()
    [taken] = (tmp_path / "queue" / "taken").iterdir()
    for clock in (5e9, 1e9, 3e9):  # of a computer whose clock is wrong, or put right
        os.utime(taken, (clock, clock))
        other.give_back_of_the_dead()
        assert one.still_mine("job")


def test_two_other_workers_do_the_jobs_of_one_who_does_none(counted):
    jobs, ended = counted.jobs(4), {}
    folder = counted.directory.parent
    with workers(folder, 2):
        executor_called(f"folder:{folder}", counted.directory, 0).run(jobs, ended.__setitem__)
    assert ended == dict.fromkeys(jobs, 0)
    counted.assert_each_counted_once(jobs, 2)
    assert [files_in(folder, state) for state in ("waiting", "taken", "done")] == [[], [], []]


@needs_proc
def test_a_worker_that_is_killed_ends_with_every_job_done_once(counted):
    jobs, ended = counted.jobs(2, steps=40, pause="0.1"), []
    folder = counted.directory.parent
    with workers(folder, 1, lease=4.0) as [first]:
        Queue(folder)
        this = SharedFolder(counted.directory, str(folder), workers=1, lease=4.0)

        def look_on() -> None:
            until(
                lambda: (
                    len(files_in(folder, "taken")) == 2
                    and all(len(counted.steps_of(job)) > 1 for job in jobs)
                )
            )
            [its_job] = [job for job in jobs if f"{job.name}@" in its_file(folder, first.pid)]
            process = counted.process_of(its_job)
            first.kill()
            until(lambda: not is_there(process))

        looking = Thread(target=look_on)
        looking.start()
        this.run(jobs, lambda *end: ended.append(end))
        looking.join()
    assert sorted(ended, key=str) == [(job, 0) for job in jobs]
    counted.assert_each_counted_once(jobs, 40)


def its_file(folder: Path, pid: int) -> str:
    [name] = [name for name in files_in(folder, "taken") if f"-{pid}-" in name]
    return name


@needs_proc
def test_a_worker_that_comes_back_stops_what_was_taken_over(tmp_path, counted):
    [job] = counted.jobs(1, steps=1000, pause="0.2")
    folder = counted.directory.parent
    SharedFolder(counted.directory, str(folder), workers=0)
    told = {"name": job.name, "arguments": job.arguments, "directory": "gamma", "experiment": "gamma"}
    Queue(folder).add({"gamma+job": json.dumps(told)})
    told = []
    asleep = Worker(folder, 1, lease=1.0, tell=told.append)
    until(lambda: asleep.look() or counted.steps_of(job))
    process = counted.process_of(job)
    awake = Queue(folder, lease=0.0)
    awake.give_back_of_the_dead()
    awake.give_back_of_the_dead()
    assert awake.claim()
    until(lambda: asleep.look() or not is_there(process))
    assert told[-1].endswith("another computer has taken it over")
    assert awake.still_mine("gamma+job")


def test_ctrl_c_takes_back_what_nobody_has_begun(counted):
    jobs = counted.jobs(3)
    folder = counted.directory.parent

    def interrupt(job: Job, code: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor_called(f"folder:{folder}", counted.directory, 1).run(jobs, interrupt)
    assert files_in(folder, "waiting") == files_in(folder, "taken") == []
    executor_called(f"folder:{folder}", counted.directory, 1).run(jobs, lambda job, code: None)
    assert all(counted.steps_of(job) for job in jobs)


def test_paths_are_those_of_whoever_works(tmp_path, counted):
    """The same folder under another name, as on another computer."""
    folder = counted.directory.parent
    elsewhere = tmp_path / "mounted here"
    elsewhere.symlink_to(folder, target_is_directory=True)
    [job] = counted.jobs(1)
    path = counted.directory / job.name
    job = Job(job.name, ("count", str(path), "2"), job.directory)
    content = SharedFolder(counted.directory, str(folder))._content(job)
    assert str(folder) not in content and "\\\\" not in content
    Queue(folder).add({"job": content})
    at_work, queue = Worker(elsewhere, 1), Queue(folder)
    until(lambda: at_work.look() or dict(queue.ended(["job"])) == {"job": 0})
    counted.assert_each_counted_once([job], 2)


def test_what_is_no_job_stops_nobody(counted):
    folder, told = counted.directory.parent, []
    queue = Queue(folder)
    queue.add({"nonsense": "["})
    Worker(folder, 1, tell=told.append).look()
    assert dict(queue.ended(["nonsense"])) == {"nonsense": 2}
    assert told[0].startswith("nonsense is no job")


@needs_proc
def test_the_command_on_another_computer(counted):
    folder = counted.directory.parent
    jobs = counted.jobs(1)
    Queue(folder)
    worker = subprocess.Popen(
        [sys.executable, "-m", "retro_gamer", "worker", str(folder), "--workers", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    executor_called(f"folder:{folder}", counted.directory, 0).run(jobs, lambda job, code: None)
    worker.send_signal(signal.SIGINT)
    printed, _ = worker.communicate()
    assert f"{jobs[0].name}: begun" in printed and f"{jobs[0].name}: done" in printed
    assert worker.returncode == 130
