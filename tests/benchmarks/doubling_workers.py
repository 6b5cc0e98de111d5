"""How many more runs are finished by two workers than by one.

    python tests/benchmarks/doubling_workers.py

Short trainings of snake as jobs of the executors ``processes`` and ``folder``, four for one worker and eight for two,
in turns, so that a busy machine slows both alike. On two idle cores, twice the workers finish twice the runs, but for
what they share: memory and the clock of the processor. Where fewer cores are idle than there are workers, the gain is
that of the share of the processor; so the load is told, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from retro_gamer_core.contracts import Job
from retro_gamer_experiments.executors import executor_called

ROUNDS, JOBS_A_WORKER = 3, 4
SETTINGS = ("training_episodes=40", "max_turns_per_episode=200", "evaluate_every=0", "learning_starts=200")


def measure(on: str, directory: Path) -> list[float]:
    """By what the runs finished in a minute grow with the second worker, in each round."""
    return [_rate(on, directory / f"{i}-2", 2) / _rate(on, directory / f"{i}-1", 1) for i in range(ROUNDS)]


def _rate(on: str, directory: Path, workers: int) -> float:
    jobs = [_job(directory, number) for number in range(JOBS_A_WORKER * workers)]
    ended: list[int] = []
    began = perf_counter()
    executor_called(on, directory, workers).run(jobs, lambda job, code: ended.append(code))
    seconds = perf_counter() - began
    assert ended == [0] * len(jobs)
    return 60 * len(jobs) / seconds


def _job(directory: Path, seed: int) -> Job:
    name = f"seed{seed}"
    wishes = [word for setting in SETTINGS for word in ("--set", f"training.{setting}")]
    made = ["create", "--game", "snake", "--output", str(directory / name), "--seed", str(seed), *wishes]
    subprocess.run([sys.executable, "-m", "retro_gamer", *made], check=True, stdout=subprocess.DEVNULL)
    return Job(name, ("train", name), str(directory))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for on in ("processes", f"folder:{folder}"):
            gains = measure(on, Path(folder) / on.partition(":")[0])
            shown = ", ".join(f"{gain:.2f}" for gain in gains)
            print(
                f"{on.partition(':')[0]:10} two workers finish {median(gains):.2f} times the runs of one ({shown})"
            )
    if hasattr(os, "getloadavg"):
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
