"""What each choice of the standard recipe is worth: games × variants × seeds, at a fixed time.

    python tests/benchmarks/ablation.py                                  all of it, for hours
    python tests/benchmarks/ablation.py --games snake --minutes 2 --seeds 3 --variants standard huber
    python tests/benchmarks/ablation.py --games choosing --minutes 2 --seeds 2 --clock cpu
    python tests/benchmarks/ablation.py --report --write docs/explanation/ablation.md

``choosing`` and ``judging`` are the two halves of the small games in ``games/``; what is chosen by the one is
judged by the other, once.

Each variant is the recipe ``standard`` with one thing changed. A run is trained and judged as in
``learning.py``; what is measured is kept in ``ablation.jsonl``, so an interrupted command goes on where
it was. Scores are normalised, (score - random) / (reference - random), and put together over games and
seeds as the interquartile mean with a 95 % interval from a stratified bootstrap: seeds are drawn anew
within each game (Agarwal et al. 2021).
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from learning import is_measured, measure_elsewhere, rows_in
from learning_run import GAMES

from retro_gamer_core.evaluation.statistics import interquartile_mean

sys.path.append(str(Path(__file__).parents[2]))
from tests.benchmarks.games import CHOOSING, JUDGING
from tests.benchmarks.games.reference import SCORES

#: Settings that differ from the standard recipe, and what that means in words.
VARIANTS: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "standard": ("the recipe as it is", {}),
    "explore alike": (
        "the same ε of 2 % in all games side by side",
        {"training": {"epsilon_spread": 0.0, "epsilon_min": 0.02}},
    ),
    "huber": (
        "large errors count in proportion, and gradients are shortened to 10",
        {"training": {"loss": "huber", "max_gradient_norm": 10.0}},
    ),
    "shortened": ("gradients are shortened to 10", {"training": {"max_gradient_norm": 10.0}}),
    "copied target": (
        "the target network is copied each 500 updates, and the learning one plays",
        {"training": {"target_average": 0}},
    ),
    "not double": ("plain Q-learning target", {"training": {"double": False}}),
    "one turn": ("one turn of real rewards", {"training": {"n_step": 1}}),
    "five turns": ("five turns of real rewards", {"training": {"n_step": 5}}),
    "prioritized": ("prioritized memory, α 0.6, β 0.4", {"training": {"memory": "prioritized"}}),
    "learn more": ("an update each 8 turns in place of 16", {"training": {"train_every": 8}}),
    "learn most": ("an update each 4 turns", {"training": {"train_every": 4}}),
    "learn less": ("an update each 32 turns", {"training": {"train_every": 32}}),
    "half batches": (
        "64 turns in an update, each 8 turns",
        {"training": {"batch_size": 64, "train_every": 8}},
    ),
    "same rate": ("the learning rate does not fall", {"training": {"learning_rate_updates": 0}}),
    "not centred": ("the whole board as it is drawn", {"preprocessing": {"encoder": "one_hot"}}),
    "window": ("11 × 11 cells round the player", {"preprocessing": {"encoder": "egocentric", "radius": 5}}),
    "small network": ("128 and 64 neurons", {"model": {"hidden_sizes": [128, 64]}}),
    "large network": ("512 and 256 neurons", {"model": {"hidden_sizes": [512, 256]}}),
    "nearby": ("what is near and ahead as rows of their own", {"model": {"nearby": True}}),
    "not nearby": ("without these rows on crowded boards, too", {"model": {"nearby": False}}),
    "convolutions": ("the CNN of the recipe classic", {"model": {"network": "cnn", "hidden_sizes": [128]}}),
    "farther ahead": ("γ = 0.997", {"training": {"gamma": 0.997}}),
    "less far ahead": ("γ = 0.97", {"training": {"gamma": 0.97}}),
}

#: Scores of random play and of the reference, for the normalised score.
REFERENCES = {"snake": (3.8, 3848.0), "nav": (183.0, 1437.0), "beast": (-10.4, 10.0), **SCORES}


HALVES = {"choosing": CHOOSING, "judging": JUDGING}


def main() -> None:
    """Measure what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--games", nargs="+", default=["snake", "nav", "beast"], choices=[*REFERENCES, *HALVES]
    )
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--at-once", type=int, default=2, help="runs trained at the same time")
    parser.add_argument("--keep", type=Path, default=Path("learning-benchmark"))
    parser.add_argument("--report", action="store_true", help="only make the table")
    parser.add_argument("--write", type=Path, help="a page to write the table to, instead of printing it")
    asked = parser.parse_args()
    games = [game for name in asked.games for game in HALVES.get(name, (name,))]
    results = asked.keep / "ablation.jsonl"
    if not asked.report:
        asked.keep.mkdir(parents=True, exist_ok=True)
        jobs = [
            {
                "game": game,
                "variant": variant,
                "settings": VARIANTS[variant][1],
                "recipe": "standard",
                "seed": seed,
                "marks": [asked.minutes],
                "clock": asked.clock,
            }
            for seed in range(1, asked.seeds + 1)
            for game in games
            for variant in asked.variants
        ]
        todo = [job for job in jobs if not is_measured(job, results)]
        with ThreadPoolExecutor(asked.at_once) as pool:
            list(pool.map(lambda job: measure_elsewhere(job, results), todo))
    page = table(rows_in(results))
    if asked.write:
        asked.write.write_text(page + "\n", encoding="utf-8", newline="\n")
    else:
        print(page)


