"""What remembering costs: time for each operation on full memories of several sizes, and bytes a turn.

Run it with ``python tests/benchmarks/memory_cost.py``. All sizes take turns within one run, so a
busy machine slows them alike and their ratio can be trusted more than the figures themselves.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from retro_gamer_core.contracts import Memory
from retro_gamer_core.observation import Observations, ObservationSpec
from retro_gamer_core.transitions import Transitions
from retro_gamer_memories.prioritized import PrioritizedMemory
from retro_gamer_memories.uniform import UniformMemory

CAPACITIES = (10_000, 50_000, 1_000_000)
SNAKE = ObservationSpec(height=16, width=32, characters=("@", "*", "<", ">", "^", "v"))
BATCH = 64
ROUNDS, REPEATS = 25, 40


def measure() -> list[dict[str, Any]]:
    """One row for each memory and operation: median microseconds by capacity, and largest : smallest.

    Rows named "bytes a turn" hold the allocated bytes divided by the capacity instead.
    """
    return [row for kind in (UniformMemory, PrioritizedMemory) for row in _measure_kind(kind)]


def _measure_kind(kind: type) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    memories, sizes = {}, {}
    for capacity in CAPACITIES:
        memories[capacity], sizes[capacity] = _full_memory(kind, capacity, rng)
    operations: dict[str, Callable[[Memory], None]] = {
        "add 1": _adding(1, rng),
        "add 16": _adding(16, rng),
        f"sample {BATCH} + update": lambda memory: _sample_and_update(memory, rng),
    }
    times = {(name, capacity): [] for name in operations for capacity in CAPACITIES}
    for _ in range(ROUNDS):
        for name, operation in operations.items():
            for capacity, memory in memories.items():
                for _ in range(REPEATS):
                    start = perf_counter()
                    operation(memory)
                    times[name, capacity].append(perf_counter() - start)
    rows = [
        _row(kind, name, {capacity: 1e6 * median(times[name, capacity]) for capacity in CAPACITIES})
        for name in operations
    ]
    return [*rows, _row(kind, "bytes a turn", sizes)]


def _row(kind: type, operation: str, by_capacity: dict[int, float]) -> dict[str, Any]:
    ratio = by_capacity[CAPACITIES[-1]] / by_capacity[CAPACITIES[0]]
    return {"memory": kind.__name__, "operation": operation, "by_capacity": by_capacity, "ratio": ratio}


def _full_memory(kind: type, capacity: int, rng: np.random.Generator) -> tuple[Memory, float]:
    tracemalloc.start()
    memory = kind(capacity, SNAKE)
    size = tracemalloc.get_traced_memory()[0] / capacity
    tracemalloc.stop()
    chunk = 10_000
    for start in range(0, capacity, chunk):
        memory.add(_turns(chunk, rng))
        keys = np.arange(start, start + chunk)
        memory.update_priorities(keys, rng.standard_normal(chunk, np.float32))
    return memory, size


def _turns(n: int, rng: np.random.Generator) -> Transitions:
    cells = rng.integers(SNAKE.n_codes, size=(2, n, SNAKE.height, SNAKE.width), dtype=np.uint8)
    features = np.zeros((n, SNAKE.n_features), np.float32)
    return Transitions(
        Observations(cells[0], features),
        rng.integers(5, size=n),
        rng.standard_normal(n, np.float32),
        np.full(n, 0.99, np.float32),
        Observations(cells[1], features),
    )


def _adding(n: int, rng: np.random.Generator) -> Callable[[Memory], None]:
    turns = _turns(n, rng)
    return lambda memory: memory.add(turns)


def _sample_and_update(memory: Memory, rng: np.random.Generator) -> None:
    batch = memory.sample(BATCH, rng)
    memory.update_priorities(batch.keys, batch.transitions.rewards)


def main() -> None:
    heads = "".join(f"{capacity:>12,}" for capacity in CAPACITIES)
    print(f"{'µs, median':<42}{heads}   ratio")
    for row in measure():
        figures = "".join(f"{value:>12.1f}" for value in row["by_capacity"].values())
        print(f"{row['memory']:<18} {row['operation']:<23}{figures}{row['ratio']:>8.2f}")


if __name__ == "__main__":
    main()
