"""How often an experiment is wrong, and how often it finds a difference, as a table for the documentation.

``python tests/benchmarks/verdicts.py``
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from evaluation.test_paired_differences import SCORES, called_different

SEEDS = (3, 5, 10)

if __name__ == "__main__":
    print(
        "| scores | " + " | ".join(f"same, {seeds} seeds" for seeds in SEEDS) + " | differ, 5 | differ, 10 |"
    )
    print("|---" * (len(SEEDS) + 3) + "|")
    for name, draw in SCORES.items():
        wrong = [called_different(draw, seeds) for seeds in SEEDS]
        found = [called_different(draw, seeds, effect=1.0) for seeds in (5, 10)]
        print(f"| {name} | " + " | ".join(f"{each:.1f}" for each in (*wrong, *found)) + " |")
