"""An experiment from its beginning to its verdict; what has been finished is never done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from retro_gamer_core.cli.arguments import open_run
from retro_gamer_core.contracts import Job
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import write_text
from retro_gamer_core.terminal.progress import say_clock_time, say_duration
from retro_gamer_experiments.executors import executor_called
from retro_gamer_experiments.executors.processes import cores
from retro_gamer_experiments.experiment_directory import ExperimentDirectory, Plan, as_text
from retro_gamer_experiments.planning import (
    Base,
    plan_of,
    prepare_runs,
    seconds_for,
    seconds_of_a_run,
    usual_output,
    with_more_seeds,
)
from retro_gamer_experiments.variations import (
    Value,
    rewarded_by,
    setting_values,
    with_unused_characters,
    without_characters,
)
from retro_gamer_experiments.verdict import Verdict, in_figures, table_of_results, verdict_of

#: How long each run trains where nothing is said: two settings and five seeds then take eight minutes on two cores.
USUAL_SECONDS = 90.0

USUAL_SEEDS, USUAL_GAMES = 5, 100

Show = Callable[[str, float, Sequence[str]], object]
"""Is told what is done, which share of the whole that is, and what else there is to say in passing."""


def _nothing(*told: object) -> None: ...


def experiment(
    run: str | Path,
    *,
    vary: Mapping[str, Sequence[Any]] | None = None,
    drop_characters: Sequence[str] = (),
    add_characters: int | None = None,
    reward: str | None = None,
    seeds: int | None = None,
    seconds: float | None = None,
    turns: int | None = None,
    games: int | None = None,
    output: str | Path | None = None,
    on: str = "processes",
    workers: int | None = None,
    tell: Callable[[str], object] = _nothing,
    show: Show = _nothing,
    job_options: Sequence[str] = (),
) -> Verdict:
    """Train a run in several settings, judge all of them in the same games, and say which is better.

    Every combination of what varies is trained with the seeds 1, 2, 3 …; each is compared with the first. Called once
    more, it goes on where it was stopped, and does nothing again that is finished. More ``seeds`` may be added.

    Args:
        run: the base run, of which only the settings are used; or an experiment that is to go on, where nothing but
            ``seeds`` and where it runs can be said.
        vary: settings by ``section.key``, such as ``{"training.gamma": [0.9, 0.99]}``. A single value is compared
            with that of the run.
        drop_characters: texts whose characters the learner cannot tell from empty cells; each text is a setting.
        add_characters: so many characters that never appear.
        reward: another value of the game's state to learn from. All are judged as the base run is.
        seeds: how many runs of each setting; 5 if left out.
        seconds, turns: how long each run trains, one of them; 90 seconds if both are left out.
        games: in how many each is judged; 100 if left out.
        output: the directory of the experiment; made from what varies, below ``experiments/``, if left out.
        on: the executor that trains them, as ``--on`` takes it.
        workers: how many are trained at once; what suits the executor, if left out.
        tell: is told each line that says how it goes.
        show: is told how far it is.
        job_options: of the command ``retro-gamer`` itself, for each job.

    Returns:
        the verdict: ``verdict.sentences`` says it in words, ``verdict.to_dict()`` in numbers.

    Raises:
        RetroGamerError: a setting cannot be used, or another experiment is in that directory. Nothing is trained then.
        KeyboardInterrupt: somebody asked to stop. The same call goes on.
    """
    axes = _axes(vary or {}, drop_characters, add_characters, reward)
    directory, texts = ExperimentDirectory(run), dict[str, str]()
    if directory.exists():
        if axes or any(each is not None for each in (seconds, turns, games, output)):
            raise RetroGamerError(
                f"{run} is an experiment, and what it compares stands in its plan.json",
                why="half of its runs would be of one kind, and half of another",
                hint="give it more --seeds, or begin another experiment from the run itself",
            )
        there = directory.read_plan()
        plan = replace(there, seeds=max(seeds or 0, there.seeds))
    else:
        base = Base.of(open_run(run))
        plan, texts = plan_of(
            base,
            [values for _, values in axes],
            seeds=seeds or USUAL_SEEDS,
            turns=turns,
            seconds=USUAL_SECONDS if seconds is None and turns is None else seconds,
            games=games or USUAL_GAMES,
        )
        directory = ExperimentDirectory(output or usual_output(base, [name for name, _ in axes]))
        if directory.exists():
            plan = with_more_seeds(directory.read_plan(), plan)
    with directory.hold():
        directory.write_plan(plan)
        prepare_runs(directory, plan, texts)
        reasons = _run(directory, plan, on, workers, tell, show, job_options)
        verdict = verdict_of(directory, reasons)
        write_text(directory.table, table_of_results(verdict))
        write_text(directory.verdict, as_text({"schema": 1, **verdict.to_dict()}))
    return verdict


def _run(
    directory: ExperimentDirectory,
    plan: Plan,
    on: str,
    workers: int | None,
    tell: Callable[[str], object],
    show: Show,
    job_options: Sequence[str],
) -> dict[str, str]:
    """Do what is not done yet. Returns why runs failed, by their names."""
    waiting = {planned.name: planned for planned in plan.runs() if directory.result(planned) is None}
    total, reasons = len(plan.runs()), dict[str, str]()
    if not waiting:
        return reasons
    executor = executor_called(on, directory.path, workers)
    at_once = workers or (cores() if on == "processes" else 1)
    each = seconds_of_a_run(directory, plan)
    began = datetime.now()

    def time_left() -> str:
        done = before - len(waiting)
        seconds = seconds_for(len(waiting), at_once, each)
        if done >= at_once:  # by their own pace, once there is one
            seconds = (datetime.now() - began).total_seconds() / done * len(waiting)
        now = datetime.now()
        rounded = timedelta(seconds=max(1, round(seconds)) if seconds < 90 else 60 * round(seconds / 60))
        return f"about {say_duration(rounded.total_seconds())}, till {say_clock_time(now + rounded, now)}"

    before = len(waiting)
    length = f"{plan.turns:,} turns" if plan.turns is not None else say_duration(plan.seconds or 0)
    where = f"{at_once} at a time" if on == "processes" else f"on {on}"
    tell(f"{before} runs of {length}, {where}, and {plan.games} games to judge each: {time_left()}")
    show(f"{total - before} of {total} runs", 1 - before / total, [time_left()])

    def finished(job: Job, code: int) -> None:
        planned = waiting.pop(job.name)
        result = directory.result(planned)
        what = f"{planned.arm.label}, seed {planned.seed}"
        if result is None:
            reasons[job.name] = directory.failure(planned) or f"its process ended with exit code {code}"
            tell(f"{what} failed: {reasons[job.name]}")
        else:
            tell(f"{what}: {plan.measure.of} {in_figures(result.mean)} after {result.turns:,} turns")
        facts = [time_left()] if waiting else []
        show(f"{total - len(waiting)} of {total} runs", 1 - len(waiting) / total, facts)

    here = str(Path.cwd())
    words = (*job_options, "experiment", str(directory.path), "--job")
    executor.run([Job(name, (*words, name), here) for name in waiting], finished)
    return reasons


def _axes(
    vary: Mapping[str, Sequence[Any]],
    drop_characters: Sequence[str],
    add_characters: int | None,
    reward: str | None,
) -> list[tuple[str, list[Value]]]:
    """What varies: its name for files, and its values."""
    axes = [(key.rpartition(".")[2], setting_values(key, list(values))) for key, values in vary.items()]
    if drop_characters:
        axes.append(("without", without_characters(drop_characters)))
    if add_characters:
        axes.append(("unused", with_unused_characters(add_characters)))
    if reward:
        axes.append((f"reward-{reward}", rewarded_by(reward)))
    return axes
