"""Makes the pictures of the page of a run that the documentation shows: ``python docs/pictures.py``.

It trains snake for two minutes, or takes the run that is named, writes its report, and photographs it in Chromium.
Needs what ``pip install -e ".[test]"`` brings, and a Chromium on this computer.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parent / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

#: Name, colours, width of the window, and the part of the page; all that is seen at first where that is None.
SHOTS = (
    ("page-light", "light", 1100, None),
    ("page-dark", "dark", 1100, None),
    ("page-game", "light", 1100, "game"),
    ("page-growth", "dark", 1100, "reel"),
    ("page-phone", "light", 375, None),
)


def retro_gamer(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "retro_gamer_core.cli", *map(str, words)], check=True)


@contextmanager
def trained(named: list[str]) -> Iterator[Path]:
    if named:
        yield Path(named[0])
        return
    with TemporaryDirectory() as directory:
        run = Path(directory) / "snake"
        retro_gamer("create", "--game", "snake", "--output", run, "--seed", 1)
        retro_gamer("train", run, "--for", "2m")
        yield run


def photograph(browser: Any, report: Path, name: str, colours: str, width: int, part: str | None) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 760}, color_scheme=colours, reduced_motion="reduce"
    )
    page.goto(report.as_uri())
    page.wait_for_selector("#game .stage .board span")
    page.evaluate("player.nextMoment()")
    shown = page
    if part is not None:
        shown = page.locator(f"#{part}")
        shown.scroll_into_view_if_needed()
        page.wait_for_selector(f"#{part} .board span")
        page.evaluate("reel.go(60)")
    shown.screenshot(path=PICTURES / f"{name}.png")
    page.close()


def main() -> None:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    PICTURES.mkdir(exist_ok=True)
    with trained(sys.argv[1:]) as run, TemporaryDirectory() as directory:
        report = Path(directory) / "report.html"
        retro_gamer("report", run, "-o", report)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            for shot in SHOTS:
                photograph(browser, report, *shot)
            browser.close()


if __name__ == "__main__":
    main()
