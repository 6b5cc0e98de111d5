"""``retro-gamer train --for 25m``: what may be typed, what is told, and that it ends in time."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from cli.walking import walk_config, walk_game
from click import BadParameter
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.cli.train import parse_duration
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.terminal.progress import say_clock_time, say_duration

MINUTE, HOUR, YEAR = 60, 3600, 366 * 24 * 3600


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("25m", 25 * MINUTE),
        ("90s", 90),
        ("1h", HOUR),
        ("1h30m", 90 * MINUTE),
        ("1h30m5s", 90 * MINUTE + 5),
        ("1.5h", 90 * MINUTE),
        ("0.5s", 0.5),
        (" 2 H 10 M ", 130 * MINUTE),
        ("10 min", 10 * MINUTE),
        ("1 hour 1 minute 30 seconds", HOUR + 90),
    ],
)
def test_ways_to_type_a_length_of_time(typed, seconds):
    assert parse_duration(typed) == seconds


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("25", "25m for minutes, 25s for seconds, 25h for hours"),
        ("1.5", "1.5m for minutes"),
        ("soon", "'soon' is no length of time; try 25m, 90s or 1h30m"),
        ("", "try 25m"),
        ("30m1h", "try 25m"),
        ("1h30", "try 25m"),
        ("25m please", "try 25m"),
        ("-5m", "try 25m"),
        ("1e3s", "try 25m"),
        ("0m", "0m is no time at all; try 25m"),
        ("9000h", "9000h is longer than a year"),
        ("9" * 400 + "h", "longer than a year"),
    ],
)
def test_what_is_no_length_of_time_is_explained(typed, told):
    with pytest.raises(BadParameter, match=re.escape(told)):
        parse_duration(typed)


@given(st.integers(1, YEAR))
def test_what_is_told_can_be_typed(seconds):
    assert parse_duration(say_duration(seconds)) == seconds


@given(st.integers(0, 8000), st.integers(0, 59), st.integers(1, 59))
def test_hours_minutes_and_seconds_add_up(hours, minutes, seconds):
    assert parse_duration(f"{hours}h{minutes}m{seconds}s") == hours * HOUR + minutes * MINUTE + seconds


def test_lengths_of_time_in_words():
    assert say_duration(25 * MINUTE) == "25 minutes"
    assert say_duration(HOUR + MINUTE + 1) == "1 hour 1 minute 1 second"
    assert say_duration(0.5) == "0.5 seconds"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(5, "23:20:05"), (20 * MINUTE, "23:40"), (HOUR, "2026-11-21 00:20"), (48 * HOUR, "2026-11-22 23:20")],
)
def test_times_on_the_clock(seconds, told):
    now = datetime(2026, 11, 20, 23, 20)
    assert say_clock_time(now + timedelta(seconds=seconds), now) == told


def test_nonsense_is_refused_before_anything_happens(retro_gamer):
    ended = retro_gamer("train", "run", "--for", "25")
    assert ended.code == 2
    assert "Invalid value for '--for': 25 of what? Add the unit: 25m for minutes" in ended.err


def test_it_trains_for_that_long_and_goes_on(retro_gamer, tmp_path):
    assert retro_gamer("create", "--game", "snake", "--output", "run", "--seed", "1").code == 0
    run = RunDirectory(tmp_path / "run")
    ended = retro_gamer("train", "run", "--for", "6s")
    assert ended.code == 0, ended.err
    first, *_ = ended.err.splitlines()
    assert re.fullmatch(
        r"Training snake: until (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d \(6 seconds\)\. Ctrl-C stops and saves\.",
        first,
    )
    assert re.search(
        r"^Note: about [\d,]+ turns will have been played when time is up", ended.err, re.MULTILINE
    )
    assert re.search(
        r"^Time is up \(6 seconds\): [\d,]+ episodes, [\d,]+ turns in all\. Everything is saved in run\.",
        ended.out,
    )
    assert re.search(
        r"clock: retro-gamer create --game snake --recipe standard --seed 1 .*--output", ended.out
    )
    assert "retro-gamer play run" in ended.err and "retro-gamer train run --for 10m" in ended.err
    finished = last_event(run)
    assert finished["reason"] == "time is up"
    assert not run.final_checkpoint.exists()
    played = retro_gamer("play", "run", "--seed", "3", "--max-turns", "50")
    assert played.code == 0, played.err

    again = retro_gamer("train", "run", "--for", "4s")
    assert again.code == 0, again.err
    assert f"after episode {finished['episodes']:,}." in again.out
    more = last_event(run)
    assert more["total_turns"] > finished["total_turns"] and more["reason"] == "time is up"


def last_event(run: RunDirectory) -> dict[str, object]:
    return json.loads(run.events.read_text(encoding="utf-8").splitlines()[-1])


@pytest.mark.parametrize("now", ["0.0", "1e6 - next(count)"], ids=["stands still", "goes back"])
def test_it_ends_although_the_clock_of_the_computer(retro_gamer, tmp_path, now):
    assert retro_gamer("create", "--game", "snake", "--output", "run", "--recipe", "classic").code == 0
    clock = f"import itertools, time\ncount = itertools.count()\ntime.monotonic = time.perf_counter = lambda: {now}\n"
    (tmp_path / "site-packages" / "sitecustomize.py").write_text(clock, encoding="utf-8")
    ended = retro_gamer("train", "run", "--for", "2s")
    assert ended.code == 0, ended.err
    assert "Time is up (2 seconds): " in ended.out


def test_so_many_turns_in_all(retro_gamer, tmp_path):
    (tmp_path / "walk.py").write_text(walk_game(), encoding="utf-8")
    (tmp_path / "run").mkdir()
    config = walk_config("walk.py", episodes=5)
    (tmp_path / "run" / "config.toml").write_text(config, encoding="utf-8")
    run = RunDirectory(tmp_path / "run")

    both = retro_gamer("--trust", "train", "run", "--for", "1s", "--turns", "100")
    assert both.code == 2 and "give --for or --turns" in both.err
    ended = retro_gamer("--trust", "train", "run", "--turns", "100")
    assert ended.code == 0 and ended.err.startswith("Training walk.py: 100 turns."), ended.err
    assert re.search(r"^Done: 6 episodes, 100 turns\. Everything is saved in run\.", ended.out, re.MULTILINE)
    assert last_event(run)["total_turns"] == 100
    again = retro_gamer("--trust", "train", "run", "--turns", "100")
    assert again.code == 0 and "All 100 turns have been played already." in again.out
