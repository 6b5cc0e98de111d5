"""``package.module:attribute`` becomes the thing itself, or an error that says what to write instead."""

from __future__ import annotations

import json
import sys

import pytest

from retro_gamer_core.errors import PartNotFound, PluginError, RetroGamerError
from retro_gamer_core.plugins.import_strings import load_attribute


@pytest.fixture
def in_directory(tmp_path, monkeypatch):
    """Write files into the current directory, which is not on ``sys.path`` yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    before = set(sys.modules)

    def write(**files: str) -> None:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")

    yield write
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def refused(import_string: str, kind: type[RetroGamerError]) -> RetroGamerError:
    with pytest.raises(RetroGamerError) as caught:
        load_attribute(import_string, what="the network 'mine'")
    assert type(caught.value) is kind
    assert "the network 'mine'" in str(caught.value)
    return caught.value


def test_an_attribute_of_an_installed_module():
    assert load_attribute("json:dumps", what="it") is json.dumps


def test_a_dotted_attribute():
    assert load_attribute("json:JSONDecoder.decode", what="it") is json.JSONDecoder.decode


def test_a_file_in_the_current_directory(in_directory):
    in_directory(my_net="class Net:\n    pass\n")
    assert load_attribute("my_net:Net", what="it").__name__ == "Net"


def test_a_file_named_like_a_module_of_python_does_not_stand_in_for_it(in_directory):
    in_directory(colorsys="rgb_to_hsv = 'mine'\n")
    assert callable(load_attribute("colorsys:rgb_to_hsv", what="it"))


@pytest.mark.parametrize(
    "text", ["my_net", "", ":", "my_net:", ":build", "my_net.py:build", "nets/my_net:build"]
)
def test_a_text_that_is_no_import_path(text):
    error = refused(text, PartNotFound)
    assert "colon" in error.problem.why
    assert ":" in error.problem.hint


def test_a_missing_module_gets_the_nearest_file(in_directory):
    in_directory(stripes_net="")
    assert refused("stirpes_net:build", PartNotFound).problem.hint == "did you mean 'stripes_net'?"


def test_a_missing_module_of_a_package_gets_the_nearest_in_it():
    assert refused("json.decodre:JSONDecoder", PartNotFound).problem.hint == "did you mean 'json.decoder'?"


def test_a_missing_module_like_no_other_is_to_be_written(in_directory, tmp_path):
    hint = refused("zzzz_qqqq:build", PartNotFound).problem.hint
    assert "zzzz_qqqq.py" in hint
    assert str(tmp_path) in hint


def test_a_missing_attribute_gets_the_nearest():
    assert refused("json:dmups", PartNotFound).problem.hint == "did you mean 'dumps'?"
    assert refused("json:JSONDecoder.decod", PartNotFound).problem.hint == "did you mean 'decode'?"


def test_a_missing_dependency_is_not_a_missing_module(in_directory):
    in_directory(my_net="import torch_of_another_world\n")
    error = refused("my_net:build", PluginError)
    assert error.problem.hint == "pip install torch_of_another_world"
    assert error.problem.where.endswith("my_net.py:1")


def test_a_syntax_error_has_its_line(in_directory):
    in_directory(my_net="x = 1\nclass Net(\n")
    assert "my_net.py:2" in refused("my_net:Net", PluginError).problem.where


def test_a_module_that_raises_has_its_last_line(in_directory):
    in_directory(my_net="import json\n\njson.loads('{')\n")
    error = refused("my_net:Net", PluginError)
    assert error.problem.where.endswith("my_net.py:3")
    assert isinstance(error.__cause__, json.JSONDecodeError)


def test_a_module_that_leaves_the_program_does_not(in_directory):
    in_directory(my_net="import sys\nsys.exit('bye')\n")
    assert "SystemExit: bye" in str(refused("my_net:Net", PluginError))


def test_ctrl_c_passes_through(in_directory):
    in_directory(my_net="raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_attribute("my_net:Net", what="it")
