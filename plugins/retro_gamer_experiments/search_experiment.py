"""``experiment --search``: an experiment whose settings are proposed one after the other, beside the run as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

from retro_gamer_core.cli.arguments import open_run
from retro_gamer_core.configuration import RunConfig
from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.contracts import Job
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.options import Setting
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.streams import stream_seed
from retro_gamer_core.suggestions import did_you_mean
from retro_gamer_experiments.executors import executor_called
from retro_gamer_experiments.executors.processes import cores
from retro_gamer_experiments.experiment_directory import ExperimentDirectory, PlannedRun
from retro_gamer_experiments.planning import Base, plan_of, prepare_runs, usual_output, with_more_seeds
from retro_gamer_experiments.search import Tried, range_of, search
from retro_gamer_experiments.variations import AS_IT_IS, Arm
from retro_gamer_experiments.verdict import in_figures

#: What was found is lucky in the seeds and the games of the search, so an experiment that judges it must have others.
_FIRST_SEED, _SEED_OF_JUDGING = 1001, 1


def search_settings(
    run: str | Path,
    ranges: Mapping[str, str],
    *,
    trials: int,
    seeds: int,
    seconds: float | None,
    turns: int | None,
    games: int,
    output: str | Path | None = None,
    on: str = "processes",
    workers: int | None = None,
    tell: Callable[[str], object] = lambda line: None,
    job_options: Sequence[str] = (),
) -> tuple[ExperimentDirectory, float | None, list[Tried]]:
    """Train a run in settings that Optuna proposes, and judge all of them in the same games.

    Called once more with the same arguments, it goes on; ``trials`` and ``seeds`` may be more then.

    Args:
        run: the base run.
        ranges: where to search, by ``section.key``: ``"0.9..0.999"``; ``""`` for where people usually have it.
        trials: how many proposals.
        seeds, seconds, turns, games, output, on, workers, tell, job_options: as in ``experiment``.

    Returns:
        the directory; the mean of the run as it is; and what was tried, the best mean first.

    Raises:
        RetroGamerError: Optuna is not installed, or a setting cannot be searched.
        KeyboardInterrupt: somebody asked to stop. The same call goes on.
    """
    base = Base.of(open_run(run))
    wanted = {key: range_of(key, _declared(base.config, key), written) for key, written in ranges.items()}
    if not wanted:
        hint = "--vary training.gamma=0.9..0.999"
        raise RetroGamerError("it is not said which settings to search", hint=hint)
    plan, texts = plan_of(base, [[AS_IT_IS]], seeds=seeds, turns=turns, seconds=seconds, games=games)
    plan = replace(plan, first_seed=_FIRST_SEED, judge_seed=stream_seed(_SEED_OF_JUDGING, "experiments"))
    directory = ExperimentDirectory(output or usual_output(base, ["search", *wanted]))
    if directory.exists():
        there = directory.read_plan()
        plan = replace(with_more_seeds(replace(there, arms=plan.arms), plan), arms=there.arms)
    at_once = workers or cores()

    def arm_with(values: Mapping[str, Any]) -> Arm:
        nonlocal plan
        for arm in plan.arms:
            if arm.changes == values:
                return arm
        label = ", ".join(f"{key}={short(value)}" for key, value in values.items())
        arm = Arm(f"{len(plan.arms) + 1}-proposed", label, dict(values))
        texts[arm.name] = base.config_text(arm)
        plan = replace(plan, arms=(*plan.arms, arm))
        return arm

    def judge(asked: Sequence[tuple[Mapping[str, Any], int]]) -> list[float | None]:
        proposed = [PlannedRun(arm_with(values), _FIRST_SEED + number) for values, number in asked]
        as_it_is = [PlannedRun(plan.arms[0], each.seed) for each in proposed]
        directory.write_plan(plan)
        prepare_runs(directory, plan, texts)
        runs = {each.name: each for each in (*as_it_is, *proposed)}

        def finished(job: Job, code: int) -> None:
            each, result = runs[job.name], directory.result(runs[job.name])
            failure = directory.failure(each) or f"its process ended with exit code {code}"
            told = f"failed: {failure}" if result is None else f"{plan.measure.of} {in_figures(result.mean)}"
            tell(f"{each.arm.label}, seed {each.seed}: {told}")

        words = (*job_options, "experiment", str(directory.path), "--job")
        jobs = [
            Job(name, (*words, name), str(Path.cwd()))
            for name, each in runs.items()
            if not directory.result(each)
        ]
        executor.run(jobs, finished)
        results = map(directory.result, proposed)
        return [None if result is None else result.mean for result in results]

    with directory.hold():
        executor = executor_called(on, directory.path, workers)
        journal = directory.path / "search.jsonl"
        tried = search(wanted, judge, trials=trials, seeds=plan.seeds, at_once=at_once, journal=journal)
    control = [
        result.mean for each in plan.runs() if each.arm == plan.arms[0] and (result := directory.result(each))
    ]
    return directory, fmean(control) if control else None, tried


def short(value: object) -> str:
    """A proposed value, in three digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _declared(config: RunConfig, key: str) -> Setting:
    """The declaration of ``section.key``, of the core or of a part of this run."""
    section, _, name = key.rpartition(".")
    plugins = installed_plugins()
    known = {each.name: each for each in SECTION_KEYS.get(section, ())}
    for part in config.parts:
        kind = KINDS[part.kind]
        if section in (kind.section, kind.table, f"{kind.section}.{part.name}"):
            known |= {each.name: each for each in plugins.options_of(plugins.find_part(part.kind, part.name))}
    if name not in known:
        raise RetroGamerError(f"{key} is no setting of this run", hint=did_you_mean(name, known))
    return known[name]
