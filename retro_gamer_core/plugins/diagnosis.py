"""Why a plugin or an import string cannot be used, and what to do about it.

Functions named after what they look at: from an exception to a ``Diagnosis``. What can be wrong with a plugin
that was imported well is in ``loading``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from retro_gamer_core.distributions import WITH_TORCH
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.parts import Part
from retro_gamer_core.plugins.own_code import directories
from retro_gamer_core.suggestions import nearest

Trouble = Literal[
    "missing dependency",
    "missing module",
    "missing attribute",
    "syntax error",
    "error at import",
    "newer retro-gamer needed",
    "older plugin API",
    "API version not a number",
    "a class",
    "a wrapper",
    "no hooks",
    "misspelt hook",
    "missing marker",
    "unknown argument",
    "error in a hook",
    "wrong answer",
    "invalid name",
    "name taken",
]


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong and how to put it right.

    Args:
        trouble: the class of the cause, in a few words.
        cause: part of a sentence, with "it" for the plugin or module.
        fix: what to do, or the command to type.
        where: ``file:line``, or empty.
    """

    trouble: Trouble
    cause: str
    fix: str
    where: str = ""


SINCE_API_1 = Diagnosis(
    "older plugin API",
    "it was written for plugin API 1, in which an Option had a name, a default and a type of its own",
    "declare each option where the factory takes it, and leave options out of the Part: "
    'far: Annotated[int, Option("What it does.", low=1)] = 3.',
)
"""What changed since the first version, and how it is written now."""


class Diagnosed(Exception):
    """Something failed, and ``diagnosis`` says why. ``__cause__`` is what was raised, if anything."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__(diagnosis.cause)
        self.diagnosis = diagnosis


def of_import(module: str, error: BaseException, distribution: str | None = None) -> Diagnosis:
    """Why importing ``module`` ended with ``error``. ``distribution`` is what installed it, if known."""
    where = last_line_in(module, error)
    absent = (error.name or "") if isinstance(error, ImportError) else ""
    package = absent.partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{absent}."):
        return Diagnosis("missing module", f"there is no module {absent}", _how_to_get(absent, distribution))
    if package in ("retro_gamer", "retro_gamer_core"):
        cause = f"it uses something that this retro-gamer does not have: {error}"
        fix = "look at its spelling; if that is right, pip install --upgrade retro-gamer"
        return Diagnosis("newer retro-gamer needed", cause, fix, where)
    if isinstance(error, ModuleNotFoundError) and package == module.partition(".")[0]:
        cause = f"it needs its own module {absent}, which is not there"
        return Diagnosis("missing module", cause, _how_to_get(absent, distribution), where)
    if isinstance(error, ModuleNotFoundError) and package:
        # A package that is here but lacks a module is an old one: installing it again changes nothing.
        command = f"pip install --upgrade {package}" if package in sys.modules else how_to_install(package)
        return Diagnosis("missing dependency", f"it needs {absent}, which is not installed", command, where)
    if _is_of_api_1(error):
        return replace(SINCE_API_1, where=where)
    if isinstance(error, SyntaxError):
        line = f"{error.filename}:{error.lineno}" if error.filename else where
        return Diagnosis("syntax error", f"Python cannot read it: {error.msg}", "correct that line", line)
    hidden = _hidden_file(error)
    if hidden is not None:
        cause = f"it was given another module than its own {hidden.name}: {in_words(error)}"
        fix = f"rename {hidden.name}, for example to my_{hidden.name}: Python or a package has a module of that name"
        return Diagnosis("error at import", cause, fix, where)
    cause = f"importing it ended with {in_words(error)}"
    return Diagnosis("error at import", cause, "correct that line", where)


def of_hook(hook: str, module: str, error: BaseException) -> Diagnosis:
    """Why asking a plugin, which is ``module``, ended with ``error``."""
    where = last_line_in(module, error)
    if _is_of_api_1(error):
        return replace(SINCE_API_1, where=where)
    cause = f"its hook {hook} ended with {in_words(error)}"
    return Diagnosis("error in a hook", cause, "correct that line", where)


def _hidden_file(error: BaseException) -> Path | None:
    """A file of a person's own that has the name of the installed module in which something was missed."""
    owner = error.obj if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType) else error
    module = (
        getattr(owner, "__name__", None) or (error.name if isinstance(error, ImportError) else None) or ""
    )
    there = getattr(sys.modules.get(module), "__file__", None)
    files = [Path(directory, f"{module}.py") for directory in directories() if module.isidentifier()]
    others = (file for file in files if there is None or Path(there).resolve() != file.resolve())
    return next((file for file in others if file.is_file()), None)


