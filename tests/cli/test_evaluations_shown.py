"""Where a person meets an evaluation made while training: beside the progress line, and in ``info``."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from retro_gamer_core.events import AlarmRaised, EpisodeFinished, Evaluated, Outcome
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


def drawn(capsys, monkeypatch, columns: int) -> list[str]:
    """The lines of a terminal of so many columns after two evaluations and an alarm."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    with Progress(EpisodeGoal(0, 1000), {"random": 3.04, "scripted": 3848.0}) as progress:
        progress.evaluated(replace(SCORED, score=100.0))
        progress.evaluated(SCORED)
        progress.alarm_raised(AlarmRaised("reward-rare", "few rewards", 5, "why", "try", episode=150))
        progress.episode_finished(EpisodeFinished(201, 7.0, 100, 0.1, None, "game over", 50_100))
    return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", capsys.readouterr().err).rstrip().splitlines()


def test_a_panel_has_the_curve_beside_random_play_and_others_and_the_last_warning(capsys, monkeypatch):
    *above, bar, good, warning = drawn(capsys, monkeypatch, 80)
    assert not [line for line in above if line.startswith("  without random keys: ")], "said once, below"
    assert any("few rewards" in line for line in above), "an alarm is told in full"
    assert "left (till " in bar and "without random keys" not in bar
    assert good == "score 1,234.5 without random keys ▁█ · best 1,234.5 · random play 3.0"
    assert warning == "last warning: reward-rare, after episode 150"
    assert all(len(line) < 80 for line in (bar, good, warning))


def test_the_last_evaluation_is_told_though_no_episode_comes_after_it(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with Progress(EpisodeGoal(0, 1000)) as progress:
        progress.evaluated(replace(SCORED, score=100.0))
        progress.episode_finished(EpisodeFinished(201, 7.0, 100, 0.1, None, "game over", 50_100))
        progress.evaluated(SCORED)
        progress.training_finished(Outcome("finished", 201, 50_100, 60.0))
    shown = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", capsys.readouterr().err)
    told = [line for line in shown.splitlines() if "  without random keys: " in line]
    assert len(told) == 1, "the first one was drawn"
    assert "1,234.5" in told[0]


def test_a_narrow_window_has_one_line(capsys, monkeypatch):
    *above, bar = drawn(capsys, monkeypatch, 69)
    assert len([line for line in above if line.startswith("  without random keys: ")]) == 2
    assert bar.startswith("episode 201 of 1,000 ") and len(bar) < 69


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
