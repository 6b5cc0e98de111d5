"""From a run and what varies to a plan; and how long it will take."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from statistics import fmean
from typing import Any

from retro_gamer_core.configuration import (
    RunConfig,
    config_from_sections,
    edited_text,
    migrated_sections,
    read_sections,
)
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.finding import FoundGame, fresh_game
from retro_gamer_core.games.metadata import check_against_game
from retro_gamer_core.playing.chance import Chance, any_game
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.atomic_files import write_text
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.runs.training_log import read_training_log
from retro_gamer_core.streams import stream, stream_seed
from retro_gamer_core.training.loading import load_run
from retro_gamer_experiments.experiment_directory import ExperimentDirectory, Measure, Plan
from retro_gamer_experiments.variations import Arm, Value, arms_of, changed_sections

#: Every experiment judges in the games of this seed, of a stream that no run trains or evaluates itself in.
_SEED_OF_JUDGING = 0

#: Seconds that a run takes beside training and judging: a fresh Python that loads torch.
_TO_BEGIN = 4.0

#: Turns are so much quicker in judging, where nothing is learned.
_QUICKER_TO_JUDGE = 5

#: Taken for a game, and for a second, where nothing has been measured.
_TURNS_OF_A_GAME, _TURNS_A_SECOND = 200.0, 2000.0

_SECONDS_OF_A_PROBE = 3.0


@dataclass(frozen=True)
class Base:
    """The run whose settings are changed. Its directory is only read.

    Args:
        run: the directory.
        sections: its settings as they are written, in the current spelling.
        config: the same, typed, with its characters known.
        found: its game.
    """

    run: RunDirectory
    sections: Mapping[str, Any]
    config: RunConfig
    found: FoundGame

    @classmethod
    def of(cls, run: RunDirectory) -> Base:
        """Read it.

        Raises:
            RetroGamerError: it cannot be read, or does not fit its game.
        """
        config, found = load_run(run)
        sections = migrated_sections(read_sections(run.config))
        seed = config.training.seed or 0
        complete_metadata(
            config.metadata,
            found.factory,
            exploration_turns=config.training.exploration_turns,
            rng=random.Random(seed),
            chance=Chance(stream=stream(seed, "characters")),
        )
        # The same for all its runs, where each would find out for itself which characters there are.
        described = {**sections["metadata"], "character_set": config.metadata.character_set}
        return cls(run, {**sections, "metadata": described}, config, found)

    @property
    def measure(self) -> Measure:
        """The score where the game keeps one, else the return of this run."""
        metadata = self.config.metadata
        if metadata.score or "score" in any_game(self.found.factory, self.found.name).state:
            return Measure("score", metadata.score or "score")
        return Measure("return", metadata.reward)

    def config_text(self, arm: Arm) -> str:
        """The ``config.toml`` of a setting.

        Raises:
            ConfigurationError: naming every problem in it.
            MetadataError: the game does not have what it names.
        """
        import tomlkit

        plugins = installed_plugins()
        sections = changed_sections(self.sections, self.config, arm.changes, plugins)
        where = f"the settings of {self.run.path} with {arm.label}"
        metadata = config_from_sections(sections, plugins, where=where).metadata
        with Chance(0):
            check_against_game(metadata, fresh_game(self.found.factory, self.found.name))
        label = "".join(character for character in arm.label if character.isprintable())
        return (
            f"# Made by retro-gamer experiment from {self.run.path.name}: {label}\n{tomlkit.dumps(sections)}"
        )


def plan_of(
    base: Base,
    axes: Sequence[Sequence[Value]],
    *,
    seeds: int,
    turns: int | None,
    seconds: float | None,
    games: int,
) -> tuple[Plan, dict[str, str]]:
    """What is to be done, and the text of each setting's ``config.toml`` by its name.

    Raises:
        RetroGamerError: a setting cannot be used, or two of them are the same.
    """
    arms = arms_of(axes, base.config)
    texts = {arm.name: base.config_text(arm) for arm in arms}
    by_sections: dict[str, Arm] = {}
    for arm in arms:
        _, _, sections = texts[arm.name].partition("\n")
        other = by_sections.setdefault(sections, arm)
        if other is not arm:
            raise RetroGamerError(
                f"{other.label} and {arm.label} are the same settings",
                why="the same runs would be trained twice",
                hint=f"leave out the one that {base.run.path} has anyway",
            )
    plan = Plan(
        base=base.run.path.as_posix(),
        game=base.config.game,
        arms=tuple(arms),
        seeds=seeds,
        turns=turns,
        seconds=seconds,
        games=games,
        judge_seed=stream_seed(_SEED_OF_JUDGING, "experiments"),
        measure=base.measure,
        max_turns=base.config.training.max_turns_per_episode,
    )
    return plan, texts


def with_more_seeds(there: Plan, asked: Plan) -> Plan:
    """The plan that there is, with as many seeds as are asked for.

    Raises:
        RetroGamerError: it is another experiment; the message names what differs.
    """
    if replace(there, seeds=0) == replace(asked, seeds=0):
        return replace(there, seeds=max(there.seeds, asked.seeds))
    was, now = vars(there), vars(asked)
    what = next(key for key in was if key != "seeds" and was[key] != now[key])
    told = [
        ", ".join(arm.label for arm in plan.arms) if what == "arms" else vars(plan)[what]
        for plan in (there, asked)
    ]
    raise RetroGamerError(
        f"another experiment is there already: its {what.replace('_', ' ')}: {told[0]}; now asked for: {told[1]}",
        why="the runs of two experiments must not be mixed up",
        hint="choose another directory with -o; only more --seeds can be added to one that is there",
    )


def prepare_runs(directory: ExperimentDirectory, plan: Plan, texts: Mapping[str, str]) -> None:
    """Make the runs that are not there yet. Those of further seeds take their settings from the first."""
    directory.runs.mkdir(exist_ok=True)
    first = {
        planned.arm.name: RunDirectory(directory.run(planned)) for planned in plan.runs()[: len(plan.arms)]
    }
    for planned in plan.runs():
        run = RunDirectory(directory.run(planned))
        if run.config.is_file():
            continue
        name = planned.arm.name
        text = texts[name] if name in texts else first[name].config.read_text(encoding="utf-8")
        run.final_checkpoint.parent.mkdir(parents=True, exist_ok=True)
        write_text(run.config, edited_text(text, {"training": {"seed": planned.seed}}, where=str(run.config)))


def usual_output(base: Base, names: Sequence[str]) -> Path:
    """Where an experiment is kept for which nobody names a place."""
    slug = re.sub(r"[^A-Za-z0-9.=_-]+", "-", "-".join([base.run.path.resolve().name, *names]))
    return Path("experiments") / slug.strip("-.")


def seconds_of_a_run(directory: ExperimentDirectory, plan: Plan) -> float:
    """About how long each run will take: by those that are finished, else by the base run's log.

    Where a number of turns is asked for, and neither tells, a run is tried for a few seconds.
    """
    finished = [result for each in plan.runs() if (result := directory.result(each))]
    speed, length = _from_log(Path(plan.base))
    if finished and (seconds := sum(result.seconds for result in finished)):
        speed = sum(result.turns for result in finished) / seconds
        length = fmean(result.turns_a_game for result in finished)
    if plan.turns is not None and not speed:
        speed = _tried(directory.run(plan.runs()[0]))
    speed = speed or _TURNS_A_SECOND
    training = plan.turns / speed if plan.turns is not None else plan.seconds or 0.0
    return training + plan.games * (length or _TURNS_OF_A_GAME) / (speed * _QUICKER_TO_JUDGE) + _TO_BEGIN


def seconds_for(runs: int, at_once: int, each: float) -> float:
    """For so many runs, of which so many are trained at once."""
    return ceil(runs / at_once) * each


def _from_log(base: Path) -> tuple[float, float]:
    """Turns a second, and turns of a game, of a run; 0 for what is not known."""
    with suppress(OSError):
        log = read_training_log(RunDirectory(base).events)
        speeds = [checkpoint.turns_per_second for checkpoint in log.checkpoints]
        lengths = [evaluation.turns for evaluation in log.evaluations]
        return (speeds or [0.0])[-1], (lengths or [0.0])[-1]
    return 0.0, 0.0


def _tried(run: Path) -> float:
    """Turns a second of a run with these settings, once it learns. It is tried elsewhere and thrown away."""
    from retro_gamer_core.training.loading import load_trainer
    from retro_gamer_core.training.time_budget import TimeBudget

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        text = RunDirectory(run).config.read_text(encoding="utf-8")
        early = {"evaluate_every": 0, "learning_starts": None}
        trial = RunDirectory.create(
            Path(place) / "run", edited_text(text, {"training": early}, where=str(run))
        )
        outcome = load_trainer(trial).train(budget=TimeBudget(_SECONDS_OF_A_PROBE))
    return outcome.total_turns / max(outcome.total_seconds, 0.01)
