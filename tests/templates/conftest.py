"""New packages: made, built as wheels, and installed into a fresh virtual environment."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from retro_gamer_core.templates.rendering import GAME_TEMPLATE

_PYTHON = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")


class Elsewhere:
    """A fresh virtual environment, and a directory with nothing in it.

    What this Python has installed is lent to it, so that nothing is downloaded; a package counts as
    installed there only if it was.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "elsewhere"
        self.directory.mkdir()
        venv.EnvBuilder(symlinks=sys.platform != "win32").create(directory / "venv")
        self.python = directory.joinpath("venv", *_PYTHON)
        [self.site_packages] = {
            Path(path)
            for path in self.run("-c", "import site; print(site.getsitepackages()[-1])").split("\n")
            if path
        }
        lent = "".join(f"import site; site.addsitedir({path!r})\n" for path in site.getsitepackages())
        (self.site_packages / "lent.pth").write_text(lent, encoding="utf-8")

    def install(self, *wheels: Path) -> None:
        """As a person does, with pip."""
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "install"]
        options = ["--quiet", "--no-deps", "--no-index", "--force-reinstall", "--disable-pip-version-check"]
        subprocess.run([*command, *options, *map(str, wheels)], check=True)

    def run(self, *arguments: object, directory: Path | None = None) -> str:
        """What ``python ARGUMENTS`` prints there."""
        done = subprocess.run(
            [self.python, *map(str, arguments)],
            cwd=directory or self.directory,
            env={**_environment(), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def retro_gamer(self, *arguments: object) -> str:
        """What ``retro-gamer ARGUMENTS`` prints there."""
        return self.run("-m", "retro_gamer_core.cli", *arguments)


def _environment() -> dict[str, str]:
    own = ("RETRO_GAMER", "RETRO_KEY", "PYTHONPATH", "PYTEST_ADDOPTS")
    return {key: value for key, value in os.environ.items() if not key.startswith(own)}


@pytest.fixture
def elsewhere(tmp_path) -> Elsewhere:
    return Elsewhere(tmp_path)


@pytest.fixture
def build_wheel(tmp_path) -> Callable[[Path], Path]:
    """``build_wheel(project)``: what ``python -m build`` makes of it, without a download."""

    def build_wheel(project: Path) -> Path:
        return Path(next(WheelBuilder(str(project)).build(directory=str(tmp_path / "wheels"))))

    return build_wheel


@pytest.fixture
def cookiecut(tmp_path, monkeypatch) -> Callable[..., Path]:
    """``cookiecut("Space Rocks", "Ada")``: the game as ``cookiecutter`` makes it of answers that are typed in."""
    from click.testing import CliRunner
    from cookiecutter.cli import main

    settings = tmp_path / "cookiecutter.yaml"
    folders = {"cookiecutters_dir": tmp_path / "cookiecutters", "replay_dir": tmp_path / "replay"}
    lines = [f"{name}: '{path}'" for name, path in folders.items()]
    settings.write_text("\n".join(lines), encoding="utf-8")

    def cookiecut(*typed: str, output: Path) -> str:
        output.mkdir(exist_ok=True)
        arguments = [str(GAME_TEMPLATE), "--output-dir", str(output), "--config-file", str(settings)]
        done = CliRunner().invoke(main, arguments, input="".join(f"{line}\n" for line in typed))
        return done.output if done.exit_code == 0 else f"refused: {done.output}{done.exception}"

    return cookiecut


@pytest.fixture(autouse=True)
def own_imports(monkeypatch) -> Iterator[None]:
    """Forget the packages that a test made and imported: the next one may make another of that name."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    loaded = set(sys.modules)
    yield
    for name in set(sys.modules) - loaded:
        if "pytest-" in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]
