"""The seal of a run: made by one person on one computer, for one directory."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from retro_gamer_core.runs.made_here import SEAL, is_sealed, seal
from retro_gamer_core.runs.run_directory import RunDirectory

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="the place of the key has no variable there")


@pytest.fixture(autouse=True)
def my_key(tmp_path, monkeypatch):
    def someone(name: str) -> None:
        for variable in ("XDG_CONFIG_HOME", "APPDATA"):
            monkeypatch.setenv(variable, str(tmp_path / name))

    someone("me")
    return someone


def test_a_run_that_is_made_is_sealed_and_stays_so_when_it_is_moved(tmp_path):
    run = RunDirectory.create(tmp_path / "run", "")
    assert is_sealed(run.path)
    (tmp_path / "elsewhere").mkdir()
    assert is_sealed(run.path.rename(tmp_path / "elsewhere" / "renamed"))


def test_a_copy_is_not(tmp_path):
    run = RunDirectory.create(tmp_path / "run", "")
    shutil.copytree(run.path, tmp_path / "copy")
    assert (tmp_path / "copy" / SEAL).is_file() and not is_sealed(tmp_path / "copy")


def test_nor_is_what_somebody_else_has_sealed(tmp_path, my_key):
    my_key("a stranger")
    run = RunDirectory.create(tmp_path / "run", "")
    my_key("me")
    assert not is_sealed(run.path)
    seal(run.path)
    assert is_sealed(run.path)


@pytest.mark.parametrize("written", ["", "0" * 64, "é", "x" * 5000])
def test_nor_is_what_says_something_else(tmp_path, written):
    run = RunDirectory.create(tmp_path / "run", "")
    (run.path / SEAL).write_text(written, encoding="utf-8")
    assert not is_sealed(run.path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_nor_is_a_pipe_waited_for(tmp_path):
    run = RunDirectory.create(tmp_path / "run", "")
    (run.path / SEAL).unlink()
    os.mkfifo(run.path / SEAL)
    assert not is_sealed(run.path)


def test_without_a_place_for_the_key_runs_can_be_made(tmp_path, my_key):
    (tmp_path / "a file").write_text("", encoding="utf-8")
    my_key("a file")
    assert not is_sealed(RunDirectory.create(tmp_path / "run", "").path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other ways to keep a file private")
def test_the_key_is_for_one_person_only(tmp_path):
    RunDirectory.create(tmp_path / "run", "")
    assert (tmp_path / "me" / "retro-gamer" / "key").stat().st_mode & 0o077 == 0
