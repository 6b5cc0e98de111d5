"""How soon an exported policy presses its first key: seconds from the start of Python, game and all.

Run it with ``python tests/benchmarks/first_key.py [FILE.rgp]``. Without a file, one is made: snake, by the
recipe ``standard``, whose network is as large as anyone's, hardly trained. Each figure is the median of
fresh processes; beside the seconds by the clock stand those of the processor, which a busy machine does
not change.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

PROCESSES = 11

BARE = "pass"
GAME = "from retro.examples.snake import create_game; game = create_game()"
POLICY = (
    f"import sys; {GAME}; from retro_gamer import TrainedPolicy; TrainedPolicy(sys.argv[1]).get_action(game)"
)
TELL = """
import json, sys, time
print(json.dumps({"processor": time.process_time(), "modules": len(sys.modules), "torch": "torch" in sys.modules}))
"""


def measure(policy: Path) -> list[dict[str, Any]]:
    """A row for Python alone, with the game, and with the policy's first key."""
    steps = {"Python alone": BARE, "and the game": GAME, "and the first key": POLICY}
    return [{"what": what, **_median_of(code, policy)} for what, code in steps.items()]


def _median_of(code: str, policy: Path) -> dict[str, Any]:
    runs = [_run(code, policy) for _ in range(PROCESSES)]
    return {**runs[-1], **{clock: median(run[clock] for run in runs) for clock in ("wall", "processor")}}


def _run(code: str, policy: Path) -> dict[str, Any]:
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code + TELL, str(policy)], capture_output=True, check=True, encoding="utf-8"
    )
    return {"wall": perf_counter() - began, **json.loads(done.stdout)}


def make_policy(folder: Path) -> Path:
    """A policy file as large as those of the recipe ``standard``."""
    for arguments in (
        ["create", "--game", "snake", "--output", "run", "--seed", "1", "--training-episodes", "40"],
        ["train", "run"],
        ["export", "run", "-o", "snake.rgp", "--episodes", "0"],
    ):
        command = [sys.executable, "-m", "retro_gamer_core.cli", *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "snake.rgp"


def main(arguments: list[str]) -> None:
    with TemporaryDirectory() as folder:
        policy = Path(arguments[0]) if arguments else make_policy(Path(folder))
        print(f"{policy.name}: {policy.stat().st_size / 1e6:.1f} MB\n")
        print("| seconds until | by the clock | of the processor | modules | torch |")
        print("|---|---|---|---|---|")
        for row in measure(policy):
            torch = "loaded" if row["torch"] else "not loaded"
            print(
                f"| {row['what']} | {row['wall']:.2f} | {row['processor']:.2f} | {row['modules']} | {torch} |"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
