"""What was handed in: the policy files below a directory, and a sentence for whatever is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from retro_gamer_core.errors import RetroGamerError, RunNotFound
from retro_gamer_core.policies.policy_file import SUFFIX
from retro_gamer_core.runs.run_directory import is_run
from retro_gamer_core.terminal.printing import size_in_words

#: A larger file is not opened: the networks of the built-in recipes fill some 16 MB.
LARGEST_FILE = 200_000_000

_INSTEAD = "hand in what this writes: retro-gamer export RUN"


@dataclass(frozen=True)
class Submission:
    """Something that was handed in.

    Args:
        name: its place in the directory, without the suffix of a policy file.
        path: where it is.
        sha256: of its content; empty where it is not opened.
        problem: why it is not opened; empty where nothing speaks against it.
    """

    name: str
    path: Path
    sha256: str = ""
    problem: str = ""


def submissions_in(directory: Path) -> list[Submission]:
    """Everything in a directory, by name: policy files at any depth, and what else lies at its top.

    Nothing is opened but to read its bytes. Hidden files are passed over.

    Raises:
        RetroGamerError: there is no such directory, or nothing in it.
    """
    if not directory.is_dir():
        what = "is a file" if directory.exists() else "is not there"
        raise RunNotFound(f"{directory} {what}", hint="name the directory with the policy files in it")
    found = [*_below(directory, directory)]
    if not found:
        raise RetroGamerError(
            f"there is nothing in {directory}",
            why="a league is played by policy files",
            hint=f"put those of the class there; each of them makes one: retro-gamer export RUN -o ada{SUFFIX}",
        )
    return sorted(found, key=lambda each: each.name.casefold())


def looked_at(path: Path, name: str) -> Submission:
    """One file: its digest, or why it is not opened."""
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        return Submission(name, path, problem="it is a link, and not a file of its own")
    if not stat.S_ISREG(about.st_mode):
        return Submission(name, path, problem="it is no ordinary file")
    if about.st_size > LARGEST_FILE:
        size, most = size_in_words(about.st_size), size_in_words(LARGEST_FILE)
        return Submission(name, path, problem=f"it is too large: {size}, and {most} are read at most")
    try:
        with path.open("rb") as file:
            return Submission(name, path, file_digest(file, "sha256").hexdigest())
    except OSError as error:
        return Submission(name, path, problem=f"it cannot be read: {error.strerror}")


def _below(directory: Path, top: Path) -> Iterator[Submission]:
    for path in sorted(directory.iterdir()):
        if path.name.startswith("."):
            continue
        place = path.relative_to(top)
        if path.suffix.lower() == SUFFIX:
            yield looked_at(path, place.with_suffix("").as_posix())
        elif path.is_dir() and not path.is_symlink():
            inside = [] if is_run(path) else [*_below(path, top)]
            yield from inside
            if not inside and directory == top:
                what = "the directory of a run" if is_run(path) else "a directory without a policy file"
                yield Submission(place.as_posix() + os.sep, path, problem=f"it is {what}; {_INSTEAD}")
        elif directory == top:
            yield Submission(place.as_posix(), path, problem=f"it is no policy file; {_INSTEAD}")
