"""Real processes that are interrupted or killed: what they leave behind is enough to go on exactly there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_until

from retro_gamer_core.runs.saved_state import read_state
from retro_gamer_core.training.loading import load_trainer

SETTINGS = {
    "games_in_step": 4,
    "n_step": 2,
    "train_every": 4,
    "memory": "prioritized",
    "training_episodes": 500,
}

KILLED_OFTEN = {**SETTINGS, "training_episodes": 12_000, "checkpoint_every": 500}


@pytest.fixture
def train() -> Iterator[Callable[..., subprocess.Popen]]:
    """``train(run)``: the command in a process of its own, which saves all the time."""
    processes = []

    def train(run) -> subprocess.Popen:
        command = [sys.executable, "-m", "retro_gamer_core.cli", "train", run.path, "--save-every", "0.02"]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        processes.append(process)
        return process

    yield train
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def unstopped(make_run, outcome_of, tmp_path_factory) -> dict[str, Any]:
    """What comes of these settings when nobody stops the training."""
    run = make_run(tmp_path_factory.mktemp("run"), training=SETTINGS)
    load_trainer(run).train()
    return outcome_of(run)


def wait_for_a_newer_state(run, process: subprocess.Popen) -> None:
    def newest() -> list[Path]:
        return run.newest_states()[:1]

    before = newest()
    wait_until(lambda: newest() != before, process)


def kill_again_and_again(run, train, times: int, rng: random.Random) -> None:
    for _ in range(times):
        process = train(run)
        wait_for_a_newer_state(run, process)
        time.sleep(rng.uniform(0, 0.3))
        assert process.poll() is None, process.communicate()[0]
        process.kill()
        process.wait()


def test_a_killed_process_loses_nothing_but_the_turns_since_the_last_state(
    make_run, outcome_of, assert_same, train, unstopped, tmp_path
):
    run = make_run(tmp_path, training=SETTINGS)
    kill_again_and_again(run, train, 2, random.Random(1))
    trainer = load_trainer(run)
    assert trainer.load_newest() and not trainer.finished
    trainer.train()
    assert_same(outcome_of(run), unstopped)
    assert not list(run.path.rglob("*.unfinished"))


@pytest.mark.slow
def test_fifty_kills(make_run, outcome_of, assert_same, train, tmp_path_factory):
    run, killed = (
        make_run(tmp_path_factory.mktemp(name), training=KILLED_OFTEN) for name in ("run", "killed")
    )
    load_trainer(run).train()
    kill_again_and_again(killed, train, 50, random.Random(2))
    trainer = load_trainer(killed)
    assert trainer.load_newest()
    trainer.train()
    assert_same(outcome_of(killed), outcome_of(run))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
def test_ctrl_c_saves_and_going_on_changes_nothing(
    make_run, outcome_of, assert_same, train, unstopped, tmp_path
):
    run = make_run(tmp_path, training=SETTINGS)
    process = train(run)
    wait_for_a_newer_state(run, process)
    process.send_signal(signal.SIGINT)
    printed = process.stdout.read()
    assert process.wait() == 130, printed
    assert "Stopping after this turn" in printed
    assert "everything is saved" in printed
    assert not (run.path / "training.pid").exists()

    episodes = read_state(run.newest_states()[0])["loop"]["episodes"]
    newest = run.newest_checkpoint()
    assert newest.name == f"ep_{episodes:04d}.pt"
    trainer = load_trainer(run)
    assert trainer.load_newest() and not trainer.finished
    trainer.train()
    actual = outcome_of(run)
    if newest.name not in unstopped["checkpoints"]:
        del actual["checkpoints"][newest.name]
    assert_same(actual, unstopped)
