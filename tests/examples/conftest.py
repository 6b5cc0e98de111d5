"""The packages in examples/: built as wheels, installed by pip elsewhere, and unpacked to be broken here."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from examples.desk import Desk, forget_modules_in
from examples.example_packages import EXAMPLES, GAME_PACK, PLUGINS
from hatchling.builders.wheel import WheelBuilder

from retro_gamer_core.plugins.registry import configure


@pytest.fixture(scope="session")
def wheels(tmp_path_factory) -> dict[str, Path]:
    """The wheel of each package, by the name of its folder; nothing is downloaded for that."""
    dist = tmp_path_factory.mktemp("dist")
    names = [GAME_PACK, *(example.distribution for example in PLUGINS)]
    return {name: Path(next(WheelBuilder(str(EXAMPLES / name)).build(directory=str(dist)))) for name in names}


# Installed elsewhere --------------------------------------------------------------------------


class Elsewhere:
    """A fresh virtual environment; what this Python has installed is lent to it, so that nothing is downloaded."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "work"
        self.directory.mkdir()
        venv.create(directory / "venv", symlinks=os.name != "nt")
        program = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        self.python = directory / "venv" / program
        lent = "".join(f"import site; site.addsitedir({path!r})\n" for path in site.getsitepackages())
        place = self.run("-c", "import site; print(site.getsitepackages()[-1])").strip()
        Path(place, "lent.pth").write_text(lent, encoding="utf-8")

    def pip(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "pip", "--python", self.python, "--disable-pip-version-check"]
        subprocess.run([*map(str, [*command, *arguments])], check=True, capture_output=True)

    def run(self, *arguments: object) -> str:
        """What ``python ARGUMENTS`` prints there."""
        own = ("RETRO_GAMER", "RETRO_KEY", "PYTHON", "PYTEST_ADDOPTS")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        done = subprocess.run(
            [self.python, *map(str, arguments)],
            cwd=self.directory,
            env={**clean, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def retro_gamer(self, *arguments: object) -> str:
        """What ``retro-gamer ARGUMENTS`` prints there."""
        return self.run("-m", "retro_gamer_core.cli", *arguments)


@pytest.fixture(scope="session")
def elsewhere(wheels, tmp_path_factory) -> Elsewhere:
    """Where somebody has installed all examples with pip."""
    elsewhere = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    elsewhere.pip("install", "--no-deps", "--no-index", *wheels.values())
    return elsewhere


# Unpacked here, to be broken ------------------------------------------------------------------


@pytest.fixture(scope="session")
def unpacked(wheels, tmp_path_factory) -> Path:
    """Everything that the wheels hold, in one directory, and a run that uses all parts among them."""
    directory = tmp_path_factory.mktemp("unpacked")
    for wheel in wheels.values():
        zipfile.ZipFile(wheel).extractall(directory / "site-packages")
    return directory


@pytest.fixture
def desk(unpacked, tmp_path, monkeypatch, capsys) -> Iterator[Desk]:
    shutil.copytree(unpacked, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site-packages")])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # files change faster than the times in them
    for variable in ("RETRO_GAMER_PLUGINS", "RETRO_GAMER_NO_PLUGIN", "RETRO_GAMER_STRICT"):
        monkeypatch.delenv(variable, raising=False)
    yield Desk(tmp_path, capsys)
    forget_modules_in(tmp_path)
    configure()