def table(rows: list[dict[str, Any]]) -> str:
    """Variants from best to worst, with the normalised score over all games and the mean score in each."""
    games = [game for game in REFERENCES if any(row["game"] == game for row in rows)]
    lines = [
        f"| variant | what is different | normalised score: IQM [95 %] | {' | '.join(games)} |",
        "|---|---|---|" + "---|" * len(games),
    ]
    ranked = sorted(
        {row["variant"] for row in rows}, key=lambda v: -_iqm([_of(rows, v, game) for game in games])
    )
    for variant in ranked:
        scores = [_of(rows, variant, game) for game in games]
        # Of one seed nobody can say how sure it is.
        low, high = _interval(scores)
        sure = f" [{low:.2f}, {high:.2f}]" if all(len(of_game) > 1 for of_game in scores) else ""
        cells = [
            f"{mean(row['score'] for row in of_game):,.1f} ({len(of_game)})" if of_game else "–"
            for of_game in ([r for r in rows if (r["variant"], r["game"]) == (variant, g)] for g in games)
        ]
        lines.append(
            f"| {variant} | {VARIANTS[variant][0]} | {_iqm(scores):.2f}{sure} | {' | '.join(cells)} |"
        )
    minutes = sorted({row["minutes"] for row in rows})
    clocks = sorted({row["clock"] for row in rows})
    lines += [
        "",
        f"{', '.join(f'{m:g}' for m in minutes)} minutes of training a run ({' and '.join(clocks)} clock), one "
        f"core a run; mean score of {GAMES} greedy games, in brackets the number of seeds. Measured "
        f"{datetime.date.today()} on {platform.machine()} with {os.cpu_count()} cores, Python "
        f"{platform.python_version()}.",
    ]
    return "\n".join(lines)


def _of(rows: list[dict[str, Any]], variant: str, game: str) -> np.ndarray:
    """The normalised scores of a variant's seeds in a game."""
    random, reference = REFERENCES[game]
    scores = [row["score"] for row in rows if (row["variant"], row["game"]) == (variant, game)]
    return (np.array(scores) - random) / (reference - random)


def _iqm(by_game: list[np.ndarray]) -> float:
    return interquartile_mean(np.concatenate(by_game))


def _interval(by_game: list[np.ndarray], resamples: int = 2_000) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    drawn = [
        _iqm([rng.choice(scores, len(scores)) for scores in by_game if len(scores)]) for _ in range(resamples)
    ]
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


if __name__ == "__main__":
    main()
