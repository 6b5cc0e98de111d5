"""One training at a time: a living holder is respected, and nothing that is gone or damaged is."""

import errno
import os
import subprocess
import sys

import filelock
import pytest

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import LinkRefused
from retro_gamer_core.runs.process_lock import RunBusy, hold_lock
from retro_gamer_core.runs.run_directory import RunDirectory

HOLD = """
import sys
from retro_gamer_core.runs.run_directory import RunDirectory
with RunDirectory(sys.argv[1]).hold():
    print("held", flush=True)
    sys.stdin.read()
"""


def start(program: str, *arguments) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def run(tmp_path) -> RunDirectory:
    return RunDirectory.create(tmp_path / "run")


def test_a_living_process_keeps_others_out_and_a_killed_one_does_not(run):
    with start(HOLD, run.path) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunBusy, match=rf"process {other.pid} on \S+ since "), run.hold():
            pass
        other.kill()
        other.wait()
    assert run.holder.exists()
    with run.hold():
        assert f"process {os.getpid()} on " in run.holder.read_text(encoding="utf-8")
    assert not run.holder.exists()


def test_it_is_released_when_training_fails(run):
    with pytest.raises(ZeroDivisionError), run.hold():
        raise ZeroDivisionError
    assert not run.holder.exists()
    with run.hold():
        pass


def test_the_same_process_cannot_hold_it_twice(run):
    with run.hold():
        with pytest.raises(RunBusy, match=f"process {os.getpid()} on"), RunDirectory(run.path).hold():
            pass
        assert run.holder.exists()


DAMAGED = {
    "empty": b"",
    "torn": b'{"pid": 12',
    "zeros": b"\0" * 4096,
    "no words": b"\xff\xfe\x00",
    "this very process, as after a restart in a container": str(os.getpid()).encode(),
    "as 0.9 wrote it": b'{"pid": %d, "host": "lab-7"}' % os.getpid(),
    "no number": b'{"pid": 1e999, "host": "lab-7"}',
    "deep": b"[" * 100_000,
    "copied with the run": b"process 1 on lab-7 since 2026-11-28 19:52:47\n",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_what_was_left_behind_holds_nothing(run, content):
    run.holder.write_bytes(content)
    run.lock.write_bytes(content)
    with run.hold():
        assert f"process {os.getpid()} on " in run.holder.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_note_that_cannot_be_believed_is_not_repeated(run, content):
    with run.hold():
        run.holder.write_bytes(content)
        with pytest.raises(RunBusy) as raised, run.hold():
            pass
    who = "process 1 on lab-7 since" if content.startswith(b"process") else "another process is training"
    assert raised.value.problem.what.startswith(who)


needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")


@needs_links
@pytest.mark.parametrize("there", [True, False], ids=["of a file", "dangling"])
def test_a_link_is_neither_followed_nor_written_through(run, tmp_path, there):
    target = tmp_path / "mine.txt"
    if there:
        target.write_text("mine", encoding="utf-8")
    run.holder.symlink_to(target)
    with pytest.raises(LinkRefused), run.hold():
        pass
    with hold_lock(run.lock, run.holder):
        assert not run.holder.is_symlink()
    run.lock.unlink()
    run.lock.symlink_to(target)
    with pytest.raises(LinkRefused), run.hold():
        pass
    with pytest.raises(RetroGamerError, match=r"training\.lock is a link"), hold_lock(run.lock, run.holder):
        pass
    assert target.exists() == there and (not there or target.read_text(encoding="utf-8") == "mine")


def test_a_directory_in_its_place_is_told(run):
    run.holder.mkdir()
    with run.hold():
        pass
    run.lock.unlink()
    run.lock.mkdir()
    with pytest.raises(RetroGamerError, match=r"training\.lock cannot be opened"), run.hold():
        pass


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0,
    reason="there, or for root, modes of a directory mean nothing",
)
def test_a_run_that_may_not_be_written_is_told(run):
    run.path.chmod(0o555)
    try:
        with pytest.raises(RetroGamerError, match=r"training\.lock cannot be opened for writing"), run.hold():
            pass
    finally:
        run.path.chmod(0o755)


def test_a_file_that_may_not_be_opened_is_told(run, monkeypatch):
    refuse(monkeypatch, errno.EROFS)
    with pytest.raises(RetroGamerError, match=r"training\.lock cannot be opened for writing"), run.hold():
        pass


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.ENOSYS, errno.ENOLCK])
def test_where_nobody_can_hold_it_nobody_is_kept_out(run, monkeypatch, number):
    """A full disk has no room for the file, and `clean` must make some; some network drives know no locks."""
    refuse(monkeypatch, number)
    with run.hold():
        pass


def refuse(monkeypatch, number: int) -> None:
    def acquire(self, *arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)


CONTEND = """
import sys, time
from pathlib import Path
from retro_gamer_core.runs.process_lock import RunBusy
from retro_gamer_core.runs.run_directory import RunDirectory
run, rounds, held = RunDirectory(sys.argv[1]), int(sys.argv[2]), 0
inside = run.path / "inside"
print("ready", flush=True)
sys.stdin.read()
for _ in range(rounds):
    try:
        with run.hold():
            inside.touch(exist_ok=False)
            time.sleep(0.001)
            inside.unlink()
            held += 1
    except RunBusy:
        pass
print(held)
"""


def test_of_many_that_try_again_and_again_never_two_hold_it(run):
    run.holder.write_text("process 1 on lab-7 since 2026-11-28 19:52:47\n", encoding="utf-8")
    processes = [start(CONTEND, run.path, 50) for _ in range(8)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.close()
    held = []
    for process in processes:
        held.append(int(process.stdout.read()))
        process.stdout.close()
        assert process.wait() == 0
    assert sum(held) > 0


def test_of_many_that_are_killed_none_leaves_it_locked(run):
    for _ in range(5):
        with start(HOLD, run.path) as process:
            assert process.stdout.readline() == "held\n"
            process.kill()
            process.wait()
            with run.hold():
                pass
