"""``retro-gamer duel`` as people type it: what it shows, and what a kill in the middle leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE, wait_until

COMMAND = [sys.executable, "-m", "retro_gamer_core.cli", "duel", "runs/chaser", "runs/runner"]
SMALL = ["--rounds", "1", "--episodes", "6", "--matches", "4"]


def duel(*options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, options)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1"},
        encoding="utf-8",
        timeout=PATIENCE,
    )


@pytest.fixture
def runs(make_run) -> None:
    make_run("chaser")
    make_run("runner")


def test_what_people_read(runs):
    done = duel(*SMALL)
    assert done.returncode == 0, done.stderr
    assert "Round 1 of 1: chaser trains against runner-random." in done.stderr
    assert "Round 1 of 1: runner trains against chaser-1 and 1 before it." in done.stderr
    assert "could not be played again" not in done.stderr
    for words in (
        "rating   95 % interval",
        "random keys",
        "chaser against runner-1, in 4 matches each:",
        "runner-1 won  ",
        "of 4: ",
        "There is one snapshot of it so far",
        "More rounds go on from here: retro-gamer duel runs/chaser runs/runner --episodes 6 --opponents pool "
        "--matches 4 --rounds 2",
        "chaser against runner, as they play now:",
        "turn 0",
        "game over",
    ):
        assert words in done.stdout, words
    assert "Next: retro-gamer play runs/chaser" in done.stderr
    assert Path("runs/duel-chaser-runner/ratings.json").is_file()


def test_what_programs_read(runs):
    with Path("tag.py").open("a", encoding="utf-8") as game:
        game.write("\nprint('what a game prints')\n")
    done = duel(*SMALL, "--json", "--output", "my duel")
    assert done.returncode == 0, done.stderr
    assert "what a game prints" in done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == 1 and told["sides"] == ["chaser", "runner"]
    assert told["ratings"].keys() == {"chaser-random", "runner-random", "chaser-1", "runner-1"}
    for rating in told["ratings"].values():
        assert rating["ci95"][0] < rating["elo"] < rating["ci95"][1]
    chaser = told["progress"]["chaser"]
    assert chaser["against"] == "runner-1" and chaser["last"]["of"] == told["matches"] == 4
    assert Path("my duel/duel.json").is_file()
    assert duel(*SMALL, "--json", "--output", "my duel").stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["runs/chaser", "runs/chaser"], 1, "cannot play a duel against itself"),
        (["runs/chaser", "runs/runer"], 1, "did you mean"),
        (["runs/chaser"], 2, "Missing argument"),
        (["runs/chaser", "runs/runner", "--rounds", "0"], 2, "0 is not in the range"),
    ],
)
def test_what_cannot_be_is_explained(runs, arguments, code, told):
    done = subprocess.run(
        [*COMMAND[:4], *arguments], capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


def outcome() -> dict[str, bytes]:
    files = Path("runs/duel-chaser-runner").rglob("*")
    return {file.name: file.read_bytes() for file in files if file.suffix in (".rgp", ".json", ".jsonl")}


@pytest.mark.parametrize("end", ["kill", pytest.param("interrupt", marks=pytest.mark.slow)])
def test_killed_in_the_middle_it_goes_on(make_run, end):
    if end == "interrupt" and sys.platform == "win32":
        pytest.skip("Windows sends no SIGINT to a single process")
    options = ["--rounds", "1", "--episodes", "40", "--matches", "4", "--json"]
    outcomes = []
    for killed in (False, True):
        shutil.rmtree("runs", ignore_errors=True)
        make_run("chaser")
        make_run("runner")
        if killed:
            wait_for_a_snapshot_and(end, options)
        done = duel(*options)
        assert done.returncode == 0, done.stderr
        outcomes.append((done.stdout, outcome()))
    assert outcomes[0] == outcomes[1]


def wait_for_a_snapshot_and(end: str, options: list[str]) -> None:
    """Begin a duel, and end it after its first snapshot, while the other side trains."""
    with subprocess.Popen(
        [*COMMAND, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until(Path("runs/runner/training.log").exists, process)
        if end == "kill":
            process.kill()
        else:
            process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=PATIENCE)
    if end == "interrupt":
        assert process.returncode == 130
        assert "everything is saved" in printed
    assert len(list(Path().glob("runs/*/snapshots/*.rgp"))) == 1
