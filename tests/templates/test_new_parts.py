"""A new part of each kind: the smallest package that works, installed and used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib

import pytest
from click.testing import CliRunner

from retro_gamer_core.cli.new import _PARTS as KINDS
from retro_gamer_core.cli.new import new
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.templates.part_package import new_part
from retro_gamer_core.templates.rendering import write_files


def test_all_of_them_install_together_pass_their_tests_and_train_by_name_and_by_import_path(
    tmp_path, elsewhere, build_wheel
):
    parts, wheels = {}, []
    tests = elsewhere.directory / "tests"
    for kind in KINDS:
        parts[kind], files = new_part(kind, f"first {kind}")
        project = tmp_path / parts[kind].distribution
        write_files(project, files)
        wheels.append(build_wheel(project))
        shutil.copytree(project / "tests", tests, dirs_exist_ok=True)
    elsewhere.install(*wheels)

    listed = json.loads(elsewhere.retro_gamer("plugins", "--json"))
    ok = {plugin["name"] for plugin in listed["plugins"] if plugin["status"] == "ok"}
    assert {part.module for part in parts.values()} <= ok
    elsewhere.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", tests)

    for run, names in {
        "by-name": {kind: part.name for kind, part in parts.items()},
        "by-import-path": {kind: part.factory for kind, part in parts.items()},
    }.items():
        elsewhere.retro_gamer(
            *("create", "--game", "snake", "--output", run, "--training-episodes", 10, "--seed", 1),
            *("--encoder", names["encoder"], "--network", names["network"]),
            *("--set", "preprocessing.radius=2", "--set", "model.neurons=8", "--set", "training.recent=0.3"),
            *("--set", f"training.memory={names['memory']}", "--set", "training.learning_starts=200"),
            *("--set", f"logging.loggers=['training_log', '{names['logger']}']"),
            *("--learner", names["learner"], "--set", f"wrapping.wrappers=['{names['wrapper']}']"),
        )
        elsewhere.retro_gamer("train", run)
    tables = [elsewhere.directory / run / "first_logger.csv" for run in ("by-name", "by-import-path")]
    assert tables[0].read_text(encoding="utf-8").splitlines()[1].startswith("10,")
    assert tables[0].read_bytes() == tables[1].read_bytes()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("stripes", "stripes"),
        ("My Encoder", "my_encoder"),
        ("class", "class_encoder"),
        ("2fast", "encoder_2fast"),
        ('Ünïcode\'s "best"', "unicodes_best"),
        ("{{ 1 / 0 }}", "encoder_1_0"),
        ("../up\\", "up"),
        ("🚀", "my_encoder"),
    ],
)
def test_any_name_gives_a_good_package(typed, name, tmp_path):
    part, files = new_part("encoder", typed)
    assert part.name == name
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["name"] == part.distribution
    assert project["entry-points"]["retro_gamer"] == {part.module: part.module}
    write_files(tmp_path, files)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--config", "src = ['.']", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_is_clean_and_about_a_screen_long(kind, tmp_path):
    part, files = new_part(kind, "tidy")
    write_files(tmp_path, files)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--config", "src = ['.']", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    assert len(files[f"{part.module}/{part.file}"].splitlines()) < 70


def test_a_name_that_another_part_has_is_refused():
    with pytest.raises(RetroGamerError, match="my_egocentric"):
        new_part("encoder", "egocentric")


@pytest.mark.parametrize("name", ["core", "dqn", "gymnasium"])
def test_a_name_that_would_put_a_package_in_the_place_of_another_is_refused(name):
    with pytest.raises(RetroGamerError, match=f"retro_gamer_{name} already"):
        new_part("encoder", name)


def test_nothing_is_ever_written_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "retro-gamer-first" / "notes.txt"
    there.parent.mkdir()
    there.write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(new, ["logger", "first"])
    assert isinstance(done.exception, RetroGamerError)
    assert [path.name for path in tmp_path.rglob("*")] == ["retro-gamer-first", "notes.txt"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["encoder"], "a name is missing"),
        (["encoder", "stripes", "--author", "Ada"], "--author is for a game"),
        (["picture", "stripes"], "'picture' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_told(arguments, told):
    done = CliRunner().invoke(new, arguments)
    assert done.exit_code == 2
    assert told in done.output
