"""Code outside the installed packages: where Python may look for it, and the mode that refuses all of it.

``sys.path`` is left alone, so that plugins are only ever found among what is installed. A directory that a
person asked for, by naming a file in it, is looked through last, and never for a module of Python's own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from retro_gamer_core.errors import Problem, ProblemsFound

#: Set to anything but 0: nothing outside the installed packages is imported. Other processes inherit it.
VARIABLE = "RETRO_GAMER_INSTALLED_ONLY"


class OwnCodeRefused(ProblemsFound):
    """Only installed packages may run here, and something else was named; nothing of it was imported."""


class OwnDirectory:
    """Finds top-level modules in one directory, for Python's import system.

    Not in ``sys.path``: there, packages that pretend to be installed would be found too, and a
    ``msvcrt.py`` would be imported by modules that ask whether this is Windows.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or is_pythons_own(name):
            return None
        return PathFinder.find_spec(name, [self.directory])


def look_in(directory: Path | str) -> None:
    """Let Python find modules in ``directory``: after all that is installed, before other such directories.

    Raises:
        OwnCodeRefused: only installed packages may run.
    """
    directory = str(directory)
    if directory in directories():
        return
    if installed_only():
        raise refused([Problem(f"modules in {directory}")])
    first = (i for i, finder in enumerate(sys.meta_path) if isinstance(finder, OwnDirectory))
    sys.meta_path.insert(next(first, len(sys.meta_path)), OwnDirectory(directory))


def look_for(module: str, places: Iterable[Path]) -> None:
    """Let Python find a module that is not installed, in the first of ``places`` that has it, if any has.

    Raises:
        OwnCodeRefused: one has it, and only installed packages may run.
    """
    if is_installed(module) or file_of(module, map(Path, directories())):
        return
    for place in places:
        if file_of(module, [place]):
            look_in(place)
            return


def file_of(module: str, places: Iterable[Path]) -> Path | None:
    """The file of a module, or at least of the package it should be in, in the first place that has it."""
    parts = module.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    for place in places:
        for path in (place.joinpath(*parts), place / parts[0]):
            for file in (path / "__init__.py", path.with_name(f"{path.name}.py")):
                if file.is_file():
                    return file
    return None


def directories() -> list[str]:
    """The directories that modules may be found in beside the installed ones, in this order."""
    return [finder.directory for finder in sys.meta_path if isinstance(finder, OwnDirectory)]


def is_installed(module: str) -> bool:
    """Whether Python finds the package of this module by itself. Nothing is imported."""
    top = module.partition(".")[0]
    if is_pythons_own(top) or top == "__main__":
        return True
    finders = [finder for finder in sys.meta_path if not isinstance(finder, OwnDirectory)]
    try:
        return any(finder.find_spec(top, None) is not None for finder in finders)
    except (ImportError, ValueError, AttributeError):  # a finder of the kind that Python 3.12 gave up
        return False


def is_pythons_own(module: str) -> bool:
    """Whether a module is of the standard library, on this system or another."""
    return module.partition(".")[0] in sys.stdlib_module_names


def installed_only() -> bool:
    """Whether nothing but installed packages may be imported."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


@contextmanager
def only_installed() -> Iterator[None]:
    """Import nothing but installed packages while the block runs, in processes that it starts neither."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def not_trusted(named: Sequence[Problem]) -> OwnCodeRefused:
    """The error for code that a run names which was not made on this computer, and that nobody has agreed to run."""
    return OwnCodeRefused(
        "This run was not made on this computer, and names code of its own:",
        named,
        footer="Nothing of it was imported. An agent can be had without its author's code: they write it into one "
        "file with  retro-gamer export.\nIf you have read the code and trust it, say so before the command: "
        "retro-gamer --trust",
    )


def refused(named: Sequence[Problem]) -> OwnCodeRefused:
    """The error for everything that was named and is not installed, all at once."""
    return OwnCodeRefused(
        "Only installed packages may run here, and this is other code:",
        named,
        footer="Nothing of it was imported. An agent can be had without its author's code: they write it into one "
        "file with  retro-gamer export.\nIf you have read the code and trust it, leave out --installed-only "
        f"(or {VARIABLE}); or make a package of it and install that.",
    )
