"""The files of a duel: who plays, the snapshots, and every match.

runs/duel-chaser-runner/
├── duel.json        who plays, which snapshots there are, and what is being trained
├── snapshots/       chaser-1.rgp, runner-1.rgp, …: they never change
├── matches.jsonl    what came of the matches between two of them
├── ratings.json     how strong each is, by all matches so far
├── training.lock    empty; locked while the duel goes on
└── training.pid     which process, there while the duel goes on
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from retro_gamer_core.duels.opponent import Snapshot
from retro_gamer_core.duels.ratings import Rating, Result
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import refuse_links_out_of, remove_leftovers, replace_file, write_text
from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.runs.process_lock import hold_lock

_SCHEMA = 1


@dataclass(frozen=True)
class TrainingStep:
    """What is being trained: a step that was begun and may have been interrupted.

    Args:
        side, round: whose training, and for which round.
        until: it ends after so many episodes of that run.
        against: the names of the snapshots that it faces, the newest last.
    """

    side: str
    round: int
    until: int
    against: tuple[str, ...]


@dataclass(frozen=True)
class DuelRecord:
    """Everything that a duel has to remember beside its matches.

    Args:
        sides: the names of the two characters.
        runs: their runs, absolute.
        snapshots: all of them, in the order in which they were taken.
        training: what is being trained.
    """

    sides: tuple[str, str]
    runs: tuple[Path, Path]
    snapshots: tuple[Snapshot, ...] = ()
    training: TrainingStep | None = None

    def of(self, side: str) -> list[Snapshot]:
        """The snapshots of one side, by round."""
        return [snapshot for snapshot in self.snapshots if snapshot.side == side]


class DuelDirectory:
    """The files of one duel. Making this object touches nothing on disk."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._record = self.path / "duel.json"
        self._matches = self.path / "matches.jsonl"
        self._ratings = self.path / "ratings.json"
        self.snapshots = self.path / "snapshots"

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep every other process out while the block runs; make the directory where there is none.

        Raises:
            RunBusy: another process is at work on this duel.
            RetroGamerError: something else is in that place.
            LinkRefused: something in it is a link that leads elsewhere.
        """
        refuse_links_out_of(self.path)
        if self.path.is_file() or (self.path.is_dir() and any(self.path.iterdir()) and not self.exists()):
            raise RetroGamerError(
                f"{self.path} holds something else than a duel",
                why="a duel has a directory of its own, so that no file of yours can be overwritten",
                hint="choose a directory that does not exist yet, with --output",
            )
        self.snapshots.mkdir(parents=True, exist_ok=True)
        with hold_lock(self.path / "training.lock", self.path / "training.pid"):
            for directory in (self.path, self.snapshots):
                remove_leftovers(directory)
            yield

    def exists(self) -> bool:
        """Whether there is a duel already, or at least the beginnings of one."""
        return self._record.is_file() or self.snapshots.is_dir()

    def file(self, snapshot: Snapshot) -> Path | None:
        """Where a snapshot is; None for random keys."""
        return self.snapshots / snapshot.file if snapshot.file else None

    def read(self) -> DuelRecord | None:
        """What is remembered; None before anything was.

        Raises:
            RetroGamerError: the file is damaged.
        """
        if not self._record.is_file():
            return None
        try:
            told = json.loads(self._record.read_text(encoding="utf-8"))
            runs = [(self.path / run).resolve() for run in told["runs"]]
            training = told["training"]
            return DuelRecord(
                sides=tuple(told["sides"]),
                runs=tuple(runs),
                snapshots=tuple(restored(Snapshot, snapshot) for snapshot in told["snapshots"]),
                training=training and restored(TrainingStep, training),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RetroGamerError(
                f"{self._record.name} cannot be read: {error}",
                where=str(self._record),
                why="it says how far the duel is",
                hint="bring the file back, or begin another duel with --output; the two runs are whole",
            ) from error

    def write(self, record: DuelRecord) -> None:
        """Remember this, whole or not at all."""
        told = asdict(record) | {"runs": [self._relative(run) for run in record.runs]}
        write_text(self._record, _as_json({"schema": _SCHEMA, **told}))

    def add_matches(self, purpose: str, result: Result) -> None:
        """Append what came of the matches between two snapshots, in place of half a line of a killed process."""
        before = self._matches.read_bytes() if self._matches.is_file() else b""
        whole = before[: before.rfind(b"\n") + 1]
        line = json.dumps({"purpose": purpose, **asdict(result)}).encode()
        replace_file(self._matches, lambda temporary: temporary.write_bytes(whole + line + b"\n"))

    def matches(self, purpose: str) -> list[Result]:
        """All matches that were played for a purpose. A line that was never finished, or is damaged, does not count."""
        return [result for told_for, result in self._read_matches() if result and told_for == purpose]

    def unreadable_matches(self) -> int:
        """How many lines of the matches cannot be read. They count for nothing, and are played again."""
        return sum(result is None for _, result in self._read_matches())

    def _read_matches(self) -> Iterator[tuple[str, Result | None]]:
        """Each finished line: for what purpose, and what came of it; None where it cannot be read."""
        lines = self._matches.read_bytes().split(b"\n")[:-1] if self._matches.is_file() else []
        for line in lines:
            try:
                told = json.loads(line)
                purpose = told.pop("purpose")
                yield purpose, restored(Result, told)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                yield "", None

    def write_ratings(self, ratings: Mapping[str, Rating]) -> None:
        """Write how strong everybody is."""
        told = {name: asdict(rating) for name, rating in ratings.items()}
        write_text(self._ratings, _as_json({"schema": _SCHEMA, "ratings": told}))

    def _relative(self, run: Path) -> str:
        """So that the directory that holds the runs and the duel can be moved as a whole."""
        try:
            return Path(os.path.relpath(run, self.path.resolve())).as_posix()
        except ValueError:  # on Windows, another drive
            return run.as_posix()


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
