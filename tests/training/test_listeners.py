"""Loggers and life-cycle hooks hear everything; one that fails is named once and left out, and training goes on."""

from __future__ import annotations

import importlib
import json
import random

import numpy as np
import pytest

from retro_gamer_core.games.finding import find_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.training.loading import load_trainer

LOGGER = """\
class Fails:
    def __init__(self, run_directory):
        self.heard = 0

    def __getattr__(self, what):
        def hear(*arguments):
            if what == AT:
                raise RuntimeError("the disk is made of cheese")
            return {} if what == "state_dict" else None
        return hear
"""

PLUGIN = """\
import json
from retro_gamer_core import hookimpl

heard = []

@hookimpl
def retro_gamer_training_started(run):
    heard.append(["started", run.directory.name, run.game != "", run.seed])

@hookimpl
def retro_gamer_episode_finished(run, episode):
    heard.append(["episode", episode.number])
    if episode.number == 3:
        raise LookupError("three is too many")

@hookimpl
def retro_gamer_checkpoint_saved(checkpoint):
    heard.append(["checkpoint", checkpoint.path.name, checkpoint.path.is_file()])

@hookimpl
def retro_gamer_training_finished(outcome):
    heard.append(["finished", outcome.reason, outcome.episodes])
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """An installed plugin that listens; the module, whose ``heard`` says what it heard."""
    site = tmp_path / "site-packages"
    information = site / "listens-1.0.dist-info"
    information.mkdir(parents=True)
    (site / "listens.py").write_text(PLUGIN, encoding="utf-8")
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: listens\nVersion: 1.0\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text("[retro_gamer]\nlistens = listens\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    importlib.invalidate_caches()
    return importlib.import_module("listens")


def test_a_plugin_hears_of_everything_until_its_hook_raises(make_run, heard, plugin, tmp_path):
    run = make_run(tmp_path, training={"training_episodes": 12})
    assert load_trainer(run).train([heard]).reason == "finished"
    assert plugin.heard == [
        ["started", "run", True, 7],
        ["episode", 1],
        ["episode", 2],
        ["episode", 3],
        ["checkpoint", "ep_0010.pt", True],
        ["checkpoint", "ep_0012.pt", True],
        ["finished", "finished", 12],
    ]
    [note] = heard.notes
    assert "listens 1.0" in note and "retro_gamer_episode_finished" in note
    assert "LookupError: three is too many" in note and "listens.py:14" in note
    assert run.log.read_text(encoding="utf-8").count("three is too many") == 1


WHAT_LOGGERS_HEAR = (
    "training_started",
    "note",
    "episode_finished",
    "checkpoint_saved",
    "training_finished",
    "state_dict",
    "load_state_dict",
)


@pytest.mark.parametrize("at", WHAT_LOGGERS_HEAR)
def test_a_logger_that_fails_is_named_once_and_training_goes_on(
    make_run, heard, stop_at, tmp_path, monkeypatch, at
):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "cheese.py").write_text(f"AT = {at!r}\n\n{LOGGER}", encoding="utf-8")
    run = make_run(tmp_path, logging={"loggers": ["training_log", "cheese:Fails", "json_lines"]})
    trainer = load_trainer(run)
    first = trainer.train([heard], stop_at(trainer, 150))
    trainer = load_trainer(run)
    assert trainer.load_newest()
    last = trainer.train([heard])
    assert (first.reason, last.reason) == ("interrupted", "finished")
    failures = [note for note in heard.notes if "the disk is made of cheese" in note]
    sessions = 1 if at in ("load_state_dict", "note") else 2
    assert (
        failures
        == [
            "the logger cheese:Fails failed and is not used any more: RuntimeError: the disk is made of cheese"
        ]
        * sessions
    )
    events = [json.loads(line)["event"] for line in run.events.read_text(encoding="utf-8").splitlines()]
    assert events.count("episode") == 40
    assert [episode.number for episode in heard.episodes] == [*range(1, 41)]


class Exits:
    """A logger that calls ``exit()`` when an episode ends."""

    def __init__(self, run_directory):
        pass

    def __getattr__(self, what):
        def hear(*arguments):
            if what == "episode_finished":
                raise SystemExit(3)
            return {} if what == "state_dict" else None

        return hear


def test_whoever_exits_ends_alone(make_run, heard, plugin, tmp_path, monkeypatch):
    monkeypatch.setattr(plugin, "LookupError", SystemExit, raising=False)
    assert load_trainer(make_run(tmp_path)).train([Exits(None), heard]).reason == "finished"
    assert len(heard.episodes) == 40
    assert [note for note in heard.notes if "Exits" in note and "SystemExit" in note]
    assert [note for note in heard.notes if "listens 1.0" in note and "SystemExit" in note]


class StopsAtFive:
    """A listener that has seen enough after five episodes."""

    def training_started(self, run, choices):
        self.stop = run.stop

    def note(self, line): ...

    def episode_finished(self, episode):
        if episode.number == 5:
            self.stop()

    def checkpoint_saved(self, checkpoint): ...

    def training_finished(self, outcome): ...


def test_a_listener_or_a_hook_may_stop_training_and_nothing_is_lost(
    make_run, heard, outcome_of, assert_same, plugin, tmp_path, tmp_path_factory
):
    run, whole = (make_run(tmp_path_factory.mktemp(name)) for name in ("stopped", "whole"))
    outcome = load_trainer(run).train([heard, StopsAtFive()])
    assert (outcome.reason, outcome.episodes) == ("stopped", 5) and heard.outcomes == [outcome]
    assert run.checkpoint_path(5).is_file() and run.newest_states()

    def stop_at_eight(run, episode):
        if episode.number == 8:
            run.stop()

    plugin.retro_gamer_episode_finished = plugin.hookimpl(stop_at_eight)
    installed_plugins.cache_clear()
    for reason, episodes in (("stopped", 8), ("finished", 40)):
        trainer = load_trainer(run)
        trainer.load_newest()
        outcome = trainer.train()
        assert (outcome.reason, outcome.episodes) == (reason, episodes)
    plugin.retro_gamer_episode_finished = plugin.hookimpl(lambda episode: None)
    installed_plugins.cache_clear()
    load_trainer(whole).train()
    there, expected = outcome_of(run), outcome_of(whole)
    for name in there["checkpoints"].keys() - expected["checkpoints"].keys():
        del there["checkpoints"][name]
    assert_same(there, expected)


def test_two_listeners_that_fail_together_are_each_named_once(make_run, heard, tmp_path):
    class Fails:
        def __getattr__(self, what):
            raise OSError(f"no {what}")

    outcome = load_trainer(make_run(tmp_path)).train([Fails(), Fails(), heard])
    assert outcome.reason == "finished"
    assert len(heard.notes) == 2


def test_a_listener_that_plays_games_of_its_own_changes_nothing(
    make_run, heard, outcome_of, assert_same, stop_at, tmp_path_factory
):
    run, watched = (make_run(tmp_path_factory.mktemp(name), training={"games_in_step": 3}) for name in "ab")
    load_trainer(run).train()

    def play_a_game(episode):
        random.seed()
        find_game((watched.path.parent / "game.py").as_posix()).factory()
        np.random.random()

    heard.episode_finished = play_a_game
    trainer = load_trainer(watched)
    trainer.train([heard], stop_at(trainer, 150))
    trainer = load_trainer(watched)
    trainer.load_newest()
    trainer.train([heard])
    assert_same(outcome_of(watched)["loop"], outcome_of(run)["loop"])


def test_an_outcome_is_told_even_if_training_fails(make_run, heard, tmp_path, monkeypatch):
    """Whatever goes wrong, listeners may close what is open."""
    trainer = load_trainer(make_run(tmp_path))

    def fail(batch):
        raise MemoryError

    monkeypatch.setattr(trainer.player.learner, "learn", fail)
    with pytest.raises(MemoryError):
        trainer.train([heard])
    assert [outcome.reason for outcome in heard.outcomes] == ["failed"]
    assert not (trainer.run.path / "training.pid").exists()


def test_the_second_ctrl_c_ends_at_once_and_counts_as_an_interruption(make_run, heard, tmp_path, monkeypatch):
    trainer = load_trainer(make_run(tmp_path))

    def interrupt(batch):
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer.player.learner, "learn", interrupt)
    with pytest.raises(KeyboardInterrupt):
        trainer.train([heard])
    assert [outcome.reason for outcome in heard.outcomes] == ["interrupted"]
