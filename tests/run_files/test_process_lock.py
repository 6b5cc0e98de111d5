"""One training a run: a living holder is respected, a dead one is not."""

import json
import os
import socket
import subprocess
import sys

import pytest

from retro_gamer_core.runs.process_lock import RunBusy, hold_lock

HOLD = """
import sys
from pathlib import Path
from retro_gamer_core.runs.process_lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def start(program: str, path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_living_process_keeps_others_out_and_a_killed_one_does_not(tmp_path):
    path = tmp_path / "training.pid"
    with start(HOLD, path) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunBusy) as raised, hold_lock(path):
            pass
        assert f"process {other.pid} " in str(raised.value)
        assert "training.pid" in str(raised.value)
        other.kill()
        other.wait()
    assert path.exists()
    with hold_lock(path):
        assert json.loads(path.read_text())["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


def test_it_is_released_when_training_fails(tmp_path):
    path = tmp_path / "training.pid"
    with pytest.raises(ZeroDivisionError), hold_lock(path):
        raise ZeroDivisionError
    assert not path.exists()


def a_dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


THIS_COMPUTER = socket.gethostname().split(".")[0]


def test_the_same_process_cannot_hold_it_twice(tmp_path):
    path = tmp_path / "training.pid"
    with hold_lock(path):
        with pytest.raises(RunBusy), hold_lock(path):
            pass
        assert path.exists()


def test_a_process_on_another_computer_is_respected(tmp_path):
    path = tmp_path / "training.pid"
    path.write_text(json.dumps({"pid": a_dead_process(), "host": "lab-7"}))
    with pytest.raises(RunBusy, match="on the computer 'lab-7'"), hold_lock(path):
        pass


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"pid": "x", "host": "y"}', "\0\0"])
def test_a_lock_that_says_nothing_is_respected_and_the_way_out_is_named(tmp_path, content):
    path = tmp_path / "training.pid"
    path.write_text(content)
    with pytest.raises(RunBusy, match=r"delete the file training\.pid"), hold_lock(path):
        pass
    assert path.read_text() == content


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill is where another process is let in, below")
def test_somebody_who_took_over_the_stale_lock_first_keeps_it(tmp_path, monkeypatch):
    path = tmp_path / "training.pid"
    path.write_text(json.dumps({"pid": a_dead_process(), "host": THIS_COMPUTER}))
    first = json.dumps({"pid": 1, "host": "lab-7"})

    def kill(pid, signal):
        path.write_text(first)  # between the look at the old lock and its removal
        raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(RunBusy, match="lab-7"), hold_lock(path):
        pass
    assert path.read_text() == first


CONTEND = """
import sys, time
from pathlib import Path
from retro_gamer_core.runs.process_lock import RunBusy, hold_lock
path = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
try:
    with hold_lock(path):
        inside = path.with_name("inside")
        inside.touch(exist_ok=False)
        time.sleep(0.05)
        inside.unlink()
    print("held")
except RunBusy:
    print("busy")
"""


def test_only_one_of_many_takes_over_a_stale_lock(tmp_path):
    path = tmp_path / "training.pid"
    path.write_text(json.dumps({"pid": a_dead_process(), "host": THIS_COMPUTER}))
    processes = [start(CONTEND, path) for _ in range(5)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.close()
    outcomes = []
    for process in processes:
        outcomes.append(process.stdout.read().strip())
        process.stdout.close()
        assert process.wait() == 0
    assert "held" in outcomes
    assert set(outcomes) <= {"held", "busy"}
