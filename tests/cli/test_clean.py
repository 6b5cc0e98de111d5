"""``retro-gamer clean``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE

from retro_gamer_core.runs.run_directory import RunDirectory

SNAKE = str(Path("runs", "snake"))
MADE = {"ep_0100.pt", "ep_0200.pt", "ep_0300.pt", "turns_9000.npz", "turns_20800.npz", "training.jsonl"}


def files_in(run: Path) -> set[str]:
    return {path.name for path in run.rglob("*") if path.is_file()}


@pytest.fixture
def kept(trained_run) -> set[str]:
    """Files that training did not make, put where one might take them for its own."""
    own = (
        "notes.txt",
        "checkpoints/best one.pt",
        "checkpoints/ep_old.pt",
        "state/turns.txt",
        "set_aside/1/mine.pt",
    )
    for name in own:
        path = trained_run / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine", encoding="utf-8")
    return {Path(name).name for name in own} | {"config.toml"}


def test_yes_removes_what_training_made_and_nothing_else(trained_run, kept, retro_gamer):
    ended = retro_gamer("clean", SNAKE, "--yes")
    assert ended.code == 0
    assert all(name in ended.out for name in MADE)
    assert files_in(trained_run) == kept | {"training.lock"}
    assert "What stays: checkpoints/, config.toml, notes.txt, set_aside/, state/." in ended.out
    assert ended.err == f"\nNext: retro-gamer train {SNAKE}\n"


def test_a_dry_run_removes_nothing(trained_run, retro_gamer):
    ended = retro_gamer("clean", SNAKE, "--dry-run")
    assert ended.code == 0
    assert all(name in ended.out for name in MADE)
    assert "1.5 KB" in ended.out
    assert files_in(trained_run) == MADE | {"config.toml"}
    assert f"retro-gamer clean {SNAKE}" in ended.err


def test_without_a_terminal_nothing_is_removed_unasked(trained_run, retro_gamer):
    ended = retro_gamer("clean", SNAKE)
    assert ended.code == 2
    assert "--yes" in ended.err
    assert files_in(trained_run) == MADE | {"config.toml", "training.lock"}


def test_nothing_to_remove_is_fine(make_run, retro_gamer):
    make_run()
    for options in ([], ["--yes"], ["--dry-run"]):
        ended = retro_gamer("clean", SNAKE, *options)
        assert ended.code == 0
        assert "nothing to remove" in ended.out


def test_a_run_that_is_being_trained_is_left_alone(trained_run, retro_gamer):
    with RunDirectory(trained_run).hold():
        ended = retro_gamer("clean", SNAKE, "--yes")
        assert ended.code == 1
        assert "training this run already" in ended.err
        assert files_in(trained_run) >= MADE


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no limit for the size of files")
def test_a_full_disk_can_be_cleaned(trained_run, retro_gamer, no_room):
    (trained_run / "training.pid").write_text(
        "process 1 on lab-7 since 2026-11-28 19:52:47", encoding="utf-8"
    )
    ended = retro_gamer("clean", SNAKE, "--yes", preexec_fn=no_room)
    assert ended.code == 0, ended.err
    assert files_in(trained_run) == {"config.toml", "training.lock"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals in Python")
@pytest.mark.parametrize(
    ("answer", "left", "code"),
    [(b"y\n", {"config.toml"}, 0), (b"n\n", MADE | {"config.toml"}, 0), (b"\n", MADE | {"config.toml"}, 0),
     (b"\x04", MADE | {"config.toml"}, 130)],
    ids=["yes", "no", "just Enter", "Ctrl-D"],
)  # fmt: skip
def test_on_a_terminal_it_asks(tmp_path, environment, trained_run, answer, left, code):
    import pty

    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "retro_gamer_core.cli", "clean", SNAKE],
        cwd=tmp_path, env=environment, stdin=its_end, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    asked = b""
    while b"[y/N]" not in asked and (printed := process.stderr.read(1)):
        asked += printed
    os.write(terminal, answer)
    process.communicate(timeout=PATIENCE)
    os.close(its_end)
    os.close(terminal)
    assert b"Remove these 6 files?" in asked
    assert process.returncode == code
    assert files_in(trained_run) == left | {"training.lock"}
