"""The executor ``folder``: jobs lie as files in a folder that several computers share, and each takes some.

A job is one file, and where it lies is all that is known of it::

    queue/waiting/ID.json         nobody has it
    queue/taken/ID@WORKER.json    this worker has it, and touches the file every few seconds
    queue/done/ID@CODE.json       it ended with this exit code

A file is moved by renaming it, and that succeeds for one computer only. No clocks are compared: a worker has
died where its file does not change for ``LEASE`` seconds by the clock of whoever looks. All paths in the file are
relative to the folder, for it may have another name on each computer.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from retro_gamer_core.contracts import Job
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_experiments.executors.local_jobs import LocalJobs
from retro_gamer_experiments.executors.processes import SECONDS_BETWEEN_LOOKS, cores

#: After so many seconds without a sign of life, a job is taken over. A network drive may show what is a minute old.
LEASE = 120.0


class Queue:
    """The files of the jobs in a shared folder, as one worker sees them.

    Args:
        folder: the shared folder.
        lease: seconds without a sign of life after which a worker counts as dead.
    """

    def __init__(self, folder: Path, lease: float = LEASE) -> None:
        self._waiting, self._taken, self._done = (
            folder / "queue" / state for state in ("waiting", "taken", "done")
        )
        for directory in (self._waiting, self._taken, self._done):
            directory.mkdir(parents=True, exist_ok=True)
        host = "".join(filter(str.isalnum, socket.gethostname().partition(".")[0]))
        self._me = f"{host}-{os.getpid()}-{uuid4().hex[:8]}"
        self._lease = lease
        self._seen_waiting: list[str] = []
        self._signs_of_life: dict[str, tuple[float, float]] = {}

    def add(self, contents: Mapping[str, str]) -> None:
        """Let jobs wait, by their ids, but for those that do so already or that somebody has."""
        # In the order in which a file moves, and the first once more, for a job may be given back meanwhile.
        states = (self._waiting, self._taken, self._waiting)
        known = {job_id for state in states for job_id, _ in _jobs_in(state)}
        for job_id, path in _jobs_in(self._done):
            if job_id in contents:
                path.unlink(missing_ok=True)
        new = self._waiting / f".{self._me}.new"
        for job_id in contents.keys() - known:
            new.write_text(contents[job_id], encoding="utf-8")
            new.replace(self._waiting / f"{job_id}.json")

    def claim(self, only: Collection[str] | None = None) -> tuple[str, str] | None:
        """The id and the content of a job that nobody else has from now on; None where none waits."""
        for look_again in (False, True):
            if look_again:
                self._seen_waiting = sorted((job_id for job_id, _ in _jobs_in(self._waiting)), reverse=True)
            while self._seen_waiting:
                job_id = self._seen_waiting.pop()
                mine = self._of_me(job_id)
                if (only is None or job_id in only) and _moved(self._waiting / f"{job_id}.json", mine):
                    return job_id, mine.read_text(encoding="utf-8")
        return None

    def still_mine(self, job_id: str) -> bool:
        """Give a sign of life. False where the job was given to somebody else."""
        try:
            os.utime(self._of_me(job_id))
        except FileNotFoundError:
            return False
        return True

    def finish(self, job_id: str, code: int) -> bool:
        """Tell how a job ended. False where it is somebody else's by now, who will tell."""
        return _moved(self._of_me(job_id), self._done / f"{job_id}@{code}.json")

    def give_back(self, job_id: str) -> None:
        """Let a job wait again for somebody to go on with it."""
        _moved(self._of_me(job_id), self._waiting / f"{job_id}.json")

    def give_back_of_the_dead(self) -> None:
        """Let the jobs wait again whose worker gave no sign of life."""
        now, seen = time.monotonic(), {}
        for job_id, path in _jobs_in(self._taken):
            with suppress(FileNotFoundError):
                changed = path.stat().st_mtime
                before, since = self._signs_of_life.get(path.name, (None, now))
                seen[path.name] = changed, since if changed == before else now
                if now - seen[path.name][1] > self._lease:
                    _moved(path, self._waiting / f"{job_id}.json")
        self._signs_of_life = seen

    def ended(self, only: Collection[str]) -> Iterator[tuple[str, int]]:
        """Each of these jobs that has ended, with its exit code; it is told once."""
        for job_id, path in _jobs_in(self._done):
            if job_id in only:
                code = int(path.stem.rpartition("@")[2])
                path.unlink()
                yield job_id, code

    def take_back(self, job_ids: Collection[str]) -> None:
        """Remove those of these jobs that nobody has begun."""
        for job_id in job_ids:
            (self._waiting / f"{job_id}.json").unlink(missing_ok=True)

    def _of_me(self, job_id: str) -> Path:
        return self._taken / f"{job_id}@{self._me}.json"


