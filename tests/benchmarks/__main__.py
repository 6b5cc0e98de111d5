"""``make benchmark``: every benchmark in turn, each printing its table."""

from __future__ import annotations

import runpy
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "__main__":
    for name in (
        "turn_cost",
        "memory_cost",
        "training_throughput",
        "recording_cost",
        "gradients",
        "threads",
        "second_core",
        "doubling_workers",
        "first_key",
    ):
        print(f"\n{name.replace('_', ' ')}")
        runpy.run_path(str(HERE / f"{name}.py"), run_name="__main__")
