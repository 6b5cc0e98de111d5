"""training.jsonl: one JSON object an event, exact numbers, null for what JSON does not know."""

import json
import math
from importlib import import_module
from pathlib import Path

import pytest

import retro_gamer_loggers
from retro_gamer_core import CheckpointSaved, EpisodeFinished, Outcome, RunInfo
from retro_gamer_core.contracts import Logger
from retro_gamer_loggers.json_lines import JsonLinesWriter


def episode(number: int, loss: float | None = 1 / 3) -> EpisodeFinished:
    told = {"learning_rate": 0.5, "norm": math.nan}
    return EpisodeFinished(number, 0.1 + 0.2, 145, 0.995, loss, "turn limit", 145 * number, told)


@pytest.fixture
def run(tmp_path) -> RunInfo:
    return RunInfo(tmp_path, "snake", 7)


def records(run: RunInfo) -> list[dict]:
    lines = (run.directory / "training.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line, parse_constant=pytest.fail) for line in lines]


def test_every_event_is_an_object(run):
    log = JsonLinesWriter(run.directory)
    assert isinstance(log, Logger)
    assert list(run.directory.iterdir()) == []
    log.training_started(run, ["a choice", "the character ☻"])
    log.note("a note")
    log.episode_finished(episode(1))
    path = run.directory / "checkpoints" / "ep_0001.pt"
    log.checkpoint_saved(CheckpointSaved(path, 1, 1, 0.5, 145.0, None, 0.97, 2.5, 2.5, 145, math.inf))
    log.training_finished(Outcome("failed", 1, 145, 2.5))
    started, note, played, saved, finished = records(run)
    assert started.pop("time") <= finished.pop("time")
    choices = ["a choice", "the character ☻"]
    assert started == {"event": "started", "schema": 1, "game": "snake", "seed": 7, "choices": choices}
    assert note == {"event": "note", "text": "a note"}
    assert played == {
        "event": "episode",
        "number": 1,
        "total_reward": 0.1 + 0.2,
        "turns": 145,
        "epsilon": 0.995,
        "average_loss": 1 / 3,
        "ended": "turn limit",
        "total_turns": 145,
        "statistics": {"learning_rate": 0.5, "norm": None},
    }
    assert saved == {
        "event": "checkpoint",
        "file": "ep_0001.pt",
        "episode": 1,
        "first_episode": 1,
        "average_reward": 0.5,
        "average_turns": 145.0,
        "average_loss": None,
        "epsilon": 0.97,
        "seconds": 2.5,
        "total_seconds": 2.5,
        "total_turns": 145,
        "turns_per_second": None,
    }
    assert finished == {
        "event": "finished",
        "reason": "failed",
        "episodes": 1,
        "total_turns": 145,
        "total_seconds": 2.5,
    }


def test_the_first_line_says_which_schema_whatever_it_is(run):
    log = JsonLinesWriter(run.directory)
    log.note("before the start")
    log.training_started(run, [])
    assert [record.get("schema") for record in records(run)] == [1, None]


@pytest.mark.parametrize("loss", [None, math.nan, math.inf])
def test_what_json_does_not_know_is_null(run, loss):
    log = JsonLinesWriter(run.directory)
    log.episode_finished(episode(1, loss))
    log.state_dict()
    assert records(run)[0]["average_loss"] is None


def test_a_resume_leaves_no_gap_and_no_repeat(run):
    log = JsonLinesWriter(run.directory)
    log.training_started(run, [])
    log.episode_finished(episode(1))
    state = log.state_dict()
    log.episode_finished(episode(2))
    log.training_finished(Outcome("interrupted", 2, 290, 1.0))

    log = JsonLinesWriter(run.directory)
    log.load_state_dict(state)
    log.training_started(run, [])
    for number in (2, 3):
        log.episode_finished(episode(number))
    log.training_finished(Outcome("finished", 3, 435, 1.0))
    found = records(run)
    assert [record["number"] for record in found if record["event"] == "episode"] == [1, 2, 3]
    assert [record["event"] for record in found][-1] == "finished"


def test_a_file_that_lost_lines_says_so(run):
    log = JsonLinesWriter(run.directory)
    log.load_state_dict({"size": 1000})
    log.training_finished(Outcome("finished", 0, 0, 0.0))
    assert "shorter" in records(run)[0]["text"]


def test_the_plugin_offers_both_loggers():
    parts = {part.name: part for part in retro_gamer_loggers.retro_gamer_loggers()}
    assert sorted(parts) == ["json_lines", "training_log"]
    for part in parts.values():
        module, _, attribute = part.factory.partition(":")
        assert isinstance(getattr(import_module(module), attribute)(Path()), Logger)
