"""Where a person meets an alarm: beside the progress line, in ``info``, in the log."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.events import AlarmRaised
from retro_gamer_core.runs.training_log import read_training_log
from retro_gamer_core.terminal.progress import EpisodeGoal, Notes, Progress
from retro_gamer_loggers.json_lines import JsonLinesWriter

ALARM = AlarmRaised(
    "reward-never-seen",
    what='no reward in 20,008 turns: state["score"] has never changed',
    number=20_008,
    why="nothing can be learned",
    hint="reward = [another] number",
)
SHOWN = """\
Warning: no reward in 20,008 turns: state["score"] has never changed (reward-never-seen)
  why:   nothing can be learned
  try:   reward = [another] number
"""


@pytest.fixture
def logged(make_run, tmp_path):
    """A run in whose log it stands, the way loggers hear it."""
    run = make_run(tmp_path)
    log = JsonLinesWriter(run.path)
    log.alarm_raised(ALARM)
    log.note("alarming, but no alarm: it is late")
    log.state_dict()
    return run


@pytest.mark.parametrize("progress", [Notes(), Progress(EpisodeGoal(0, 10))], ids=["notes", "plain"])
def test_progress_shows_it_on_standard_error(progress, capsys):
    progress.alarm_raised(ALARM)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", SHOWN)


def test_the_bar_goes_on_below_it(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with Progress(EpisodeGoal(0, 10)) as progress:
        progress.alarm_raised(ALARM)
    shown = capsys.readouterr()
    assert shown.out == "" and SHOWN in shown.err


def test_the_log_tells_an_alarm_from_a_note(logged):
    [(code, text)] = read_training_log(logged.events).alarms.items()
    assert code == ALARM.code and text.startswith(ALARM.what) and ALARM.hint in text


def test_info_lists_it(logged):
    result = CliRunner().invoke(retro_gamer, ["info", str(logged.path)])
    assert "What to look at" in result.output and ALARM.what in result.output and ALARM.code in result.output
    result = CliRunner().invoke(retro_gamer, ["info", str(logged.path), "--json"])
    assert list(json.loads(result.stdout)["training"]["alarms"]) == [ALARM.code]


def test_info_is_silent_where_all_is_well(make_run, tmp_path):
    result = CliRunner().invoke(retro_gamer, ["info", str(make_run(tmp_path).path)])
    assert "What to look at" not in result.output