class Worker:
    """Takes jobs out of a shared folder and runs them on this computer.

    Args:
        folder: the shared folder.
        workers: how many jobs at once.
        tell: hears of each job as it begins and ends.
    """

    def __init__(
        self,
        folder: Path,
        workers: int,
        *,
        lease: float = LEASE,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.queue = Queue(folder, lease)
        self._folder, self._workers, self._tell = folder, workers, tell
        self._jobs = LocalJobs()
        self._ids: dict[Job, str] = {}
        self._beat, self._last_beat, self._last_look = lease / 12, 0.0, 0.0

    def look(self, only: Collection[str] | None = None) -> None:
        """Begin what waits, as far as there is room, and tell what has ended; to be called often."""
        for job, code in self._jobs.ended():
            if self.queue.finish(self._ids.pop(job), code):
                self._tell(f"{job.name}: {'done' if code == 0 else f'ended with exit code {code}'}")
        # By the clock on the wall: after a sleep of the computer, the first thing is whether they are still ours.
        if not 0 <= time.time() - self._last_beat < self._beat:
            self._last_beat = time.time()
            self._keep()
            self.queue.give_back_of_the_dead()
        if len(self._jobs) < self._workers and time.monotonic() - self._last_look > min(1.0, self._beat):
            while len(self._jobs) < self._workers and (claimed := self.queue.claim(only)):
                self._begin(*claimed)
            self._last_look = time.monotonic()

    def leave(self) -> None:
        """Stop what runs, and let it wait for somebody else."""
        try:
            self._jobs.stop()
        finally:
            for job_id in self._ids.values():
                self.queue.give_back(job_id)

    def _keep(self) -> None:
        for job, job_id in list(self._ids.items()):
            with suppress(OSError):  # the drive is away for a moment
                if not self.queue.still_mine(job_id):
                    self._tell(f"{job.name}: another computer has taken it over")
                    self._jobs.stop(job)
                    del self._ids[job]

    def _begin(self, job_id: str, content: str) -> None:
        try:
            told = json.loads(content)
            arguments = tuple(map(str, told["arguments"]))
            job = Job(str(told["name"]), arguments, str(self._folder / told["directory"]))
            experiment = self._folder / told["experiment"]
        except (ValueError, KeyError, TypeError) as error:
            self._tell(f"{job_id} is no job: {error}")
            self.queue.finish(job_id, 2)
            return
        self._tell(f"{job.name}: begun")
        self._ids[job] = job_id
        self._jobs.start(job, experiment)


class SharedFolder:
    """See ``retro_gamer_core.contracts.Executor``. This computer works, too."""

    def __init__(
        self, directory: Path, argument: str, workers: int | None = None, *, lease: float = LEASE
    ) -> None:
        if not argument:
            hint = "--on folder:/shared/jobs, where that is a folder that all of them see"
            raise RetroGamerError("it is not said which folder the computers share", hint=hint)
        self._folder, self._directory = Path(argument).expanduser().resolve(), directory.resolve()
        self._refuse_what_lies_outside(self._directory)
        self._workers, self._lease = cores() if workers is None else workers, lease

    def run(self, jobs: Sequence[Job], finished: Callable[[Job, int], None]) -> None:
        worker = Worker(self._folder, self._workers, lease=self._lease)
        place = self._directory.relative_to(self._folder).parts
        left = {"+".join([*place, job.name]): job for job in jobs}
        try:
            worker.queue.add({job_id: self._content(job) for job_id, job in left.items()})
            while left:
                worker.look(left)
                for job_id, code in worker.queue.ended(left):
                    finished(left.pop(job_id), code)
                time.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            worker.queue.take_back(left)
            worker.leave()
            worker.queue.take_back(left)

    def _content(self, job: Job) -> str:
        run_in = Path(job.directory).resolve()
        self._refuse_what_lies_outside(run_in)
        told = {
            "name": job.name,
            "arguments": [self._seen_from(run_in, argument) for argument in job.arguments],
            "directory": self._from_folder(run_in),
            "experiment": self._from_folder(self._directory),
        }
        return json.dumps(told)

    def _refuse_what_lies_outside(self, path: Path) -> None:
        if not path.is_relative_to(self._folder):
            raise RetroGamerError(
                f"{path} does not lie in the shared folder {self._folder}",
                why="the other computers would not find what lies there",
                hint=f"cd {self._folder}, keep the runs there, too, and type the same command again",
            )

    def _from_folder(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._folder)).as_posix()

    def _seen_from(self, run_in: Path, argument: str) -> str:
        """A path in the shared folder as it is found from there on every computer; any other text as it is."""
        if Path(argument).is_absolute() and Path(argument).is_relative_to(self._folder):
            return Path(os.path.relpath(argument, run_in)).as_posix()
        return argument


def _jobs_in(state: Path) -> Iterator[tuple[str, Path]]:
    """The id and the file of each job there."""
    with os.scandir(state) as entries:
        names = [entry.name for entry in entries if entry.name.endswith(".json") and entry.name[0] != "."]
    for name in names:
        stem = name.removesuffix(".json")
        yield stem if state.name == "waiting" else stem.rpartition("@")[0], state / name


def _moved(path: Path, to: Path) -> bool:
    """Whether this call moved the file; another computer may have been quicker."""
    for _ in range(20):
        try:
            path.rename(to)
            return True
        except FileNotFoundError:
            # On a network drive, the answer to a move that was done may get lost, and it is asked for again.
            return "@" in to.name and to.exists()
        except PermissionError:  # on Windows, while anybody looks into the file
            time.sleep(0.05)
        except FileExistsError:
            return False
    return False
