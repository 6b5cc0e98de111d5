"""What an update of a convolutional network costs with one thread and with two: wall and CPU milliseconds.

    python tests/benchmarks/threads.py

Run it on a quiet machine, and then beside another program that computes: threads that share a sum wait for
each other by spinning.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter, process_time

import numpy as np
import torch

from retro_gamer_core import ObservationSpec
from retro_gamer_dqn.optimiser import NetworkOptimiser
from retro_gamer_networks import cnn

SPEC = ObservationSpec(11, 11, tuple("@*><^v#"))
BATCH, ROUNDS, UPDATES, WARM_UPS = 64, 7, 12, 3


def measure() -> dict[int, tuple[float, float]]:
    """For each number of threads, the median wall and CPU milliseconds of an update, measured in turns."""
    network = cnn.build(SPEC, 5)
    optimiser = NetworkOptimiser(network, 10.0)
    cells = np.random.default_rng(0).integers(0, SPEC.n_codes, (BATCH, 11, 11), dtype=np.uint8)
    inputs = torch.from_numpy(cells), torch.zeros(BATCH, 0)

    def update(threads: int, times: int) -> tuple[float, float]:
        torch.set_num_threads(threads)
        wall, cpu = perf_counter(), process_time()
        for _ in range(times):
            optimiser.step(network(*inputs).square().mean().backward, 1e-4)
        return 1000 * (perf_counter() - wall) / times, 1000 * (process_time() - cpu) / times

    rounds: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for threads, measured in rounds.items():
            update(threads, WARM_UPS)
            measured.append(update(threads, UPDATES))
    return {
        threads: tuple(median(values) for values in zip(*measured, strict=True))
        for threads, measured in rounds.items()
    }


if __name__ == "__main__":
    for threads, (wall, cpu) in measure().items():
        print(f"{threads} thread(s): {wall:7.1f} ms wall, {cpu:7.1f} ms CPU an update")
