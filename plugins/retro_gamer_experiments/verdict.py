"""What came of an experiment: who is better than whom, by how much, and how sure that is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from statistics import fmean, pvariance
from typing import Any

from retro_gamer_core.evaluation.statistics import FEWEST_PAIRS, PairedDifference, paired_difference
from retro_gamer_experiments.experiment_directory import ExperimentDirectory, Plan, Result
from retro_gamer_experiments.variations import Arm


@dataclass(frozen=True)
class ArmResults:
    """A setting and what its runs reached, by seed."""

    arm: Arm
    results: Mapping[int, Result]

    @property
    def means(self) -> list[float]:
        """Of each run, in the order of the seeds."""
        return [self.results[seed].mean for seed in sorted(self.results)]


@dataclass(frozen=True)
class Comparison:
    """A setting beside the first one.

    Args:
        label, against: what the two are called.
        difference: of the runs that have the same seed.
    """

    label: str
    against: str
    difference: PairedDifference

    @property
    def sentence(self) -> str:
        """The verdict: ``0.99 is better than 0.9: +412 [180, 655], 5 seeds``."""
        difference = self.difference
        pairs = f"{difference.pairs} seed{'s' * (difference.pairs != 1)}"
        if not difference.pairs:
            return f"cannot tell {self.label} from {self.against}: no seed has a result of both"
        told = f"{_in_figures(difference)}, {pairs}"
        if difference.verdict != "cannot tell":
            return f"{self.label} is {difference.verdict} than {self.against}: {told}"
        cannot = f"cannot tell {self.label} from {self.against}"
        if difference.pairs < FEWEST_PAIRS:
            return f"{cannot}: {told}; give {FEWEST_PAIRS} seeds or more"
        return f"{cannot}: {told}; the difference is not larger than luck{self._more}"

    @property
    def _more(self) -> str:
        more = self.difference.more_pairs
        if more is not None:
            return f"; about {more} more seed{'s' * (more > 1)} would tell"
        return "" if not self.difference.mean else ", and if there is one, two hundred seeds would not tell"


@dataclass(frozen=True)
class Failure:
    """A run that came to nothing, and why."""

    label: str
    seed: int
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What came of an experiment.

    Args:
        directory: that of the experiment.
        plan: what the experiment is.
        arms: each setting and its results.
        comparisons: each setting but the first, beside the first.
        failures: the runs that came to nothing.
    """

    directory: Path
    plan: Plan
    arms: tuple[ArmResults, ...]
    comparisons: tuple[Comparison, ...]
    failures: tuple[Failure, ...]

    @property
    def sentences(self) -> list[str]:
        """All there is to say, the verdicts first."""
        return [*(each.sentence for each in self.comparisons), *self.notes]

    @property
    def notes(self) -> Iterator[str]:
        """How it is to be read, and what is missing."""
        if len(self.comparisons) > 1:
            yield (
                f"{len(self.comparisons)} comparisons: each interval is made so much wider that all of them "
                "together hold in 94 of 100 experiments"
            )
        for failed in self.failures:
            yield (
                f"{failed.label}, seed {failed.seed} failed, and its seed counts for nobody it is compared with: "
                + (failed.reason)
            )

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        plan = asdict(self.plan)
        return {
            **{
                key: plan[key]
                for key in ("base", "game", "turns", "seconds", "games", "judge_seed", "measure")
            },
            "seeds": self.plan.seeds,
            "arms": [
                {
                    "name": each.arm.name,
                    "label": each.arm.label,
                    "changes": dict(each.arm.changes),
                    "mean": fmean(each.means) if each.results else None,
                    "runs": {str(seed): each.results[seed].mean for seed in sorted(each.results)},
                }
                for each in self.arms
            ],
            "comparisons": [
                {
                    "setting": each.label,
                    "against": each.against,
                    "verdict": each.difference.verdict,
                    "difference": each.difference.mean,
                    "interval": list(each.difference.interval),
                    "seeds": each.difference.pairs,
                    "more_seeds": each.difference.more_pairs,
                    "sentence": each.sentence,
                }
                for each in self.comparisons
            ],
            "failures": [asdict(each) for each in self.failures],
        }


def verdict_of(directory: ExperimentDirectory, reasons: Mapping[str, str]) -> Verdict:
    """The verdict on what has been finished so far.

    Args:
        reasons: why runs have no result, by their names; those that are not named have not been tried.
    """
    plan = directory.read_plan()
    results: dict[str, dict[int, Result]] = {arm.name: {} for arm in plan.arms}
    failures = []
    for planned in plan.runs():
        result = directory.result(planned)
        if result is not None:
            results[planned.arm.name][planned.seed] = result
        elif planned.name in reasons:
            failures.append(Failure(planned.arm.label, planned.seed, reasons[planned.name]))
    arms = tuple(ArmResults(arm, results[arm.name]) for arm in plan.arms)
    first, *others = arms
    comparisons = (_compared(first, each, len(others)) for each in others)
    return Verdict(directory.path, plan, arms, tuple(comparisons), tuple(failures))


def _compared(first: ArmResults, other: ArmResults, comparisons: int) -> Comparison:
    seeds = sorted(first.results.keys() & other.results.keys())
    pairs = [(first.results[seed], other.results[seed]) for seed in seeds]
    difference = paired_difference(
        [a.mean for a, _ in pairs],
        [b.mean for _, b in pairs],
        comparisons=comparisons,
        least_error=_error_of_one(pairs),
    )
    return Comparison(other.arm.label, first.arm.label, difference)


def _error_of_one(pairs: Sequence[tuple[Result, Result]]) -> float:
    """The standard error of the difference of two runs that comes from their having been judged in so few games."""
    variances = [
        pvariance([b - a for a, b in zip(one.values, other.values, strict=True)]) / len(one.values)
        for one, other in pairs
    ]
    return sqrt(fmean(variances)) if variances else 0.0


def table_of_results(verdict: Verdict) -> str:
    """``results.csv``: a line for each run."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["setting", "seed", "mean", "turns", "seconds", "checkpoint", "turns_a_game"])
    for each in verdict.arms:
        for seed, result in sorted(each.results.items()):
            told = (
                result.mean,
                result.turns,
                round(result.seconds, 1),
                result.checkpoint,
                result.turns_a_game,
            )
            rows.writerow([each.arm.label, seed, *told])
    return text.getvalue()


def in_figures(value: float, *, sign: bool = False, beside: float = 0.0) -> str:
    """``+412``, ``41.2``, ``4.12``: three figures are as many as anybody reads, of the largest of those ``beside``."""
    largest = max(abs(value), abs(beside))
    decimals = next((decimals for limit, decimals in ((100, 0), (10, 1), (1, 2)) if largest >= limit), 3)
    return f"{value:{'+' * (sign and bool(value))},.{decimals if largest else 0}f}"


def _in_figures(difference: PairedDifference) -> str:
    """``+412 [180, 655]``; ``+412 [?, ?]`` of a single pair."""
    if difference.pairs < 2:
        return f"{in_figures(difference.mean, sign=True)} [?, ?]"
    largest = max(map(abs, difference.interval))
    low, high = (in_figures(end, beside=largest) for end in difference.interval)
    return f"{in_figures(difference.mean, sign=True, beside=largest)} [{low}, {high}]"
