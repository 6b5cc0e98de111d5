"""Where a person meets an evaluation made while training: beside the progress line, and in ``info``."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from retro_gamer_core.events import EpisodeFinished, Evaluated
from retro_gamer_core.terminal.progress import EpisodeGoal, Progress

SNAKE = str(Path("runs", "snake"))

SCORED = Evaluated(
    episode=200, total_turns=50_000, total_seconds=60.0, score=1234.5, total_reward=1500.0, turns=400.0,
    random_score=3.04, random_reward=-9.0, most_frequent_action="KEY_UP", most_frequent_share=0.3, is_best=True,
    games=10,
)  # fmt: skip
WORSE = replace(SCORED, score=3.04)
UNSCORED = replace(SCORED, score=None, random_score=None, is_best=False, games=1)


@pytest.mark.parametrize(
    ("evaluation", "line"),
    [
        (WORSE, "score 3.0 in 10 games (random play: 3.0), no better than random play"),
        (SCORED, "score 1,234.5 in 10 games (random play: 3.0), the best so far"),
        (UNSCORED, "return 1,500.0 in 1 game (random play: -9.0)"),
    ],
    ids=["no better", "scored", "unscored"],
)
def test_a_line_on_standard_error(capsys, evaluation, line):
    Progress(EpisodeGoal(0, 1000)).evaluated(evaluation)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"  without random keys: {line}\n")


def test_the_bar_keeps_the_last_one(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "150")
    with Progress(EpisodeGoal(0, 1000)) as progress:
        progress.evaluated(UNSCORED)
        progress.evaluated(SCORED)
        progress.episode_finished(EpisodeFinished(201, 7.0, 100, 0.1, None, "game over", 50_100))
    *above, bar = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", capsys.readouterr().err).rstrip().splitlines()
    assert [line for line in above if line.startswith("  without random keys: ")] == [
        "  without random keys: return 1,500.0 in 1 game (random play: -9.0)",
        "  without random keys: score 1,234.5 in 10 games (random play: 3.0), the best so far",
    ]
    assert "reward +7.0 · score 1,234.5 without random keys · " in bar


def test_info_tells_the_last_and_the_best(make_run, retro_gamer):
    scores = [(50_000, 10.0, True), (100_000, 1234.5, True), (150_000, 70.0, False)]
    evaluations = [
        replace(SCORED, total_turns=turns, score=score, is_best=best) for turns, score, best in scores
    ]
    make_run(log=evaluations)
    section = retro_gamer("info", SNAKE).out.partition("How good it is without random keys\n")[2]
    assert section.splitlines()[:3] == [
        "  mean score, from first to last: ▁█▁",
        "  last 70.0 after 150,000 turns; random play 3.0",
        "  best 1,234.5 after 100,000 turns, kept as best.pt",
    ]
    told = json.loads(retro_gamer("info", SNAKE, "--json").out)["training"]["evaluations"]
    assert [(line["total_turns"], line["score"], line["is_best"]) for line in told] == scores


def test_info_tells_the_return_where_there_is_no_score(make_run, retro_gamer):
    make_run(log=[UNSCORED])
    section = retro_gamer("info", SNAKE).out.partition("How good it is without random keys\n")[2]
    assert section.splitlines()[0] == "  last 1,500.0 after 50,000 turns; random play -9.0"
    assert "from first to last" not in section and "best.pt" not in section
