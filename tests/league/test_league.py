"""``league`` and ``grade``: files of a class in the same games, and nothing of them is run."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import random
import re
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from policies.test_policy_files import a_pickled_array

from retro_gamer_class.judging import Judges, Question
from retro_gamer_class.page_of_league import page
from retro_gamer_class.standings import Ranked, Standings
from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.statistics import Summary

OTHER_GAME = {"game": "nav"}


def run(*arguments: object, code: int = 0):
    done = CliRunner().invoke(retro_gamer, [*map(str, arguments)])
    assert done.exit_code == code, (done.output, done.exception)
    return done


@pytest.fixture
def somewhere(tmp_path, monkeypatch) -> Path:
    """A directory to work in, with code in it that a hostile card asks for."""
    monkeypatch.chdir(tmp_path)
    Path("payload_in_card.py").write_text(
        "from pathlib import Path\nPath('it-ran').touch()\n", encoding="utf-8"
    )
    return tmp_path


def test_those_who_can_play_are_ranked_and_the_others_are_told_why(
    hand_in, snake_file, somewhere, monkeypatch
):
    good = snake_file.read_bytes()
    hand_in("ada", weights=1)
    hand_in("ben & co", weights=5)
    hand_in("cleo", weights=1)  # the same file as ada's
    hand_in("damaged", contents=good[:500])
    hand_in("hostile", contents=a_pickled_array(good, random.Random(1)))
    hand_in("code", card={"network": {"name": "payload_in_card:Network", "options": {}}})
    hand_in("nav", card=OTHER_GAME)
    (somewhere / "submissions" / "notes.txt").write_text("hello", encoding="utf-8")
    (somewhere / "submissions" / "dora" / "checkpoints").mkdir(parents=True)
    told = json.loads(run("league", "submissions", "--game", "snake", "--games", 4, "--json").stdout)
    assert {row["name"] for row in told["ranked"]} == {"ada", "ben & co", "cleo"}
    ada, cleo = (next(row for row in told["ranked"] if row["name"] == name) for name in ("ada", "cleo"))
    assert (ada["scores"], ada["rank"]) == (cleo["scores"], cleo["rank"]) and ada["same_as"] == ["cleo"]
    assert all(len(row["scores"]) == 4 for row in told["ranked"])
    why = {row["name"]: row["problem"] for row in told["not_ranked"]}
    assert why.keys() == {"damaged", "hostile", "code", "nav", "notes.txt", f"dora{os.sep}"}
    assert "damaged" in why["damaged"] and "another game" in why["nav"]
    assert "which no installed package has" in why["code"] and "export RUN" in why["notes.txt"]
    assert not Path("it-ran").exists()
    html = Path("league.html").read_text(encoding="utf-8")
    assert html.count("data-game=") == 3 and "ben &amp; co" in html
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", html), "it needs nothing else"

    # The same again: nobody plays, and the page is replaced.
    monkeypatch.setattr(Judges, "ask", None)
    again = run("league", "submissions", "--game", "snake", "--games", 4)
    assert "3 of 9 ranked" in again.stdout and "the same file as cleo" in again.stdout
    assert max(map(len, again.stdout.splitlines()[:5])) <= 80


def test_a_page_is_not_written_over_what_it_did_not_make(hand_in, somewhere):
    hand_in("ada")
    Path("league.html").write_text("my diary", encoding="utf-8")
    done = CliRunner().invoke(retro_gamer, ["league", "submissions"])
    assert isinstance(done.exception, RetroGamerError)
    assert Path("league.html").read_text(encoding="utf-8") == "my diary"


def test_files_for_several_games_need_a_game_to_be_named(hand_in, somewhere):
    hand_in("ada")
    hand_in("nav", card=OTHER_GAME)
    hand_in("elsewhere", card={"game": "payload_in_card.py"})
    done = CliRunner().invoke(retro_gamer, ["league", "submissions"])
    assert isinstance(done.exception, RetroGamerError) and "--game" in str(done.exception)
    assert not Path("it-ran").exists()


def test_what_is_no_file_of_its_own_is_not_opened(hand_in, somewhere):
    from retro_gamer_class.submissions import LARGEST_FILE, submissions_in

    ada = hand_in("ada")
    with (ada.parent / "huge.rgp").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    expected = {"huge": "too large"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(ada.parent / "pipe.rgp")
        (ada.parent / "link.rgp").symlink_to(ada)
        expected |= {"pipe": "no ordinary file", "link": "a link"}
    found = {each.name: each for each in submissions_in(ada.parent)}
    assert found.keys() == {"ada", *expected} and found["ada"].sha256
    for name, why in expected.items():
        assert why in found[name].problem and not found[name].sha256


def test_what_people_are_called_is_never_markup(tmp_path):
    summary = Summary(1.0, 1.0, (0.0, 2.0))
    name = "<script>alert(1)</script>"
    row = Ranked(name, (1, 1), summary, {"replay": None})
    standings = Standings(
        Question(None, "snake", 4, 0, 9, 9.0), name, "score", [row], [(name, name)], summary
    )
    html = page(standings)
    assert "<script>alert" not in html and html.count("&lt;script&gt;alert") >= 4


def test_grade_says_it_with_its_exit_code(hand_in, somewhere):
    ada = hand_in("ada", weights=1)
    reached = run("grade", ada, "--bar", -1000, "--games", 2, "--json")
    told = json.loads(reached.stdout)
    assert (told["verdict"], told["games"]) == ("reached", 2) and "snake" in told["game"]
    game = "from retro.examples.snake import create_game\n"  # the teacher's own, which a file may never name
    Path("my_snake.py").write_text(game, encoding="utf-8")
    missed = run("grade", ada, "--bar", 1_000_000, "--games", 2, "--game", "my_snake.py", code=3)
    assert "does not reach" in missed.stdout
    broken = hand_in("broken", contents=pickle.dumps(1))
    told = json.loads(run("grade", broken, "--bar", 10, "--json", code=1).stdout)
    assert told["verdict"] == "cannot be judged" and told["problem"]


def test_a_card_does_not_decide_what_counts(hand_in, somewhere):
    """Neither the score nor how long a game lasts is taken from it."""
    ada = hand_in("ada", weights=1)
    liar = hand_in(
        "liar",
        weights=1,
        change=lambda card, weights: card["metadata"].update(score="Energy", reward="Energy"),
    )
    ours, theirs = (
        json.loads(run("grade", file, "--bar", 0, "--games", 2, "--json", code=0).stdout)
        for file in (ada, liar)
    )
    assert (ours["mean"], ours["measure"]) == (theirs["mean"], theirs["measure"])


@pytest.mark.slow
def test_thirty_files_of_which_six_cannot_be_ranked(hand_in, snake_file, somewhere, capsys):
    good = snake_file.read_bytes()
    for number in range(24):
        hand_in(f"student-{number:02}", weights=number + 1)

    def heavy(card, weights):
        """A whole network that fits its card, and is slow beyond measure."""
        sizes = [12, *[3_000] * 9, 5]
        card["network"]["options"]["hidden_sizes"] = sizes[:-1]
        for name in [name for name in weights if name.startswith("head")]:
            del weights[name]
        for layer, (n_in, n_out) in enumerate(itertools.pairwise(sizes)):
            weights[f"head.{2 * layer}.weight"] = np.zeros((n_out, n_in), np.float16)
            weights[f"head.{2 * layer}.bias"] = np.zeros(n_out, np.float16)

    hand_in("x-damaged", contents=good[: len(good) // 2])
    hand_in("x-hostile-pickle", contents=a_pickled_array(good, random.Random(1)))
    hand_in("x-hostile-code", card={"network": {"name": "payload_in_card:Network", "options": {}}})
    hand_in("x-other-game", card=OTHER_GAME)
    hand_in("x-later-version", card={"version": 2})
    hand_in("x-hangs", change=heavy)
    began = time.perf_counter()
    done = run("league", "submissions", "--game", "snake", "--limit", 4)
    with capsys.disabled():
        print(f"\n{done.stdout}\n{time.perf_counter() - began:.0f} seconds; processors: {os.times()}")
    told = json.loads(run("league", "submissions", "--game", "snake", "--limit", 4, "--json").stdout)
    assert len(told["ranked"]) == 24 and all(row["name"].startswith("student") for row in told["ranked"])
    assert len(told["not_ranked"]) == 6 and all(row["problem"] for row in told["not_ranked"])
    assert not Path("it-ran").exists()
