"""Reading the file: what is wrong with it as a file is shown where it stands."""

from __future__ import annotations

import pytest

from retro_gamer_core.configuration import read_config, read_sections
from retro_gamer_core.errors import ConfigurationError

SNAKE = """\
config_version = 1
[game]
name = "snake"
[metadata]
actions = ["KEY_UP"]
reward = "score"
character_set = ["@", "█"]
"""


@pytest.fixture
def config_file(tmp_path):
    """Writes a config.toml, as text or as bytes."""

    def write(content):
        path = tmp_path / "config.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [SNAKE, SNAKE.replace("\n", "\r\n"), "\ufeff" + SNAKE],
    ids=["plain", "windows line ends", "byte order mark"],
)
def test_a_file_from_any_editor(config_file, plugins, content):
    config = read_config(config_file(content), plugins)
    assert config.game == "snake"
    assert config.metadata.character_set == ["@", "█"]


def test_problems_are_told_with_the_path_of_the_file(config_file, plugins):
    path = config_file(SNAKE + "[training]\ngamma = 2.0\n")
    with pytest.raises(ConfigurationError) as raised:
        read_config(path, plugins)
    assert raised.value.problem.where == f"[training] in {path}"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigurationError) as raised:
        read_sections(tmp_path / "config.toml")
    assert str(tmp_path / "config.toml") in raised.value.problem.where
    assert "retro-gamer create" in raised.value.problem.hint


def test_a_directory_in_its_place(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        read_sections(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_in_another_encoding(config_file, encoding):
    path = config_file("# über\n".encode(encoding))
    with pytest.raises(ConfigurationError) as raised:
        read_sections(path)
    assert "line 1" in raised.value.problem.what
    assert "UTF-8" in raised.value.problem.hint


@pytest.mark.parametrize(
    ("wrong", "number", "hint"),
    [
        ("learning_rate 0.1", 9, "key = value"),
        ("gamma = ", 9, "true and false in small letters"),
        ("double = True", 9, "true and false in small letters"),
        ("memory = uniform", 9, "texts stand in quotes"),
        ("gamma = 0.9 batch_size = 3", 9, "too many on this line"),
        ("gamma = 0.9\ngamma = 0.8", 10, "twice"),
        ('memory = "uniform', 9, "a quote at its end"),
        ('path = "C:\\games"', 9, "write / for each \\"),
        ("[training]", 9, "the same section is written twice"),
        ("[model", 9, "[training]"),
        ("hidden_sizes = [64, 64\n[training.x]", 10, "begins above has no ]"),
    ],
)
def test_a_line_that_is_not_toml_is_shown(config_file, wrong, number, hint):
    path = config_file(SNAKE + "[training]\n" + wrong + "\n[logging]\n")
    with pytest.raises(ConfigurationError) as raised:
        read_sections(path)
    (problem,) = raised.value.problems
    assert problem.what.startswith(f"line {number}, column ")
    assert f"\n    {wrong.splitlines()[-1].rstrip()}\n" in problem.what
    assert problem.what.splitlines()[-1].strip() == "^"
    assert hint in problem.hint
    assert problem.where == str(path)


def test_the_mark_stands_under_the_mistake(config_file):
    with pytest.raises(ConfigurationError) as raised:
        read_sections(config_file("gamma 0.9\n"))
    assert raised.value.problem.what.splitlines()[1:] == ["    gamma 0.9", "          ^"]


def test_a_file_that_breaks_off_is_shown_at_its_end(config_file):
    with pytest.raises(ConfigurationError) as raised:
        read_sections(config_file("[game]\nname = "))
    assert raised.value.problem.what.startswith("line 2, column 8")
