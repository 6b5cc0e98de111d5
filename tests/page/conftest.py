"""Runs that were really trained, the page made by the wheel as it is installed, and a browser to open it in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import PATIENCE

from retro_gamer_seeing.rendering import page as page_of

ROOT = Path(__file__).parents[2]

REQUIRED = "RETRO_GAMER_BROWSER_TESTS"
"""Set to "required" where a missing browser is a fault, as in .ci/run; elsewhere these tests are skipped then."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

SETTINGS = {
    "training.training_episodes": 120,
    "training.max_turns_per_episode": 80,
    "training.memory_capacity": 5000,
    "training.learning_starts": 200,
    "training.evaluate_every": 1000,
    "training.evaluation_games": 4,
    "training.checkpoint_every": 60,
    "logging.loggers": '["training_log", "json_lines", "recordings"]',
}

WIDE_GAME = '''
"""A game with characters as wide as two cells, and names that would be markup if anybody let them."""

import random

from retro.game import Game

ACTIONS = ["KEY_LEFT", "KEY_RIGHT"]


class Dragon:
    name = "<script>window.hacked = 1</script>"
    character = "🐉"
    color = "green_on_black"
    position = (2, 1)

    def handle_keystroke(self, keystroke, game):
        step = {"KEY_LEFT": -1, "KEY_RIGHT": 1}.get(keystroke.name, 0)
        x, y = self.position
        self.position = ((x + step) % 6, y)

    def play_turn(self, game):
        game.state["score"] += 1 if self.position[0] == game.coin.position[0] else 0
        if random.random() < 0.1:
            game.coin.position = (random.randrange(6), 2)
        if game.turn_number > 20:
            game.end()


class Coin:
    name = "coin"
    character = "<"
    color = "red_on_yellow"
    position = (4, 2)


class Tree:
    name = "tree"
    character = "木"
    position = (0, 0)


def create_game():
    coin = Coin()
    state = {"score": 0, '</script><b>"quoted"</b>': 1}
    game = Game([Dragon(), coin, Tree()], state, board_size=(6, 4))
    game.coin = coin
    return game
'''


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> dict[str, str]:
    """The environment in which the wheel of this checkout is what Python imports."""
    dist, site = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", dist]
    subprocess.run(list(map(str, build)), cwd=ROOT, check=True, capture_output=True)
    [wheel] = dist.glob("*.whl")
    shutil.unpack_archive(wheel, site, "zip")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RETRO_", "PYTHON"))}
    environment = {**kept, "PYTHONPATH": str(site), "PYTHONUTF8": "1"}
    where = "import retro_gamer_seeing as it; print(it.__file__)"
    found = subprocess.check_output([sys.executable, "-c", where], cwd=dist, env=environment, text=True)
    assert found.startswith(str(site)), "it is not the wheel that is imported"
    return environment


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def retro_gamer(installed, tmp_path_factory) -> Command:
    """``retro_gamer("report", run)``: the command of the wheel, somewhere else than in the checkout."""
    somewhere = tmp_path_factory.mktemp("somewhere")

    def retro_gamer(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "retro_gamer_core.cli", *map(str, arguments)],
            cwd=somewhere, env=installed, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0 or not check, done.stderr
        return done

    return retro_gamer


def trained(retro_gamer: Command, run: Path, game: object, **settings: object) -> Path:
    """A run that was trained for a few seconds, with everything recorded."""
    options = [
        word for each in ({**SETTINGS, **settings}).items() for word in ("--set", "{}={}".format(*each))
    ]
    retro_gamer("create", "--game", game, "--output", run, "--seed", 1, *options)
    retro_gamer("train", run)
    return run


@pytest.fixture(scope="session")
def snake_run(retro_gamer, tmp_path_factory) -> Path:
    return trained(retro_gamer, tmp_path_factory.mktemp("runs") / "snake", "snake")


@pytest.fixture(scope="session")
def wide_run(retro_gamer, tmp_path_factory) -> Path:
    """Of a game with wide characters and hostile names, in a directory with a name that needs escaping."""
    directory = tmp_path_factory.mktemp("wide & o'dd")
    (directory / "dragons.py").write_text(WIDE_GAME, encoding="utf-8")
    described = 'actions = ["KEY_LEFT", "KEY_RIGHT"]\nreward = "score"\ncharacter_set = ["🐉", "<"]\n'
    description = f"[tool.retro-gamer]\n{described}"
    (directory / "pyproject.toml").write_text(description, encoding="utf-8")
    return trained(retro_gamer, directory / "run", directory / "dragons.py")


@pytest.fixture(scope="session")
def report_of(retro_gamer, tmp_path_factory) -> Callable[[Path], Path]:
    """The file that ``report`` of the wheel writes of a run."""
    made: dict[Path, Path] = {}

    def report_of(run: Path) -> Path:
        if run not in made:
            made[run] = tmp_path_factory.mktemp("reports") / "report.html"
            retro_gamer("report", run, "-o", made[run])
        return made[run]

    return report_of


@pytest.fixture
def write_page(tmp_path) -> Callable[[dict[str, Any]], Path]:
    """A page of such data, in a file."""

    def write_page(data: dict[str, Any]) -> Path:
        path = tmp_path / "page.html"
        path.write_text(page_of(data), encoding="utf-8")
        return path

    return write_page


def found_browser() -> str | None:
    """Chromium or Chrome on this computer."""
    return os.environ.get("RETRO_GAMER_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    required = os.environ.get(REQUIRED) == "required"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        if required:
            raise
        pytest.skip("the page was not tested in a browser: the package playwright is not installed")
    executable = found_browser()
    if executable is None and required:
        pytest.fail(f"no browser was found, and {REQUIRED} asks for one: install chromium")
    if executable is None:
        pytest.skip(
            "the page was not tested in a browser: no Chromium was found (RETRO_GAMER_BROWSER names one)"
        )
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


class Opened:
    """A page in the browser, and everything that went on around it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        page.on("dialog", lambda dialog: (self.errors.append("a dialog"), dialog.dismiss()))

    def wait_until(self, condition: str) -> None:
        """Wait for an expression of JavaScript. (Playwright's own way is forbidden by the page's policy.)"""
        until = time.monotonic() + PATIENCE
        while not self.page.evaluate(condition):
            assert time.monotonic() < until, f"it has not come about: {condition}"
            time.sleep(0.05)

    def to(self, address: str | Path) -> Opened:
        self.page.goto(address.as_uri() if isinstance(address, Path) else address)
        self.page.wait_for_selector("html[data-ready]")
        return self


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., Opened]]:
    """``open_page(path, color_scheme="dark", width=320)``"""
    pages = []

    def open_page(address: str | Path, *, width: int = 1200, **how: Any) -> Opened:
        page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce", **how)
        pages.append(page)
        return Opened(page).to(address)

    yield open_page
    for page in pages:
        page.close()
