"""Who may import what, and what is not loaded before it is needed. The layers themselves are in pyproject.toml."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner
from importlinter.cli import lint_imports_command

from retro_gamer_core.plugins.discovery import GROUP

ROOT = Path(__file__).parents[1]

#: Loaded when something is really done, and not for a name, a list or a page of help.
HEAVY = {"torch", "numpy", "retro", "rich", "tomlkit"}

PLUGINS = sorted(entry.module for entry in entry_points(group=GROUP) if entry.dist.name == "retro-gamer")

#: Beside the plugins and under the same contract, but no plugin: it answers no hook, people import it.
ADAPTERS = ["retro_gamer_gymnasium"]


def loaded_by(statements: str) -> set[str]:
    """The top-level modules that are there after some statements, in a process of their own."""
    code = f"import json, sys\n{statements}\nprint(json.dumps([name for name in sys.modules if '.' not in name]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_imports_point_downward_only(monkeypatch):
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(lint_imports_command, ["--no-cache"])
    assert result.exit_code == 0, result.output


def test_every_built_in_plugin_is_registered_and_under_contract():
    linted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    top, plugins, core = linted["contracts"][0]["layers"]
    packages = sorted([*PLUGINS, *ADAPTERS])
    assert sorted(path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")) == packages
    assert sorted(plugins.split(" | ")) == packages
    assert sorted(linted["root_packages"]) == sorted([top, *packages, core])


@pytest.mark.parametrize("package", ["retro_gamer", "retro_gamer_core", *PLUGINS])
def test_importing_a_package_loads_nothing_heavy(package):
    assert loaded_by(f"import {package}") & HEAVY == set()


def test_looking_at_every_plugin_loads_nothing_heavy():
    looking = "from retro_gamer_core.plugins.registry import Plugins; Plugins(only=(), strict=True).parts('learner')"
    assert loaded_by(looking) & HEAVY == set()


def test_what_is_heavy_is_loaded_when_it_is_used():
    assert loaded_by("from retro_gamer import build_network, GameEnvironment") >= {"torch", "numpy"}
