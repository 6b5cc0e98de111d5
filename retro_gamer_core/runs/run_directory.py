"""A run: one directory with its settings, its log, its checkpoints and its newest states.

runs/snake/
├── config.toml         the student's settings
├── parts.lock          which code each part came from
├── training.log        what was chosen, and how each episode went
├── training.jsonl      the same for programs
├── checkpoints/        ep_0100.pt, ep_0200.pt, …, final.pt, and best.pt, the best of them all
├── state/              turns_204800.npz: everything needed to go on exactly there
├── recordings/         turns_2048.npz: a game that was played then, to be looked at
├── set_aside/          what a resume from an earlier checkpoint left behind
├── prediction.json     what a person thought that training would reach
├── made_here.txt       that it was made on this computer
├── training.lock       empty; locked while a process is training
└── training.pid        which process, there while it is training
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from retro_gamer_core.errors import RetroGamerError, RunExists, RunNotFound
from retro_gamer_core.runs.atomic_files import entries, refuse_links_out_of, remove_leftovers, write_text
from retro_gamer_core.runs.made_here import seal
from retro_gamer_core.runs.numbered_files import Numbering, thinned
from retro_gamer_core.runs.process_lock import hold_lock
from retro_gamer_core.suggestions import nearest

_CHECKPOINTS = Numbering("ep_", ".pt", digits=4)
_STATES = Numbering("turns_", ".npz")
_RECORDINGS = Numbering("turns_", ".npz")
_SET_ASIDE = re.compile(r"([0-9]{3,18})-.*")


class RunDirectory:
    """The files of one run. Making this object touches nothing on disk.

    Args:
        path: the run's directory; ``create`` and ``open`` check it, this does not.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.config = self.path / "config.toml"
        self.parts_lock = self.path / "parts.lock"
        self.log = self.path / "training.log"
        self.events = self.path / "training.jsonl"
        self.final_checkpoint = self.path / "checkpoints" / "final.pt"
        self.best_checkpoint = self.path / "checkpoints" / "best.pt"
        self.prediction = self.path / "prediction.json"
        self.lock = self.path / "training.lock"
        self.holder = self.path / "training.pid"
        self._checkpoints = self.path / "checkpoints"
        self._states = self.path / "state"
        self._recordings = self.path / "recordings"
        self._set_aside = self.path / "set_aside"

    @classmethod
    def create(cls, path: Path | str, config: str | None = None) -> RunDirectory:
        """Make a run with this text as its ``config.toml``; without one, where it is written later.

        Raises:
            RunExists: something is there already; nothing was touched.
            RetroGamerError: the system refused, and nothing is left of it.
        """
        run = cls(path)
        refuse_to_overwrite(run.path)
        new = [
            directory for directory in (run._checkpoints, *run._checkpoints.parents) if not directory.exists()
        ]
        try:
            run._checkpoints.mkdir(parents=True)
            if config is not None:
                write_text(run.config, config)
        except BaseException as error:
            for directory in new:
                with suppress(OSError):
                    directory.rmdir()
            if isinstance(error, OSError) and not isinstance(error, RetroGamerError):
                raise RetroGamerError(
                    f"the directory cannot be made: {error.strerror}",
                    where=str(run.path),
                    hint="choose a place that you may write to, with room on its disk",
                ) from error
            raise
        seal(run.path)
        return run

    @classmethod
    def open(cls, path: Path | str) -> RunDirectory:
        """The run at ``path``.

        Raises:
            RunNotFound: there is none; the message names the nearest one.
        """
        path = Path(path)
        if is_run(path):
            return cls(path)
        if path.is_file():
            what = f"{path} is a file; a run is a directory"
        elif path.is_dir():
            what = f"{path} is not a run: it holds neither config.toml nor checkpoints"
        else:
            what = f"there is no directory {path}"
        raise RunNotFound(what, hint=_nearest_run(path))

    def checkpoints(self) -> list[Path]:
        """All checkpoints in the order of their episodes, then ``final.pt``."""
        numbered = _CHECKPOINTS.files(self._checkpoints)
        return [*numbered, self.final_checkpoint] if self.final_checkpoint.is_file() else numbered

    def newest_checkpoint(self) -> Path | None:
        """The last of ``checkpoints()``; ``best.pt`` where it is the only one; None where there is none."""
        best = [self.best_checkpoint] if self.best_checkpoint.is_file() else []
        return next(reversed([*best, *self.checkpoints()]), None)

    def checkpoint_path(self, episode: int) -> Path:
        """Where the checkpoint taken after so many episodes belongs."""
        return self._checkpoints / _CHECKPOINTS.name(episode)

    def find_checkpoint(self, name: Path | str) -> Path:
        """The checkpoint a person means by ``ep_0100``, ``ep_0100.pt``, ``100``, ``final``, ``best`` or a path.

        A path may be absolute or relative to ``checkpoints/``, to the run or to the working
        directory; the run's own files come first.

        Raises:
            RunNotFound: there is none by that name; the message names the nearest one.
        """
        episode = _episode_meant(str(name))
        for path in _CHECKPOINTS.files(self._checkpoints):
            if episode_of(path) == episode:
                return path
        for directory in (self._checkpoints, self.path, Path()):
            for path in (directory / name, directory / f"{name}.pt"):
                if path.is_file():
                    return path
        hint = self._nearest_checkpoint(name)
        raise RunNotFound(f"there is no checkpoint {str(name)!r}", where=str(self.path), hint=hint)

    def newest_states(self) -> list[Path]:
        """All saved training states, the newest first: should one be damaged, try the next."""
        return _STATES.files(self._states)[::-1]

    def state_path(self, turns: int) -> Path:
        """Where the training state after so many turns belongs."""
        return self._states / _STATES.name(turns)

    def prune_states(self, keep: int = 2) -> None:
        """Delete all but the newest states."""
        for path in self.newest_states()[keep:]:
            with suppress(PermissionError):  # open in another program on Windows: next time, then
                path.unlink(missing_ok=True)

    def recordings(self, after: int = -1) -> list[Path]:
        """The recorded games of after so many turns of training, in the order of their turns."""
        return [
            path
            for path in _RECORDINGS.files(self._recordings)
            if (_RECORDINGS.number(path.name) or 0) > after
        ]

    def recording_path(self, turns: int) -> Path:
        """Where the game belongs that was recorded after so many turns of training."""
        return self._recordings / _RECORDINGS.name(turns)

    def forget_recordings(self, after: int) -> None:
        """Delete the games that were recorded after so many turns of training: these turns were lost."""
        for path in self.recordings(after):
            with suppress(PermissionError):  # open in another program on Windows
                path.unlink(missing_ok=True)

    def thin_checkpoints(self, written: Iterable[int], keep: int) -> list[int]:
        """Of the checkpoints after the episodes ``written``, delete those that do not stay (see ``thinned``).

        Only those that training itself wrote since it began, or since it went back to a checkpoint, belong in
        ``written``: never that checkpoint and those before it, or a file that somebody put there. Hold the run
        meanwhile. Returns the episodes whose checkpoints are left.
        """
        there = {episode for episode in written if self.checkpoint_path(episode).is_file()}
        for episode in there - set(thinned(there, keep)):
            with suppress(PermissionError):  # open in another program on Windows: next time, then
                self.checkpoint_path(episode).unlink(missing_ok=True)
                there.remove(episode)
        return sorted(there)

    def set_aside(self, paths: Iterable[Path], reason: str) -> Path:
        """Move files of this run to ``set_aside/NNN-reason/``, each to its place in the run.

        Nothing is deleted. Paths that do not exist are passed over. Returns the new directory.
        """
        taken = [int(found[1]) for path in entries(self._set_aside) if (found := _SET_ASIDE.match(path.name))]
        slug = re.sub(r"[^a-z0-9]+", "-", reason.lower()).strip("-")
        aside = self._set_aside / f"{max(taken, default=0) + 1:03d}-{slug}"
        aside.mkdir(parents=True)
        for path in paths:
            if path.exists():
                destination = aside / path.relative_to(self.path)
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, destination)
        return aside

    def made_by_training(self) -> list[Path]:
        """The files that training wrote: what ``remove`` may delete for a fresh start.

        The config, what was set aside, and whatever else a student keeps here are not among them.
        """
        logs = [path for path in (self.log, self.events, self.parts_lock) if path.is_file()]
        best = [path for path in (self.best_checkpoint,) if path.is_file()]
        return [*self.checkpoints(), *best, *self.newest_states(), *self.recordings(), *logs]

    def remove(self, files: Iterable[Path]) -> None:
        """Delete these, which must be among ``made_by_training()``. Hold the run meanwhile."""
        files = list(files)
        strangers = set(files) - set(self.made_by_training())
        if strangers:
            raise ValueError(f"not made by training: {', '.join(map(str, sorted(strangers)))}")
        for path in files:
            path.unlink()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep every other training out while the block runs, and tidy up after killed ones first.

        Raises:
            RunBusy: another process is training this run.
            LinkRefused: something in it is a link that leads elsewhere.
        """
        refuse_links_out_of(self.path)
        with hold_lock(self.lock, self.holder):
            for directory in (self.path, self._checkpoints, self._states):
                with suppress(OSError):  # a full disk; who only wants to make room there needs none of them
                    directory.mkdir(exist_ok=True)
                remove_leftovers(directory)
            remove_leftovers(self._recordings)
            yield

    def _nearest_checkpoint(self, name: Path | str) -> str:
        names = [path.stem for path in (*self.checkpoints(), self.best_checkpoint) if path.is_file()]
        if not names:
            return f"it has none yet; make some with: retro-gamer train {self.path}"
        episode = _episode_meant(str(name))
        numbered = _CHECKPOINTS.files(self._checkpoints)
        if episode is not None and numbered:
            closest = min(numbered, key=lambda path: abs((episode_of(path) or 0) - episode))
            return f"the nearest one is {closest.stem}"
        match = nearest(Path(name).stem, names)
        return f"did you mean {match}?" if match else f"choose one of: {_in_short(names)}"


def is_run(path: Path) -> bool:
    """Whether this is the directory of a run: it holds settings, or at least checkpoints."""
    return (path / "config.toml").is_file() or (path / "checkpoints").is_dir()


def episode_of(checkpoint: Path) -> int | None:
    """The number in ``ep_0100.pt``; None for ``final.pt`` and other names."""
    return _CHECKPOINTS.number(checkpoint.name)


def _episode_meant(name: str) -> int | None:
    """The episode in ``100``, ``ep_100`` or ``ep_0100.pt``."""
    return _CHECKPOINTS.number(f"ep_{name.removeprefix('ep_').removesuffix('.pt')}.pt")


def _in_short(names: list[str]) -> str:
    return ", ".join(names if len(names) <= 6 else [*names[:2], "…", *names[-3:]])


def refuse_to_overwrite(path: Path) -> None:
    if is_run(path):
        raise RunExists(
            f"there is a run in {path} already",
            why="its checkpoints and its log would be mixed up with those of the new run",
            hint=f"go on with it (retro-gamer train {path}), or choose another directory",
        )
    if path.is_file() or entries(path):
        raise RunExists(
            f"{path} is a file" if path.is_file() else f"the directory {path} is not empty",
            why="a run has a directory of its own, so that no file of yours can be overwritten",
            hint="choose a directory that does not exist yet",
        )


def _nearest_run(path: Path) -> str:
    """A hint to the run that was probably meant: around, beside or inside ``path``."""
    around = [parent for parent in path.parents if is_run(parent)]
    if around and path.exists():
        return f"did you mean {around[0]}?"
    beside = {run.name: run for run in entries(path.parent) if is_run(run)}
    match = nearest(path.name, beside)
    if match:
        return f"did you mean {beside[match]}?"
    within = [run for directory in (path, path / "runs", path.parent / "runs") for run in entries(directory)]
    runs = [run for run in dict.fromkeys(within) if is_run(run)] or list(beside.values())
    if runs:
        return f"choose one of: {_in_short([str(run) for run in runs])}"
    if path.exists():
        return "name the directory that retro-gamer create made, such as runs/snake"
    return f"make one: retro-gamer create --game snake --output {path}"
