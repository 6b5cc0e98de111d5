"""The real command with real processes: Ctrl-C and a kill in the middle, and nothing is done twice."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="Windows has no pseudo terminals")
from agents_in_games.terminals import Terminal
from cli.test_screens import rows_of

pytestmark = pytest.mark.slow

WORDS = (
    "--vary",
    "training.gamma=0.5,0.9",
    "--seeds",
    "2",
    "--turns",
    "1200",
    "--games",
    "4",
    "--workers",
    "1",
)


@pytest.fixture
def begin(base, place):
    begun: list[Terminal] = []

    def begin() -> Terminal:
        command = [sys.executable, "-m", "retro_gamer_core.cli", "experiment", str(base), *WORDS]
        begun.append(Terminal(command, cwd=place, columns=80, rows=24))
        return begun[-1]

    yield begin
    for terminal in begun:
        terminal.close()


def results(place: Path) -> dict[str, str]:
    files = sorted(place.glob("experiments/*/runs/*/result.json"))
    return {file.parent.name: file.read_text(encoding="utf-8") for file in files}


def test_a_stop_and_a_kill_in_the_middle_lose_nothing(begin, place):
    first = begin()
    first.wait_for("0.5, seed 1: score")
    first.press("\x03")
    assert first.wait() == 130
    assert "the same command goes on" in first.shown
    done = results(place)
    assert "1-gamma=0.5-seed1" in done and len(done) < 4

    second = begin()
    second.wait_for("0.9, seed 1: score")
    second.process.kill()
    second.wait()
    assert len(results(place)) < 4

    last = begin()
    assert last.wait() == 0
    rows = rows_of(last.shown.rstrip())
    assert all(len(row) <= 80 for row in rows), "\n".join(rows)
    assert "seed 1: score" not in last.shown, "it was finished before"
    after = results(place)
    assert len(after) == 4 and {**after, **done} == after
    [verdict] = place.glob("experiments/*/verdict.json")
    told = json.loads(verdict.read_text(encoding="utf-8"))
    assert told["comparisons"][0]["seeds"] == 2 and told["failures"] == []
    for run in place.glob("experiments/*/runs/*"):
        events = [
            json.loads(line) for line in (run / "training.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        assert [event["total_turns"] for event in events if event.get("reason") == "finished"] == [1200]
