"""Real trainings, two settings with two seeds: the same results bit for bit, wherever they ran."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from executors.test_shared_folder import workers

from retro_gamer_core.contracts import Job
from retro_gamer_experiments.executors import executor_called

pytestmark = pytest.mark.slow
SETTINGS = ("training.gamma=0.9", "training.gamma=0.99")
SHORT = ("training_episodes=4", "max_turns_per_episode=100", "learning_starts=128", "evaluate_every=0")


def retro_gamer(*arguments: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "retro_gamer", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL
    )


@pytest.fixture
def trainings(tmp_path):
    """``trainings(directory)``: a job for each of four runs that were made there."""

    def trainings(directory: Path) -> list[Job]:
        jobs = []
        for setting in SETTINGS:
            for seed in (1, 2):
                name = f"{setting}-seed{seed}"
                wishes = [
                    text
                    for each in (setting, *(f"training.{each}" for each in SHORT))
                    for text in ("--set", each)
                ]
                retro_gamer(
                    "create", "--game", "snake", "--output", directory / name, "--seed", seed, *wishes
                )
                jobs.append(Job(name, ("train", name), str(directory)))
        return jobs

    return trainings


def learned(jobs: list[Job]) -> list[list[bytes]]:
    """What each run learned, as it is in its last checkpoint."""
    import torch

    found = []
    for job in jobs:
        file = max(
            Path(job.directory, job.name, "checkpoints").iterdir(), key=lambda path: path.stat().st_mtime
        )
        weights = torch.load(file, weights_only=True)
        found.append([each.numpy().tobytes() for each in tensors_in(weights)])
        assert found[-1]
    return found


def tensors_in(tree: object) -> list:
    if isinstance(tree, dict):
        return [each for value in tree.values() for each in tensors_in(value)]
    if isinstance(tree, (list, tuple)):
        return [each for value in tree for each in tensors_in(value)]
    return [tree] if hasattr(tree, "numpy") else []


def test_the_same_four_results_everywhere(tmp_path, trainings):
    results, folder = {}, tmp_path / "shared"
    for on in ("processes", f"folder:{folder}", "slurm:cluster=local", "ray:auto"):
        needed = {"slurm": "submitit", "ray": "ray"}.get(on.partition(":")[0])
        if needed and not importlib.util.find_spec(needed):
            continue
        directory = folder / on.partition(":")[0]
        jobs, ended = trainings(directory), {}
        with workers(folder, 2 if on.startswith("folder") else 0):
            executor_called(on, directory, 0 if on.startswith("folder") else 2).run(jobs, ended.__setitem__)
        assert ended == dict.fromkeys(jobs, 0), on
        results[on] = learned(jobs)
    first, *others = results.values()
    assert all(other == first for other in others)
    assert len({tuple(each) for each in first}) == 4
