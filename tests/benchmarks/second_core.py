"""Turns a second in training with the games in the process that learns, and in one of their own.

    python tests/benchmarks/second_core.py

Recipe ``standard`` as ``create`` would write it, on a quick game and on a slow one, learning from the
start. Each way lives in a process of its own, and they are measured in turns, a few seconds at a
time, so that a busy machine slows both alike.

But where no second core is idle, there is nothing to be gained. So the load is told, too, and the
processor time that the learning process itself needs for a turn: how much less that is, is the gain
to be had where the games keep up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

GAMES = ("snake", "beast")
WAYS = {"one process": False, "game_process": True}
WARM_UP_TURNS, TURNS_AT_ONCE = 6_000, 160
ROUNDS, SECONDS = 7, 4.0


def measure() -> list[dict[str, Any]]:
    """One row for each game: by way, medians of turns a second and of processor time; the median gain."""
    return [_measure_game(game) for game in GAMES]


def _measure_game(game: str) -> dict[str, Any]:
    processes = {way: _start(game, way) for way in WAYS}
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    costs: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, process in processes.items():
            rate, cost = _ask(process)
            rates[way].append(rate)
            costs[way].append(cost)
    for process in processes.values():
        process.communicate()
    alone, beside = rates.values()
    return {
        "game": game,
        "turns_per_second": {way: median(rates[way]) for way in WAYS},
        "processor_microseconds": {way: 1e6 * median(costs[way]) for way in WAYS},
        "gain": median(two / one for one, two in zip(alone, beside, strict=True)),
    }


def _start(game: str, way: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), game, way],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tempfile.mkdtemp(),
    )
    assert process.stdout.readline() == "ready\n"
    return process


def _ask(process: subprocess.Popen[str]) -> tuple[float, float]:
    """Turns a second, and seconds of processor time of the learning process for each."""
    process.stdin.write("go\n")
    process.stdin.flush()
    rate, cost = map(float, process.stdout.readline().split())
    return rate, cost


def _train(game: str, way: str) -> None:
    from retro_gamer_core.configuration import edit_config
    from retro_gamer_core.games.finding import find_game
    from retro_gamer_core.playing.survey import survey_game
    from retro_gamer_core.plugins.registry import installed_plugins
    from retro_gamer_core.training.loading import load_trainer
    from retro_gamer_core.training.new_run import choices_of, make_run

    found, plugins = find_game(game), installed_plugins()
    facts = survey_game(found.name, found.factory, found.metadata)
    run = make_run("run", found.name, found.metadata, choices_of("standard", facts, plugins), plugins)
    edit_config(run.config, {"training": {"seed": 1, "device": "cpu", "game_process": WAYS[way]}})
    loop = load_trainer(run).loop
    events = loop.play(sys.maxsize)

    def play(turns: int) -> int:
        goal = loop.turns + turns
        while loop.turns < goal:
            next(events)
        return turns

    play(WARM_UP_TURNS)
    print("ready", flush=True)
    for _ in sys.stdin:
        began, began_busy, turns = perf_counter(), process_time(), 0
        while perf_counter() - began < SECONDS:
            turns += play(TURNS_AT_ONCE)
        print(turns / (perf_counter() - began), (process_time() - began_busy) / turns, flush=True)


def main() -> None:
    print(f"turns a second in training, median of {ROUNDS} rounds; {os.cpu_count()} processor cores")
    for row in measure():
        rates, costs = row["turns_per_second"], row["processor_microseconds"]
        ways = "".join(f"{way:>14} {rates[way]:8,.0f} ({costs[way]:5,.0f} µs busy)" for way in WAYS)
        print(f"{row['game']:8}{ways}   × {row['gain']:.2f}")
    if hasattr(os, "getloadavg"):
        print(f"load of the last minute: {os.getloadavg()[0]:.1f}, about 1.5 of it this benchmark's own")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _train(*sys.argv[1:])
    else:
        main()
