"""The page of a league in a real browser."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from league.conftest import HandIn
from page.conftest import browser, open_page

from retro_gamer_core.cli.group import retro_gamer

__all__ = ["browser", "open_page"]


@pytest.mark.slow
def test_the_table_and_each_game_can_be_looked_at(open_page, hand_in: HandIn, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    hand_in("ada", weights=1)
    hand_in("ben & co", weights=6)
    hand_in("damaged", contents=b"x")
    file = tmp_path / "league.html"
    arguments = ["league", tmp_path / "submissions", "-o", file, "--game", "snake", "--games", 2]
    done = CliRunner().invoke(retro_gamer, [*map(str, arguments)])
    assert done.exit_code == 0, (done.output, done.exception)
    for scheme, width in (("light", 1200), ("dark", 375)):
        opened = open_page(file, color_scheme=scheme, width=width)
        page, buttons = opened.page, opened.page.locator("button[data-game]")
        assert buttons.count() == 2
        for button in buttons.all():
            name = (button.get_attribute("aria-label") or "").removeprefix("Watch ")
            button.click()
            page.wait_for_selector("#game .stage .board span")
            assert page.locator("#which-game option:checked").inner_text().startswith(name)
            page.locator("#turn").fill("3")
            assert "Turn 3" in page.inner_text("#now")
        assert (opened.requests, opened.errors) == ([file.as_uri()], [])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs out"
        found = Axe().run(page).response["violations"]
        serious = [
            (fault["id"], [node["html"][:200] for node in fault["nodes"][:3]])
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        assert serious == []
