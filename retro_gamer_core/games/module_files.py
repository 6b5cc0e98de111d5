"""Where the file of a module is, found without importing it, and which code belongs with it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

#: Directories into which packages are installed; what lies in one belongs to many authors.
INSTALL_DIRECTORIES = frozenset({"site-packages", "dist-packages"})


def locate(module: str) -> Path | None:
    """The file of a module, or the directory of a namespace package; None where there is neither.

    Only the top-level package is asked for, which imports nothing. What is below it follows from its
    path, where ``importlib.util.find_spec`` would import each package on the way.
    """
    top, *rest = module.split(".")
    if not all(rest):
        return None
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):  # ValueError: an empty name, or a module without a spec (__main__)
        return None
    if spec is None:
        return None
    if not rest and spec.origin is not None and Path(spec.origin).is_file():
        return Path(spec.origin)
    found = (module_file(Path(directory), rest) for directory in spec.submodule_search_locations or ())
    return next(filter(None, found), None)


def module_file(directory: Path, parts: Sequence[str]) -> Path | None:
    """The file of a module below ``directory``, or its directory where it is a namespace package.

    As in Python, a package comes before a module of the same name.
    """
    place = directory.joinpath(*parts)
    for file in (place / "__init__.py", place.with_name(f"{place.name}.py")):
        if file.is_file():
            return file
    return place if place.is_dir() else None


def import_directory(file: Path) -> Path:
    """The directory in which ``file`` is found when it is imported: above all its packages."""
    directory = file.parent
    while (directory / "__init__.py").is_file() and directory != directory.parent:
        directory = directory.parent
    return directory


def module_parts(file: Path) -> tuple[str, ...]:
    """The parts of the name by which ``file`` is imported from its ``import_directory``."""
    place = file.parent if file.name == "__init__.py" else file.with_name(file.name.removesuffix(".py"))
    return place.relative_to(import_directory(file)).parts


def source_file(made_by: Any) -> Path | None:
    """The file with the code of a function or class; None for what was made without one, such as a partial."""
    try:
        file = inspect.getsourcefile(inspect.unwrap(made_by))
    except TypeError:
        return None
    return Path(file) if file and Path(file).is_file() else None


def own_code(file: Path) -> Path:
    """The directory of the code that belongs with ``file``; ``file`` itself where it was installed alone."""
    directory = import_directory(file)
    top, *deeper = module_parts(file)
    if deeper or file.name == "__init__.py" or file.is_dir():
        return directory / top
    return file if directory.name in INSTALL_DIRECTORIES else directory


def own_code_behind(made_by: Any) -> Path | None:
    """The same for a function or class; None where it has no file."""
    file = source_file(made_by)
    return own_code(file) if file else None
