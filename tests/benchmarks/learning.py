"""How good an agent gets, and how soon: mean greedy score at given minutes, for several seeds.

    python tests/benchmarks/learning.py                        the bars below, which takes hours
    python tests/benchmarks/learning.py snake --minutes 1 2    one game
    python tests/benchmarks/learning.py --report               the table of what has been measured

Every run is made by ``retro-gamer create`` with nothing set but the game, and trained by the same
``Trainer`` as ``retro-gamer train``, saved states and evaluations included. At each mark it is stopped,
the policy of that moment plays games that no training has seen, and training goes on; the clock stands
still meanwhile. Each measured seed is one line of ``learning.jsonl`` in the folder given with
``--keep``, so an interrupted measurement goes on where it was. What it prints is a table in Markdown.

Two runs are trained at a time, each on one core. ``--clock cpu`` counts the seconds the processor
spent on a run and its games' process; on a machine where nothing else runs that is what a clock on
the wall shows, and on a busy one it is the fairer of the two.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

#: Minutes and the mean score to be reached then; random play and the reference are told beside it.
BARS = {
    "snake": {1: 500, 2: 1_200, 10: 2_500, 60: 3_848},
    "nav": {5: 900, 60: 1_437},
    "beast": {15: 0},
}
SEEDS = 5


def main() -> None:
    """Measure what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("games", nargs="*", default=list(BARS), metavar="GAME")
    parser.add_argument("--minutes", nargs="+", type=float, help="marks; left out, those of the bars")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--recipe", default="standard")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--at-once", type=int, default=2, help="runs trained at the same time")
    parser.add_argument("--keep", type=Path, default=Path("learning-benchmark"))
    parser.add_argument("--report", action="store_true", help="only print the table")
    asked = parser.parse_args()
    results = asked.keep / "learning.jsonl"
    if not asked.report:
        asked.keep.mkdir(parents=True, exist_ok=True)
        jobs = [
            {"game": game, "seed": seed, "recipe": asked.recipe, "marks": marks_of(game, asked.minutes)}
            for seed in range(1, asked.seeds + 1)
            for game in asked.games
        ]
        todo = [job for job in jobs if not is_measured(job, results)]
        with ThreadPoolExecutor(asked.at_once) as pool:
            list(pool.map(lambda job: measure_elsewhere({**job, "clock": asked.clock}, results), todo))
    print(table(rows_in(results)))


def marks_of(game: str, minutes: list[float] | None) -> list[float]:
    """The minutes at which the agent is judged."""
    return sorted(minutes or BARS.get(game, {1: 0, 2: 0, 10: 0}))


def rows_in(path: Path) -> list[dict[str, Any]]:
    """What has been measured so far; of what was measured twice, the latest."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return list({(*_run_of(row), row["minutes"]): row for row in rows}.values())


def is_measured(job: dict[str, Any], path: Path) -> bool:
    """Whether a run was measured up to its last mark."""
    return any(_run_of(row) == _run_of(job) and row["minutes"] == job["marks"][-1] for row in rows_in(path))


def _run_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["game"], row["recipe"], row.get("variant", ""), row["seed"]


def table(rows: list[dict[str, Any]]) -> str:
    """Medians over the seeds, with the lowest and the highest, as a table in Markdown."""
    lines = [
        "| game | recipe | minutes | seeds | mean score: median (lowest … highest) | best.pt | turns | bar |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for game, recipe, minutes in sorted({(r["game"], r["recipe"], r["minutes"]) for r in rows}):
        these = [r for r in rows if (r["game"], r["recipe"], r["minutes"]) == (game, recipe, minutes)]
        scores = [row["score"] for row in these]
        best = [row["best_score"] for row in these if row["best_score"] is not None]
        bar = BARS.get(game, {}).get(minutes)
        reached = "" if bar is None else f"{'reached' if median(scores) >= bar else 'missed'}: {bar:,}"
        lines.append(
            f"| {game} | {recipe} | {minutes:g} | {len(these)} | {median(scores):,.1f} "
            f"({min(scores):,.1f} … {max(scores):,.1f}) | {f'{median(best):,.1f}' if best else ''} | "
            f"{median(row['turns'] for row in these):,.0f} | {reached} |"
        )
    return "\n".join(lines)


def measure_elsewhere(job: dict[str, Any], results: Path) -> None:
    """Measure one run in a process of its own, so that runs cannot touch each other; it adds to ``results``."""
    worker = Path(__file__).resolve().with_name("learning_run.py")
    subprocess.run([sys.executable, str(worker), json.dumps(job), str(results)], check=True)


if __name__ == "__main__":
    main()
