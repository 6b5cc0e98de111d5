"""The page in a real browser: what can be done with it, by mouse and by keyboard, and what it must never do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from page.invented_run import HOSTILE, data_in, invented_data

RUNS = ["snake_run", "wide_run"]


@pytest.fixture(params=["invented", *RUNS])
def any_page(request, write_page, report_of) -> Path:
    if request.param == "invented":
        return write_page(invented_data(name=HOSTILE))
    return report_of(request.getfixturevalue(request.param))


def shown(page: Any) -> dict[str, Any]:
    """What the player shows just now."""
    return page.evaluate(
        """() => ({
            board: [...document.querySelectorAll('#game .stage .board span')].map((cell) => cell.textContent).join('|'),
            seen: [...document.querySelectorAll('#game .board.seen span')].map((cell) => cell.textContent).join('|'),
            numbers: [...document.querySelectorAll('#game .keys .number')].map((cell) => cell.textContent),
            bars: [...document.querySelectorAll('#game .keys .bar i')].map((bar) => bar.style.width),
            chosen: [...document.querySelectorAll('#game .keys .mark')].map((mark) => mark.textContent),
            turn: Number(document.getElementById('turn').value),
        })"""
    )


def test_nothing_is_fetched_from_anywhere_and_nothing_fails(any_page, open_page):
    opened = open_page(any_page)
    for part in opened.page.query_selector_all("section"):
        part.scroll_into_view_if_needed()
    assert opened.requests == [any_page.as_uri()]
    assert opened.errors == []


def test_the_slider_moves_the_board_the_bars_and_the_view(report_of, snake_run, open_page):
    page = open_page(report_of(snake_run)).page
    page.wait_for_selector("#game .stage .board span")
    moments = []
    for turn in (0, 1, 2):
        page.locator("#turn").fill(str(turn))
        moments.append(shown(page))
    for what in ("board", "numbers", "turn"):
        assert len({json.dumps(moment[what]) for moment in moments}) == 3, what
    assert len({moment["seen"] for moment in moments}) > 1, "what is near may look the same twice"
    assert all(moment["chosen"].count("▶") == 1 for moment in moments)


def test_what_the_player_shows_is_what_was_recorded(report_of, snake_run, open_page):
    report = report_of(snake_run)
    game = data_in(report.read_text(encoding="utf-8"))["games"][-1]
    page = open_page(report).page
    page.wait_for_selector("#game .stage .board span")
    now = shown(page)
    assert now["chosen"].index("▶") == game["pressed"][0]
    page.focus("#turn")
    page.keyboard.press("End")
    assert shown(page)["turn"] == game["turns"] == len(game["rewards"])
    assert game["ended"] in page.inner_text("#now")


def test_the_player_obeys_the_keyboard(write_page, open_page):
    opened = open_page(write_page(invented_data()))
    page = opened.page
    page.wait_for_selector("#game .stage .board span")
    page.focus("#turn")
    reached = {}
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home", "m"):
        page.keyboard.press(key)
        reached[key] = shown(page)["turn"]
    assert reached == {"ArrowRight": 2, "ArrowLeft": 1, "End": 40, "Home": 0, "m": 12}
    for told in ("dead in 2 turns (20 of 20)", "The key that it presses is a risk.", "@ at row 4, column 8"):
        assert told in page.inner_text(".moment")
    assert page.locator(".board .mattered").count() == 2
    page.keyboard.press("Space")
    opened.wait_until("document.getElementById('turn').value > 14")
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="Play", exact=True).count() == 1


def test_random_keys_and_what_is_thrown_away_are_marked_by_more_than_a_colour(write_page, open_page):
    page = open_page(write_page(invented_data())).page
    page.wait_for_selector("#game .stage .board span")
    page.focus("#turn")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert "⚄" in shown(page)["chosen"]
    assert "at random" in page.inner_text("#now")
    assert page.locator(".board .unseen").count() == 3
    assert page.locator(".board .wide").count() >= 2


def test_the_curve_can_be_read_with_the_keyboard_alone(write_page, open_page):
    data = invented_data()
    page = open_page(write_page(data)).page
    curve = page.get_by_role("slider", name="Evaluations, one after the other")
    curve.focus()
    said = [curve.get_attribute("aria-valuetext")]
    page.keyboard.press("Home")
    said.append(curve.get_attribute("aria-valuetext"))
    assert "300,000 turns" in said[0] and "mean score 260" in said[0]
    assert "50,000 turns" in said[1] and "mean score 4 " in said[1]
    page.check("input[value=episode]")
    assert "episodes of training" in page.text_content("#curve .chart svg")


def test_every_evaluation_stands_in_the_table_as_in_the_file(report_of, snake_run, open_page):
    lines = (snake_run / "training.jsonl").read_text(encoding="utf-8").splitlines()
    told = [event for event in map(json.loads, lines) if event["event"] == "evaluation"]
    assert told
    page = open_page(report_of(snake_run)).page
    page.click("#curve summary")
    rows = page.locator("#curve tbody tr").all_inner_texts()
    numbers = [
        [float(cell.replace(",", "")) for cell in (row.split("\t")[0], row.split("\t")[3])] for row in rows
    ]
    assert numbers == [[event["total_turns"], round(event["score"], 6)] for event in told]


def test_names_of_games_are_text(write_page, open_page):
    opened = open_page(write_page(invented_data(name=HOSTILE)))
    page = opened.page
    page.wait_for_selector("#game .stage .board span")
    page.focus("#turn")
    page.keyboard.press("m")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.inner_text("h1") == HOSTILE
    assert HOSTILE in page.inner_text(".moment")
    assert opened.errors == []


def test_a_game_with_wide_characters_and_hostile_names_is_shown_as_it_is(report_of, wide_run, open_page):
    opened = open_page(report_of(wide_run))
    page = opened.page
    page.wait_for_selector("#game .stage .board span")
    now = shown(page)
    assert {"🐉", "<", "木"} <= set(now["board"].split("|"))
    assert "木" not in now["seen"] and "木" in page.inner_text("#game")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 375])
def test_no_serious_fault_for_those_who_cannot_see_or_use_a_mouse(any_page, open_page, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(any_page, color_scheme=scheme, width=width).page
    page.wait_for_selector("#game .stage .board span")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.locator("#reel").scroll_into_view_if_needed()
    page.wait_for_selector("#reel .board")
    page.evaluate("if (player.game.moments.length) player.nextMoment()")
    found = Axe().run(page).response["violations"]
    serious = [
        (fault["id"], fault["help"], [node["html"][:200] for node in fault["nodes"][:3]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_narrow_window_is_not_scrolled_sideways(any_page, open_page):
    page = open_page(any_page, width=320).page
    page.wait_for_selector("#game .stage .board span")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_colours_can_be_chosen(write_page, open_page):
    page = open_page(write_page(invented_data()), color_scheme="dark").page
    grounds = [page.evaluate("getComputedStyle(document.body).backgroundColor")]
    page.select_option("#theme", "light")
    grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds[0] != grounds[1]


def test_the_growth_reel_plays_all_games_together(write_page, open_page):
    opened = open_page(write_page(invented_data(games=3)))
    page = opened.page
    page.locator("#reel").scroll_into_view_if_needed()
    page.wait_for_selector("#reel .board span")
    page.get_by_role("button", name="Play them together").click()
    opened.wait_until("document.querySelector('#reel input').value > 3")
    page.get_by_role("button", name="Pause").click()
    assert page.locator("#reel .board").count() == 3


def test_a_page_beside_a_training_shows_what_is_new_and_stands_when_the_server_is_gone(
    snake_run, installed, tmp_path, open_page
):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("config.toml", "training.jsonl", "parts.lock"):
        (run / name).write_bytes((snake_run / name).read_bytes())
    command = [sys.executable, "-m", "retro_gamer_core.cli", "watch", str(run), "--no-browser"]
    watch = subprocess.Popen(command, env=installed, stdout=subprocess.PIPE, encoding="utf-8", cwd=tmp_path)
    try:
        assert watch.stdout
        opened = open_page(watch.stdout.readline().strip())
        page = opened.page
        before = page.locator("#curve tbody tr").count()
        lines = (run / "training.jsonl").read_text(encoding="utf-8").splitlines()
        newest = [event for event in map(json.loads, lines) if event["event"] == "evaluation"][-1]
        newest |= {"total_turns": newest["total_turns"] + 1000, "score": 4321.5, "is_best": True}
        with (run / "training.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(newest) + "\n")
        opened.wait_until(f"document.querySelectorAll('#curve tbody tr').length === {before + 1}")
        assert "4,321.5" in page.inner_text("#verdict")
    finally:
        watch.kill()
        watch.communicate()
    opened.wait_until("document.getElementById('state').textContent.includes('ended')")
    assert "4,321.5" in page.inner_text("#verdict")
    here = opened.requests[0]
    assert all(address.startswith(here) for address in opened.requests)
