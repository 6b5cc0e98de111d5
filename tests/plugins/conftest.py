"""Plugins that look installed: a folder on ``sys.path`` with a ``*.dist-info`` and some modules in it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from retro_gamer_core.plugins.records import PluginRecord
from retro_gamer_core.plugins.registry import Plugins

IMPORTS = "from retro_gamer_core import Command, GameDescription, Option, Part, Recipe, hookimpl\n"


@pytest.fixture
def install(tmp_path, monkeypatch) -> Callable[..., Path]:
    """``install("snake-pack", source)``: a distribution with one module, whose source starts at line 2."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    loaded_before = set(sys.modules)

    def install(
        distribution: str,
        source: str = "",
        *,
        entry_points: Mapping[str, str] | None = None,
        files: Mapping[str, str] | None = None,
        version: str = "1.0",
    ) -> Path:
        module = distribution.replace("-", "_")
        monkeypatch.delitem(sys.modules, module, raising=False)  # a built-in one may be imported already
        entry_points = {module: module} if entry_points is None else entry_points
        files = {f"{module}.py": IMPORTS + dedent(source)} if files is None else files
        for name, text in files.items():
            path = site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        information = site / f"{module}-{version}.dist-info"
        information.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (information / "METADATA").write_text(metadata, encoding="utf-8")
        lines = "".join(f"{name} = {value}\n" for name, value in entry_points.items())
        (information / "entry_points.txt").write_text(f"[retro_gamer]\n{lines}", encoding="utf-8")
        importlib.invalidate_caches()
        return site

    yield install
    for name in set(sys.modules) - loaded_before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def others(install) -> Callable[..., Plugins]:
    """``others()``: the installed plugins without the built-in ones, which have tests of their own."""

    def others(*, blocked: tuple[str, ...] = (), **settings) -> Plugins:
        return Plugins(blocked=("retro-gamer", *blocked), **settings)

    return others


@pytest.fixture
def record_of(others) -> Callable[..., PluginRecord]:
    """``record_of("snake-pack")``: what became of the plugin of that distribution."""

    def record_of(distribution: str, plugins: Plugins | None = None) -> PluginRecord:
        [record] = [r for r in (plugins or others()).records if r.distribution == distribution]
        return record

    return record_of
