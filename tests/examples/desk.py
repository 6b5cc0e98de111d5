"""A place where the examples look installed, can be broken, and commands are typed in."""

from __future__ import annotations

import importlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from retro_gamer_core.cli import main
from retro_gamer_core.plugins.registry import configure


@dataclass(frozen=True)
class Ended:
    """Both streams of a command with every run of blanks as one, and its exit code."""

    shown: str
    code: int


class Desk:
    """A directory to work in, where all examples look installed and any file of them can be changed."""

    def __init__(self, directory: Path, capture: pytest.CaptureFixture) -> None:
        self.site = directory / "site-packages"
        self.runs = directory / "runs"
        self._capture = capture

    def change(self, file: str, old: str, new: str) -> None:
        """Put ``new`` for ``old``, which must be there; where ``old`` is empty, for the whole file."""
        path = self.site / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has changed: {old!r} is not in it"
        path.write_text(text.replace(old, new) if old else new, encoding="utf-8")

    def metadata_of(self, distribution: str) -> str:
        """The folder of its metadata, for ``change``."""
        [folder] = self.site.glob(f"{distribution.replace('-', '_')}-*.dist-info")
        return folder.name

    def type_in(self, command: str) -> Ended:
        """Type ``retro-gamer COMMAND``, as if in a new process."""
        forget_modules_in(self.site)
        importlib.invalidate_caches()
        configure()
        sys.argv = ["retro-gamer", *shlex.split(command)]
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capture.readouterr()
        return Ended(" ".join((printed.out + printed.err).split()), ended.value.code)


def everything_else_works(desk: Desk) -> str:
    """Type what nobody's plugin may stop; return what ``plugins`` shows."""
    plugins = desk.type_in("plugins")
    assert "snake" in desk.type_in("list").shown
    assert desk.type_in("create --game snake --output runs/other").code == 0
    assert desk.type_in("info runs/other").code == desk.type_in("--help").code == plugins.code == 0
    return plugins.shown


def forget_modules_in(directory: Path) -> None:
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(directory)):
            del sys.modules[name]
