"""Games in real files, and packages that look installed: a folder on ``sys.path`` with a ``*.dist-info``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from retro_gamer_core.plugins.registry import installed_plugins

GAME = """\
from retro.agent import ArrowKeyAgent
from retro.game import Game


def create_game():
    return Game([ArrowKeyAgent()], {"score": 0}, board_size=(8, 4))
"""

DESCRIPTION = '[tool.retro-gamer]\nactions = ["KEY_UP", "KEY_DOWN"]\nreward = "score"\n'


@pytest.fixture(autouse=True)
def own_imports(monkeypatch) -> Iterator[None]:
    """Take back what a test added to ``sys.path`` and ``sys.modules``, and the plugins it found."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    loaded = set(sys.modules)
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()
    for name in set(sys.modules) - loaded:
        if not name.startswith(("retro.", "retro_gamer")) and name != "retro":
            del sys.modules[name]


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """``write({"pong.py": GAME})``: files below ``tmp_path``, which is returned."""

    def write(files: Mapping[str, str], below: Path = tmp_path) -> Path:
        for name, text in files.items():
            path = below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return below.resolve()

    return write


@pytest.fixture
def install(tmp_path, write) -> Callable[..., Path]:
    """``install("arcade", {"arcade/pong.py": GAME}, games={"pong": "arcade.pong:create_game"})``."""
    site = tmp_path / "lib" / "site-packages"
    site.mkdir(parents=True)
    sys.path.insert(0, str(site))

    def install(
        distribution: str,
        files: Mapping[str, str],
        *,
        games: Mapping[str, str] | None = None,
        plugins: Mapping[str, str] | None = None,
    ) -> Path:
        def section(header: str, entries: Mapping[str, str] | None) -> str:
            return f"[{header}]\n" + "".join(f"{name} = {value}\n" for name, value in (entries or {}).items())

        information = f"{distribution.replace('-', '_')}-1.2.dist-info"
        write(
            {
                **files,
                f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n",
                f"{information}/RECORD": "".join(f"{name},,\n" for name in files),
                f"{information}/entry_points.txt": section("retro.games", games)
                + section("retro_gamer", plugins),
            },
            below=site,
        )
        importlib.invalidate_caches()
        return site.resolve()

    return install


@pytest.fixture
def game_text() -> str:
    return GAME


@pytest.fixture
def description_text() -> str:
    return DESCRIPTION
