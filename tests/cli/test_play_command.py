"""``retro-gamer play`` without a terminal: a few frames, how it ended, and what to type next."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli.walking import walk_config, walk_game

from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer

GAME = walk_game()


@pytest.fixture
def trained(tmp_path, monkeypatch) -> RunDirectory:
    """A run in the directory ``run``, trained for 20 episodes."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "walk.py").write_text(GAME, encoding="utf-8")
    run = RunDirectory.create(tmp_path / "run")
    path = (tmp_path / "walk.py").as_posix()
    run.config.write_text(walk_config(path, episodes=20), encoding="utf-8")
    load_trainer(run).train()
    return run


def test_frames_are_printed_where_there_is_no_terminal(retro_gamer, trained):
    ended = retro_gamer("play", "run", "--seed", 5)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert [line for line in lines if line.startswith("turn")] == ["turn 0", "turn 10", "turn 15"]
    assert lines[1] == lines[5] == "+-----+"
    assert lines[2:5] == ["|     |", "|  *  |", "|     |"]
    assert lines[-1].startswith("final.pt (episode 20): luck ")
    assert lines[-1].endswith(" after 15 turns, game over (seed 5)")
    assert "Next: retro-gamer play run --seed 5      (the same game again)" in ended.err
    assert "retro-gamer info run" in ended.err
    assert "\x1b" not in ended.out + ended.err

    again = retro_gamer("play", "run", "--seed", 5, "--checkpoint", "final")
    assert again.out == ended.out
    assert "retro-gamer play run --checkpoint final --seed 5 " in again.err


def test_an_earlier_checkpoint_and_a_limit(retro_gamer, trained):
    ended = retro_gamer("play", "run", "--checkpoint", "ep_0010", "--max-turns", 4)
    assert ended.code == 0
    assert "ep_0010.pt (episode 10)" in ended.out
    assert "after 4 turns, stopped at the limit of 4 turns" in ended.out


def test_what_cannot_be_played_is_explained(retro_gamer, trained, tmp_path):
    for arguments, expected in [
        (("run", "--checkpoint", "ep_0012"), "the nearest one is ep_0010"),
        (("run", "--checkpoint", "finale"), "did you mean final?"),
        (("rum",), "did you mean run?"),
    ]:
        ended = retro_gamer("play", *arguments)
        assert ended.code == 1
        assert expected in ended.err
    trained.final_checkpoint.write_bytes(b"no checkpoint")
    damaged = retro_gamer("play", "run", "--checkpoint", "final")
    assert damaged.code == 1
    assert "final.pt cannot be read as a checkpoint" in damaged.err
    for path in (*trained.checkpoints(), trained.best_checkpoint):  # which is played where it is all there is
        path.unlink()
    untrained = retro_gamer("play", "run")
    assert untrained.code == 1
    assert "has no checkpoint yet" in untrained.err and "retro-gamer train run" in untrained.err


def test_a_game_that_raises_names_turn_seed_and_line(retro_gamer, trained, tmp_path):
    game = GAME.replace("game.end()", "game.state['nothing']").replace("== 15", "== 6")
    (tmp_path / "walk.py").write_text(game, encoding="utf-8")
    ended = retro_gamer("play", "run", "--seed", 7)
    assert ended.code == 4
    assert "the game raised KeyError: 'nothing'" in ended.err
    assert "walk.py:13, in play_turn: game.state['nothing']" in ended.err
    assert "(turn 6, seed 7)" in ended.err
    assert "Traceback" not in ended.err


def flip_a_bit(path: Path) -> None:
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 4
    path.write_bytes(contents)


def test_a_damaged_checkpoint_is_never_played(retro_gamer, trained):
    best = trained.path / "checkpoints" / "best.pt"
    best.write_bytes(trained.final_checkpoint.read_bytes())
    for path in (best, trained.final_checkpoint):
        flip_a_bit(path)
    ended = retro_gamer("play", "run", "--checkpoint", "best")
    assert ended.code == 1 and "best.pt cannot be read as a checkpoint" in ended.err
    ended = retro_gamer("play", "run")
    assert ended.code == 0 and "ep_0020.pt (episode 20)" in ended.out
    assert "Warning: final.pt cannot be read" in ended.err


def test_training_goes_on_from_the_checkpoint_before_a_damaged_one(retro_gamer, trained):
    for state in trained.newest_states():
        state.unlink()
    for path in (trained.final_checkpoint, trained.checkpoint_path(20)):
        flip_a_bit(path)
    ended = retro_gamer("train", "run")
    assert ended.code == 0 and "Going on from ep_0010.pt, after episode 10." in ended.out
    assert "ep_0020.pt cannot be read" in ended.err and "trying the one before" in ended.err
