"""Whole duels, small ones: what they leave behind, and that nothing is lost or done twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from retro_gamer_core.duels.directory import DuelDirectory
from retro_gamer_core.duels.duel import Stopped
from retro_gamer_core.duels.opponent import Snapshot
from retro_gamer_core.duels.sides import open_sides
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.training.loading import load_trainer


def outcome() -> dict[str, object]:
    """All that a duel has come to, byte for byte: policies, matches, ratings."""
    directory = Path("duel")
    policies = {file.name: file.read_bytes() for file in sorted((directory / "snapshots").iterdir())}
    texts = {name: (directory / name).read_text() for name in ("duel.json", "matches.jsonl", "ratings.json")}
    return {**policies, **texts}


@pytest.fixture
def fresh_sides(make_run):
    """``fresh_sides()``: the same two runs once more, from the beginning."""

    def fresh_sides():
        for place in ("runs", "duel"):
            shutil.rmtree(place, ignore_errors=True)
        make_run("chaser")
        make_run("runner")
        return open_sides(Path("runs/chaser"), Path("runs/runner"))

    return fresh_sides


def test_what_a_duel_leaves_behind(sides, play_duel):
    duel, watched, progress = play_duel(sides, rounds=2)
    names = [snapshot.name for snapshot in duel.record.snapshots]
    assert names == ["chaser-random", "runner-random", "chaser-1", "runner-1", "chaser-2", "runner-2"]
    assert watched.trained == [(1, "chaser"), (1, "runner"), (2, "chaser"), (2, "runner")]
    assert [(s.first.name, s.last.name, s.rival.name, s.now.of) for s in progress] == [
        ("chaser-1", "chaser-2", "runner-1", 4),
        ("runner-1", "runner-2", "chaser-1", 4),
    ]
    directory = DuelDirectory("duel")
    assert directory.read() == duel.record
    told = json.loads(Path("duel/ratings.json").read_text(encoding="utf-8"))
    assert told["schema"] == 1 and set(told["ratings"]) == set(names)
    assert len(directory.matches("table")) == 1 + 3 + 5 and len(directory.matches("comparison")) == 3

    # Each run is an ordinary one that has gone on for two rounds, and can go on.
    for side in sides:
        last = duel.record.of(side.name)[-1]
        assert 12 <= last.episode < 12 + 4 * 2
        assert side.run.newest_checkpoint().name == f"ep_{last.episode:04d}.pt"
        assert "training_episodes" not in side.run.config.read_text(encoding="utf-8")
        assert not (side.path / "set_aside").exists()
        trainer = load_trainer(side.run)
        assert trainer.load_newest() and trainer.loop.episodes == last.episode


def test_stopped_again_and_again_and_gone_on_with_it_is_the_same_duel(fresh_sides, play_duel):
    play_duel(fresh_sides(), rounds=2)
    unstopped = outcome()
    sides, sessions = fresh_sides(), 1
    while True:
        try:
            play_duel(sides, rounds=2, stop_at=2)  # in the middle of the second step from here
            break
        except Stopped:
            sessions += 1
    assert sessions == 8
    assert outcome() == unstopped


def test_what_is_done_is_not_done_again_and_more_rounds_go_on(sides, play_duel):
    play_duel(sides, rounds=1)
    _, watched, again = play_duel(sides, rounds=1)
    assert (watched.trained, watched.matches_played) == ([], 0)
    assert again[0].first == again[0].last

    duel, watched, progress = play_duel(sides, rounds=2, opponents="newest")
    assert watched.trained == [(2, "chaser"), (2, "runner")]
    assert progress[0].last.name == "chaser-2"
    assert len(duel.record.snapshots) == 6


def test_a_side_that_had_trained_before_is_no_random_player(make_run, play_duel):
    make_run("chaser")
    run = make_run("runner", training={"training_episodes": 5})
    load_trainer(run).train()
    duel, _, progress = play_duel(open_sides(Path("runs/chaser"), Path("runs/runner")), rounds=1)
    assert duel.record.of("runner")[0] == Snapshot("runner", 0, 5, "runner-0.rgp")
    assert progress[1].first.name == "runner-0" and progress[1].last.name == "runner-1"
    assert progress[0].rival.name == "runner-0"


def test_games_in_a_process_of_their_own_meet_the_same_opponents(make_run, play_duel):
    policies = []
    for elsewhere in (False, True):
        for place in ("runs", "duel"):
            shutil.rmtree(place, ignore_errors=True)
        for side in ("chaser", "runner"):
            make_run(side, training={"game_process": elsewhere})
        play_duel(open_sides(Path("runs/chaser"), Path("runs/runner")), rounds=1)
        policies.append({name: file for name, file in outcome().items() if name.endswith(".rgp")})
        log = Path("runs/chaser/training.log").read_text(encoding="utf-8")
        assert ("played in a process of their own" in log) is elsewhere
    assert len(policies[0]) == 2
    assert policies[0] == policies[1]


def test_half_a_line_of_a_killed_process_does_not_count(sides, play_duel):
    play_duel(sides, rounds=1)
    matches = Path("duel/matches.jsonl")
    whole = matches.read_bytes()
    matches.write_bytes(whole[:-9])
    _, watched, _ = play_duel(sides, rounds=1)
    assert watched.matches_played == 4
    assert matches.read_bytes() == whole


def test_places_that_are_taken_are_left_alone(sides, make_run, play_duel):
    Path("taken").mkdir()
    Path("taken/essay.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RetroGamerError, match="taken holds something else than a duel"):
        play_duel(sides, output="taken")
    assert [path.name for path in Path("taken").iterdir()] == ["essay.txt"]

    play_duel(sides, rounds=1)
    with pytest.raises(RetroGamerError, match=r"holds another duel: chaser \(.*\) against runner"):
        play_duel(sides[::-1], rounds=1)
    Path("duel/duel.json").write_text("{", encoding="utf-8")
    with pytest.raises(RetroGamerError, match=r"duel\.json cannot be read"):
        play_duel(sides, rounds=1)


def test_a_duel_can_be_moved_together_with_its_runs(sides, play_duel, desk):
    play_duel(sides, rounds=1, output="runs/duel")
    record = DuelDirectory("runs/duel").read()
    shutil.move(desk / "runs", desk / "elsewhere")
    moved = DuelDirectory("elsewhere/duel").read()
    assert moved.snapshots == record.snapshots
    assert moved.runs == ((desk / "elsewhere/chaser").resolve(), (desk / "elsewhere/runner").resolve())
