"""A snake that has learned for a moment, once for all tests here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest


def _run(*arguments: object, cwd: Path) -> SimpleNamespace:
    ended = subprocess.run(
        [sys.executable, "-m", "retro_gamer_core.cli", *map(str, arguments)],
        cwd=cwd, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return SimpleNamespace(out=ended.stdout, err=ended.stderr, code=ended.returncode)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A directory with two runs that differ in nothing but their seed: ``runs/a`` and ``runs/b``."""
    home = tmp_path_factory.mktemp("home")
    for name, seed in (("a", 1), ("b", 2)):
        made = _run(
            "create", "--game", "snake", "--output", f"runs/{name}", "--seed", seed, "--training-episodes", 120,
            "--set", "training.evaluate_every=500", "--set", "training.evaluation_games=2", cwd=home,
        )  # fmt: skip
        assert made.code == 0, made.err
        trained = _run("train", f"runs/{name}", cwd=home)
        assert trained.code == 0, trained.err
    return home


@pytest.fixture(scope="session")
def retro_gamer(home) -> Callable[..., SimpleNamespace]:
    """``retro_gamer("why", "runs/a")``: the command as people type it, in ``home``, without a terminal."""
    return lambda *arguments: _run(*arguments, cwd=home)
