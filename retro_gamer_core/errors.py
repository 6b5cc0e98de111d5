"""The one family of errors: each says what happened, where, why it matters and what to try.

The error is raised where the cause is known; the command line only prints it. Nothing a person
can fix should ever reach them as a bare traceback.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import indent


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a line a person can act on.

    ``what`` is a plain sentence, ``where`` a file, key or object, ``why`` one sentence on what
    it would break, and ``hint`` a value or command to try. ``code`` is short and the same for ever,
    such as ``"unknown-key"``: it is for programs and tests, and not shown.
    """

    what: str
    where: str = ""
    why: str = ""
    hint: str = ""
    code: str = ""

    def __str__(self) -> str:
        told = {"where:": self.where, "why:": self.why, "try:": self.hint}
        return "\n".join([self.what, *(f"  {word:<6} {text}" for word, text in told.items() if text)])


class RetroGamerError(Exception):
    """Something went wrong that the person at the keyboard can put right.

    ``exit_code`` is what the command line ends with; docs/reference/exit-codes.md lists them. The code of
    the problem, where none is given, is the name of the class: ``"game-not-found"``.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", hint: str = "", code: str = "") -> None:
        self.problem = Problem(what, where, why, hint, code or _code_of(type(self)))
        super().__init__(str(self.problem))


class ProblemsFound(RetroGamerError, ValueError):
    """Several problems at once, so that one reading is enough to fix them all."""

    def __init__(self, heading: str, problems: Sequence[Problem], *, footer: str = "") -> None:
        self.heading = heading
        self.problems = tuple(problems)
        self.footer = footer
        self.problem = self.problems[0] if self.problems else Problem(heading, code=_code_of(type(self)))
        blocks = [indent(str(problem), "  ") for problem in self.problems]
        text = "\n\n".join([heading, *blocks, *([footer] if footer else [])])
        Exception.__init__(self, text)


class ConfigurationError(ProblemsFound):
    """The settings of a run cannot be used as they stand."""


class MetadataError(ProblemsFound):
    """The description of a game cannot be used as it stands."""


class GameNotFound(RetroGamerError, LookupError):
    """No game goes by that name, or its module cannot be imported."""


class GameError(RetroGamerError):
    """The game's own code raised an error or broke the contract of a game."""

    exit_code = 4


class PartNotFound(RetroGamerError, LookupError):
    """No part of that kind goes by that name."""


class LearningDiverged(RetroGamerError, ArithmeticError):
    """The learner's numbers have grown beyond all bounds; the last saved state is still good."""


class PluginError(RetroGamerError):
    """A plugin that is needed here is broken; the message says whose bug it is and the fix."""

    exit_code = 4


class RunNotFound(RetroGamerError, FileNotFoundError):
    """That directory is not a training run, or the file named in it is not there."""


class RunExists(RetroGamerError, FileExistsError):
    """A run is in the way, and a run is never overwritten."""


class CheckpointDamaged(RetroGamerError, ValueError):
    """A checkpoint cannot be read: cut short, or not a checkpoint at all."""


class PolicyFileRefused(RetroGamerError, ValueError):
    """A policy file is damaged, or not what it claims to be; nothing in it was used or run."""


class CheckpointIncompatible(RetroGamerError, ValueError):
    """A checkpoint was trained on a different problem than the run now describes."""


def _code_of(error: type[RetroGamerError]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", error.__name__).lower()
