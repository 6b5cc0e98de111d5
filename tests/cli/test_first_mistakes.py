"""What somebody types in the first hour and gets wrong: each answer is true, and says what does work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli.walking import walk_config, walk_game

from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.terminal.printing import into
from retro_gamer_core.training.loading import load_trainer

ENCODER = """\
import numpy as np
from retro_gamer_core import ObservationSpec


class Rows:
    \"\"\"How many characters stand in each row.\"\"\"

    def __init__(self, metadata):
        self.spec = ObservationSpec(0, 0, (), features=[f"row {y}" for y in range(metadata.board_size[1])])

    def encode(self, frame, cells, features):
        features[:] = (frame.codes != 0).sum(axis=1) / 10
"""


@pytest.fixture(autouse=True)
def path_as_it_was(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def trained(tmp_path) -> RunDirectory:
    (tmp_path / "walk.py").write_text(walk_game(), encoding="utf-8")
    run = RunDirectory.create(tmp_path / "runs" / "walk")
    run.config.write_text(walk_config((tmp_path / "walk.py").as_posix(), episodes=3), encoding="utf-8")
    load_trainer(run).train()
    return run


def test_a_file_or_a_directory_that_is_no_run_names_the_runs_there_are(retro_gamer, trained, tmp_path):
    (tmp_path / "snake.rgp").write_bytes(b"")
    for path in ("snake.rgp", "runs", "."):
        assert "choose one of: runs/walk" in retro_gamer("info", path).err.replace("\\", "/")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "notes.txt").touch()
    beside = retro_gamer("info", "elsewhere/notes.txt").err
    assert "notes.txt is a file; a run is a directory" in beside
    assert "--output elsewhere" not in beside, "create would refuse that"


def test_a_game_whose_package_is_not_installed(retro_gamer):
    assert retro_gamer("new", "game", "Space Rocks").code == 0
    for command in (("check", "space-rocks"), ("create", "--game", "space-rocks", "--output", "runs/first")):
        ended = retro_gamer(*command)
        assert ended.code == 1
        assert "the game space-rocks is not installed yet" in ended.err
        assert "try:   pip install -e ./space-rocks" in ended.err
    by_path = retro_gamer("check", "./space-rocks", "--quick")
    assert by_path.code == 0 and "all is well" in by_path.out


def test_nobody_is_told_to_go_where_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert into(Path()) == into(tmp_path) == []
    assert into(Path("other")) == ["cd other"]


def test_something_in_the_way_of_a_new_package_is_named(retro_gamer, tmp_path):
    (tmp_path / "notes.txt").touch()
    assert "the directory . is not empty" in retro_gamer("new", "encoder", "stripes", "--output", ".").err
    assert "notes.txt is a file" in retro_gamer("new", "encoder", "stripes", "--output", "notes.txt").err


def test_a_part_may_be_checked_by_its_file(retro_gamer, tmp_path):
    (tmp_path / "rows_of_mine.py").write_text(ENCODER, encoding="utf-8")
    ended = retro_gamer("check", "rows_of_mine.py:Rows", "--quick")
    assert ended.code == 0
    assert "The encoder 'rows_of_mine:Rows': all is well" in ended.out


def test_a_file_that_is_not_there_is_not_mistaken_for_a_module_of_python(retro_gamer):
    ended = retro_gamer("create", "--game", "snake", "--output", "run", "--encoder", "my_file:Rows")
    assert ended.code == 1
    assert "put my_file.py into" in ended.err and "did you mean" not in ended.err


def test_a_directory_is_no_place_for_an_export(retro_gamer, trained):
    for more in ((), ("--force",)):
        ended = retro_gamer("export", "runs/walk", "-o", "runs", *more)
        assert ended.code == 1
        assert "runs is a directory" in ended.err and "best.rgp" in ended.err


def test_a_policy_file_for_another_board(retro_gamer, trained):
    assert retro_gamer("export", "runs/walk", "-o", "walk.rgp", "--episodes", 0).code == 0
    for command in ("play", "evaluate"):
        ended = retro_gamer(command, "walk.rgp", "--game", "nav")
        assert (ended.code, ended.out) == (1, "")
        assert "walk.rgp cannot play nav: it learned on a board of 5×3, and this one has 25×25" in ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes a stream")
def test_closed_or_full_output_is_no_traceback(tmp_path, environment):
    command = f"{sys.executable} -m retro_gamer_core.cli list"
    for redirected in (">&-", "2>&-", ">&- 2>&-", *([">/dev/full"] if Path("/dev/full").exists() else [])):
        done = subprocess.run(
            f"{command} {redirected}",
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert "Traceback" not in done.stderr + done.stdout, redirected


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes a stream")
@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-"])
def test_training_needs_no_stream(trained, tmp_path, environment, closed):
    trained.config.write_text(walk_config((tmp_path / "walk.py").as_posix(), episodes=6), encoding="utf-8")
    command = f"{sys.executable} -m retro_gamer_core.cli train runs/walk {closed}"
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "internal" not in done.stderr and "nobody foresaw" not in done.stderr + done.stdout
    assert "ep_0006" in "".join(path.name for path in trained.checkpoints())


@pytest.mark.skipif(sys.platform == "win32", reason="needs bash")
@pytest.mark.parametrize("command", ["info runs/walk --why", "info runs/walk --json", "create --help"])
def test_who_reads_only_the_first_line_ends_nothing_with_an_error(trained, tmp_path, environment, command):
    started = {"event": "started", "choices": ["a reason"] * 50_000}
    trained.events.write_text(json.dumps(started) + "\n", encoding="utf-8")
    line = f"{sys.executable} -m retro_gamer_core.cli {command} | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr.replace("Next: ", "")[:9].strip()) in ((0, ""), (0, "retro-ga"))


@pytest.mark.parametrize("command", ["evaluate", "play", "train", "info", "export"])
def test_a_game_in_place_of_a_run_is_told_how_to_begin(retro_gamer, trained, command):
    ended = retro_gamer(command, "labyrinth")
    assert ended.code == 1
    assert "labyrinth is a game, and this asks for a run" in ended.err
    assert "retro-gamer create --game labyrinth --output runs/labyrinth" in ended.err


def test_a_run_of_somebody_who_had_a_package_more(retro_gamer, trained):
    lock = trained.parts_lock.read_text(encoding="utf-8")
    gone = '[[part]]\nkind = "encoder"\nname = "gone"\nfactory = "gone:Gone"\nplugin = "gone"\n'
    trained.parts_lock.write_text(
        f'{lock}\n{gone}distribution = "retro-gamer-gone"\nversion = "1.0"\n', encoding="utf-8"
    )
    config = trained.config.read_text(encoding="utf-8")
    trained.config.write_text(f'{config}\n[preprocessing]\nencoder = "gone"\n', encoding="utf-8")
    for command in ("train", "play"):
        ended = retro_gamer(command, "runs/walk")
        assert ended.code == 1
        assert "there is no encoder called 'gone'" in ended.err
        assert "pip install retro-gamer-gone==1.0" in ended.err
