"""Searching for good settings with Optuna: it proposes, each proposal is judged seed by seed, and poor ones end early.

A proposal that plays worse than the middle one of the others after two or more seeds gets no further seed. All that was
proposed and judged stands in a journal, so a search goes on where it was stopped.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.options import Setting
from retro_gamer_core.plugins.diagnosis import needed

Judge = Callable[[Sequence[tuple[Mapping[str, Any], int]]], Sequence[float | None]]
"""Trains and judges settings, each with one seed (its number, from 0): a score each, None where that failed."""

_RANGE = re.compile(r"\s*(\S+?)\s*(?:\.\.|\bto\b)\s*(\S+)\s*")
_AGAIN = "again"  # which trial of a process that has gone is tried once more


@dataclass(frozen=True)
class Range:
    """Between which values of a setting is searched.

    Args:
        low, high: both are possible. Where ``high`` is ten times ``low`` or more, small values are as likely as large.
        whole: whether only whole numbers are.
        choices: the possible values, where it is no number.
    """

    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A proposal: what was tried, the score of each seed, and how it ended."""

    values: dict[str, Any]
    scores: tuple[float, ...]
    ended: Literal["finished", "given up", "failed"]


def range_of(key: str, setting: Setting, written: str = "") -> Range:
    """Where to search for a setting: as written (``"0.9..0.999"``), else where people usually have it, else anywhere
    that its declaration allows.

    Args:
        key: as people write it, such as ``"training.gamma"``.
        setting: its declaration.

    Raises:
        RetroGamerError: it has no such range, or the range is not allowed.
    """
    if choices := (False, True) if setting.type == "bool" else setting.choices:
        return Range(choices=choices)
    option, number = setting.option, int if setting.type == "int" else float
    found = _RANGE.fullmatch(written or option.typical)
    hint = f"--vary {key}=LOW..HIGH"
    try:
        if setting.type not in ("int", "float"):
            raise ValueError
        ends = found.groups() if found else () if written else (option.low, option.high)
        low, high = (number(end) for end in ends if end is not None)
    except ValueError:
        why = "a search needs to know the lowest and the highest value to try"
        raise RetroGamerError(
            f"it is not said between which values of {key} to search", why=why, hint=hint
        ) from None
    for end in (low, high):
        if problem := setting.problem_with(end):
            raise RetroGamerError(problem.what, where=key, why=problem.why, hint=hint)
    if low >= high:
        raise RetroGamerError(f"{low} is not less than {high}", where=key, hint=hint)
    return Range(low, high, whole=setting.type == "int")


def search(
    ranges: Mapping[str, Range],
    judge: Judge,
    *,
    trials: int,
    seeds: int,
    at_once: int,
    journal: Path,
    seed: int = 0,
) -> list[Tried]:
    """Try so many settings, and tell of each; the best mean of all its seeds comes first.

    Args:
        ranges: where to search, by setting.
        judge: is called with as many settings as there are to train at the same time.
        trials: how many proposals in all, those of an earlier part of this search included.
        seeds: with how many seeds each is trained, where it is not given up.
        at_once: how many proposals are tried at the same time. The more, the less each can learn from the others.
        journal: the file that remembers the search; made where there is none.
        seed: of the proposals. A search that was stopped proposes others than one that was not.

    Raises:
        RetroGamerError: Optuna is not installed.
    """
    if find_spec("optuna") is None:
        raise needed("optuna", "a search")
    import optuna
    from optuna.trial import TrialState

    study = _study(optuna, journal, seed)
    for stale in study.get_trials(
        states=(TrialState.RUNNING,)
    ):  # of a process that has gone; nobody else would end it
        study.enqueue_trial(stale.params, user_attrs={_AGAIN: stale.number})  # its runs go on where they were
        study.tell(stale.number, state=TrialState.FAIL)
    distributions = {key: _distribution(optuna, each) for key, each in ranges.items()}
    running: dict[Any, list[float]] = {}
    while True:
        left = trials - len(_tried(study)) - len(running)
        for _ in range(min(left, at_once - len(running))):
            running[study.ask(distributions)] = []
        if not running:
            break
        told = judge([(trial.params, len(scores)) for trial, scores in running.items()])
        for (trial, scores), score in zip(list(running.items()), told, strict=True):
            if score is None:
                study.tell(trial, state=TrialState.FAIL)
                del running[trial]
                continue
            scores.append(score)
            trial.report(fmean(scores), step=len(scores) - 1)
            trial.set_user_attr("scores", scores)
            if len(scores) == seeds:
                study.tell(trial, fmean(scores))
                del running[trial]
            elif trial.should_prune():
                study.tell(trial, state=TrialState.PRUNED)
                del running[trial]
    return sorted(_tried(study), key=_best_first)


def _study(optuna: Any, journal: Path, seed: int) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    journal.parent.mkdir(parents=True, exist_ok=True)
    # This lock is a file; the usual one is a link, which Windows does not let everybody make.
    storage = JournalStorage(JournalFileBackend(str(journal), JournalFileOpenLock(str(journal))))
    study = optuna.create_study(
        study_name="search", storage=storage, direction="maximize", load_if_exists=True
    )
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # constant_liar is called experimental: what is tried now counts as poor
        study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials), constant_liar=True)
    study.pruner = optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1)
    return study


def _distribution(optuna: Any, range_: Range) -> Any:
    if range_.choices:
        return optuna.distributions.CategoricalDistribution(range_.choices)
    log = range_.low > 0 and range_.high >= 10 * range_.low
    if range_.whole:
        return optuna.distributions.IntDistribution(int(range_.low), int(range_.high), log=log)
    return optuna.distributions.FloatDistribution(range_.low, range_.high, log=log)


def _tried(study: Any) -> list[Tried]:
    names: dict[str, Literal["finished", "given up", "failed"]] = {
        "COMPLETE": "finished",
        "PRUNED": "given up",
        "FAIL": "failed",
    }
    again = {trial.user_attrs.get(_AGAIN) for trial in study.trials}
    return [
        Tried(trial.params, tuple(trial.user_attrs.get("scores", ())), names[trial.state.name])
        for trial in study.trials
        if trial.state.name in names and trial.number not in again
    ]


def _best_first(tried: Tried) -> tuple[bool, float]:
    return tried.ended != "finished", -fmean(tried.scores) if tried.scores else 0.0