def _is_of_api_1(error: BaseException) -> bool:
    """Whether an ``Option`` was made as in plugin API 1, with a name, a default and a type in it."""
    message = str(error) if isinstance(error, TypeError) else ""
    return message.startswith("Option.__init__()") and (
        "positional argument" in message or re.search("'(name|default|type|choices)'", message) is not None
    )


def of_attribute(owner: Any, path: str, absent: str, distribution: str | None = None) -> Diagnosis:
    """Why ``absent`` cannot be had from ``owner``, which was reached as ``path``."""
    match = nearest(absent, [name for name in dir(owner) if not name.startswith("_")])
    fix = f"define {absent} there, or name something that is"
    fix = f"pip install --upgrade {distribution}" if distribution else fix
    fix = f"did you mean {match!r}?" if match else fix
    return Diagnosis("missing attribute", f"there is no {absent} in {path}", fix)


def last_line_in(import_string: str, error: BaseException) -> str:
    """``file:line`` of the last line that ``error`` passed through in the package named there, or empty."""
    package = import_string.partition(":")[0].partition(".")[0]
    return last_line(error, lambda module, file: module.partition(".")[0] == package)


def last_line(error: BaseException, is_meant: Callable[[str, str], bool]) -> str:
    """``file:line`` of the last line that ``error`` passed through in a meant module and file, or empty."""
    from traceback import walk_tb  # here, because most errors are never looked at

    where = ""
    for frame, line in walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if is_meant(frame.f_globals.get("__name__", ""), file):
            where = f"{file}:{line}"
    return where


def in_words(error: BaseException) -> str:
    """``ZeroDivisionError: division by zero``, on one line."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _how_to_get(module: str, distribution: str | None) -> str:
    if distribution is not None:
        return f"pip install --force-reinstall {distribution}"
    match = nearest(module, _modules_beside(module))
    if match:
        return f"did you mean {match!r}?"
    return f"put {module.replace('.', '/')}.py into {Path.cwd()}, or install the package it belongs to"


def _modules_beside(module: str) -> list[str]:
    """Every module that could have been meant: those in the same package, else all at the top but Python's own."""
    import pkgutil

    package, dot, _ = module.rpartition(".")
    at_top = [*sys.path, *directories(), str(Path.cwd())]
    folder = getattr(sys.modules.get(package), "__path__", []) if package else at_top
    names = [f"{package}{dot}{found.name}" for found in pkgutil.iter_modules(folder)]
    return [name for name in names if name not in sys.stdlib_module_names]


# retro-gamer-core comes without torch: a part that needs it is listed, explained and configured all the same.
_COMES_WITH = {
    "torch": WITH_TORCH,
    "optuna": '"retro-gamer[search]"',
    "ray": '"retro-gamer[ray]"',
    "submitit": '"retro-gamer[slurm]"',
}


def missing(part: Part) -> list[str]:
    """The modules that ``part`` needs and that are not installed. None of them is imported."""
    return [module for module in part.needs if not _is_installed(module)]


def _is_installed(module: str) -> bool:
    if "." in module and not _is_installed(module.rpartition(".")[0]):
        return False  # find_spec would raise
    return find_spec(module) is not None


def how_to_install(module: str) -> str:
    """The command that brings a module."""
    package = module.partition(".")[0]
    return f"pip install {_COMES_WITH.get(package, package)}"


def refuse_without(part: Part, what: str) -> None:
    """Refuse to go on where something that ``part`` needs is not installed; ``what`` names it in the message.

    Raises:
        RetroGamerError: saying what to install.
    """
    for module in missing(part):
        raise needed(module, what)


def needed(module: str, what: str) -> RetroGamerError:
    """The error of using ``what`` without a module."""
    why = "learning is done with it; to play what was exported, nobody needs it" if module == "torch" else ""
    return RetroGamerError(
        f"{what} needs {module}, which is not installed here", why=why, hint=how_to_install(module)
    )
