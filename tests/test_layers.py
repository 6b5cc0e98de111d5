"""Who may import what, and what is not loaded before it is needed. The layers themselves are in pyproject.toml."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import grimp
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


ROOTS = ["retro_gamer", "retro_gamer_core", *PLUGINS, *ADAPTERS]


def loaded_by(statements: str) -> set[str]:
    """The top-level modules that are there after some statements, in a process of their own."""
    code = f"import json, sys\n{statements}\nprint(json.dumps([name for name in sys.modules if '.' not in name]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_imports_point_downward_only(monkeypatch):
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(lint_imports_command, ["--no-cache"])
    assert result.exit_code == 0, result.output


def test_no_files_import_each_other_in_a_circle():
    graph = grimp.build_graph(*ROOTS, exclude_type_checking_imports=True, cache_dir=None)
    above = {module: graph.find_upstream_modules(module) for module in graph.modules}
    circles = {frozenset({one, *(other for other in above[one] if one in above[other])}) for one in above}
    assert [sorted(circle) for circle in circles if len(circle) > 1] == []


def test_the_ground_floor_knows_nothing_above_it_even_for_type_checkers():
    *_, rooms = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    ground = {f"retro_gamer_core.{module}" for module in rooms["layers"][-1].split(" : ")}
    graph = grimp.build_graph("retro_gamer_core", cache_dir=None)
    assert ground <= graph.modules
    imported = {module: graph.find_modules_directly_imported_by(module) - ground for module in ground}
    assert {module: modules for module, modules in imported.items() if modules} == {}


def test_training_knows_nothing_of_duels_nor_of_what_is_shown():
    graph = grimp.build_graph("retro_gamer_core", cache_dir=None)
    for room in ("duels", "terminal", "cli", "from_python"):
        assert not graph.chain_exists(
            "retro_gamer_core.training", f"retro_gamer_core.{room}", as_packages=True
        )


def test_every_built_in_plugin_is_registered_and_under_contract():
    linted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    top, *plugins, core = linted["contracts"][0]["layers"]  # some plugins are made of what others show
    packages = sorted([*PLUGINS, *ADAPTERS])
    assert sorted(path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")) == packages
    assert sorted(name for layer in plugins for name in layer.split(" | ")) == packages
    assert sorted(linted["root_packages"]) == sorted([top, *packages, core])


@pytest.mark.parametrize("package", ["retro_gamer", "retro_gamer_core", *PLUGINS])
def test_importing_a_package_loads_nothing_heavy(package):
    assert loaded_by(f"import {package}") & HEAVY == set()


def test_looking_at_every_plugin_loads_nothing_heavy():
    looking = "from retro_gamer_core.plugins.registry import Plugins; Plugins(only=(), strict=True).parts('learner')"
    assert loaded_by(looking) & HEAVY == set()


def test_what_is_heavy_is_loaded_when_it_is_used():
    assert loaded_by("from retro_gamer import build_network, GameEnvironment") >= {"torch", "numpy"}
