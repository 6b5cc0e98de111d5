"""The files of an experiment: what was planned, the runs, their results, and the verdict.

experiments/gamma/
├── plan.json           what varies, how long each run trains, and how they are judged
├── runs/               1-gamma=0.9-seed1, 1-gamma=0.9-seed2, …: a run each, as create makes them
│   └── …/result.json   what it reached in the games; the run is done where this is
├── results.csv         the same for a spreadsheet, a line for each run
├── verdict.json        what came of it, as --json prints it
├── experiment.lock     empty; locked while the experiment goes on
└── experiment.pid      which process, there while it goes on
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import entries, refuse_links_out_of, remove_leftovers, write_text
from retro_gamer_core.runs.plain_values import restored_from
from retro_gamer_core.runs.process_lock import hold_lock
from retro_gamer_experiments.variations import Arm

_SCHEMA = 1


@dataclass(frozen=True)
class Measure:
    """By what all runs of an experiment are judged, whatever each of them learned from.

    Args:
        of: ``"score"``, the value of the game's state in the end; or ``"return"``, how much it changed in all.
        key: of the game's state.
    """

    of: Literal["score", "return"]
    key: str


@dataclass(frozen=True)
class Plan:
    """What an experiment is.

    Args:
        base: the run whose settings are changed, as it was named.
        game: which game that plays.
        arms: the settings, the first one being what the others are compared with.
        seeds: runs of each, with the seeds 1, 2, 3 …
        turns, seconds: how long each run trains, one of them.
        games: in how many each is judged.
        judge_seed: of these games. They are the same for all runs, and none of those that a run trains in or
            evaluates itself in.
        measure: by what they are judged.
        max_turns: a game in which it is judged ends after so many.
        first_seed: of the runs of each setting.
    """

    base: str
    game: str
    arms: tuple[Arm, ...]
    seeds: int
    turns: int | None
    seconds: float | None
    games: int
    judge_seed: int
    measure: Measure
    max_turns: int
    first_seed: int = 1

    def runs(self) -> list[PlannedRun]:
        """All of them, in the order in which they are trained: one of each setting, then the next seed."""
        seeds = range(self.first_seed, self.first_seed + self.seeds)
        return [PlannedRun(arm, seed) for seed in seeds for arm in self.arms]


@dataclass(frozen=True)
class PlannedRun:
    """A run of an experiment."""

    arm: Arm
    seed: int

    @property
    def name(self) -> str:
        return f"{self.arm.name}-seed{self.seed}"


@dataclass(frozen=True)
class Result:
    """What a run reached.

    Args:
        run: its name in the experiment.
        arm: the name of its setting.
        seed: of its training.
        checkpoint, episode: what was judged, and after how many episodes of training.
        turns, seconds: how long it was trained.
        values: what each game brought, in the order of the games.
        turns_a_game: the mean.
    """

    run: str
    arm: str
    seed: int
    checkpoint: str
    episode: int
    turns: int
    seconds: float
    values: tuple[float, ...]
    turns_a_game: float

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.values)


class ExperimentDirectory:
    """The files of one experiment. Making this object touches nothing on disk."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.runs = self.path / "runs"
        self.table = self.path / "results.csv"
        self.verdict = self.path / "verdict.json"
        self._plan = self.path / "plan.json"

    def exists(self) -> bool:
        return self._plan.is_file()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep every other process from leading this experiment while the block runs; make the directory.

        Raises:
            RunBusy: another process does.
            RetroGamerError: something else is in that place.
            LinkRefused: something in it is a link that leads elsewhere.
        """
        if self.path.is_file() or (not self.exists() and entries(self.path)):
            raise RetroGamerError(
                f"{self.path} holds something else than an experiment",
                why="an experiment has a directory of its own, so that no file of yours can be overwritten",
                hint="choose a directory that does not exist yet, with -o",
            )
        self.runs.mkdir(parents=True, exist_ok=True)
        refuse_links_out_of(self.path)
        with hold_lock(self.path / "experiment.lock", self.path / "experiment.pid"):
            remove_leftovers(self.path)
            yield

    def read_plan(self) -> Plan:
        """What was planned.

        Raises:
            RetroGamerError: there is no plan, or it is damaged.
        """
        try:
            return restored_from(Plan, json.loads(self._plan.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise RetroGamerError(
                f"{self.path} is no experiment",
                hint="name a run, and what is to vary: --vary training.gamma=0.9,0.99",
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise RetroGamerError(
                f"{self._plan.name} cannot be read: {error}",
                where=str(self._plan),
                why="it says what the experiment is",
                hint="bring the file back, or begin another experiment with -o; the runs are whole",
            ) from error

    def write_plan(self, plan: Plan) -> None:
        write_text(self._plan, as_text({"schema": _SCHEMA, **asdict(plan)}))

    def run(self, planned: PlannedRun) -> Path:
        """Where it is kept."""
        return self.runs / planned.name

    def result(self, planned: PlannedRun) -> Result | None:
        """What it reached; None where that is not known yet, or the file is damaged: then it is judged again."""
        try:
            told = json.loads((self.run(planned) / "result.json").read_text(encoding="utf-8"))
            result = restored_from(Result, told)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return result if result.values else None

    def write_result(self, planned: PlannedRun, result: Result) -> None:
        told = {"schema": _SCHEMA, **asdict(result), "mean": result.mean}
        write_text(self.run(planned) / "result.json", as_text(told))

    def failure(self, planned: PlannedRun) -> str | None:
        """Why it failed when it was tried last; None where it did not, or nobody could say."""
        try:
            return str(json.loads(self._failure(planned).read_text(encoding="utf-8"))["reason"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget_failure(self, planned: PlannedRun) -> None:
        self._failure(planned).unlink(missing_ok=True)

    def write_failure(self, planned: PlannedRun, reason: str) -> None:
        write_text(self._failure(planned), as_text({"schema": _SCHEMA, "reason": reason}))

    def _failure(self, planned: PlannedRun) -> Path:
        return self.run(planned) / "failure.json"


def as_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
