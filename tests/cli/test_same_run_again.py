"""The line that ``create`` and ``train`` print makes the same run again."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.cli.same_run import line_of
from retro_gamer_core.configuration import edit_config, read_config
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory

WAYS = [
    "--game snake",
    "--game nav --seed 3 --recipe classic --gamma 0.9 --hidden-sizes 16,8 --set training.double=true",
    "--game snake --seed 1 --reward score --character-set @,* --set logging.loggers=['json_lines']",
    "--game snake --seed 1 --encoder egocentric --radius 3 --memory prioritized --set training.device=cpu",
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


def typed(line: str) -> str:
    words = shlex.split(line)
    assert words[:2] == ["retro-gamer", "create"]
    ended = CliRunner().invoke(retro_gamer, words[1:])
    assert ended.exit_code == 0, ended.output
    return ended.output


def settings(run: str) -> dict:
    """Every setting that is in effect, whether it is written or has its default."""
    plugins = installed_plugins()
    config = read_config(Path(run) / "config.toml", plugins)
    parts = [(part, plugins.find_part(part.kind, part.name)) for part in config.parts]
    options = {part.name: plugins.options_in_effect(found, part.options) for part, found in parts}
    return {
        "options": options,
        "metadata": config.metadata,
        "training": config.training,
        "sees": config.observe_state,
    }


def line_in(output: str) -> str:
    [line] = re.findall(r"^The same run again: (.+)$", output, re.MULTILINE)
    return line


@pytest.mark.parametrize("flags", WAYS)
def test_create_prints_it_and_so_does_a_run_whose_settings_were_edited(flags):
    output = typed(
        f'retro-gamer create --output "my runs/first" {shlex.join(shlex.split(flags, posix=False))}'
    )
    typed(line_in(output))
    first = settings("my runs/first")
    assert settings("runs/again") == first

    run = RunDirectory("my runs/first")
    edited = {"gamma": 0.77, "batch_size": 16, "learning_rate": None, "training_episodes": 50}
    edit_config(run.config, {"training": edited})
    line = line_of(run)
    typed(line.replace("runs/again", "runs/edited"))
    assert settings("runs/edited") == settings("my runs/first") != first


def test_a_recipe_that_is_gone_leaves_nothing_to_print():
    typed("retro-gamer create --output run --game snake --seed 1")
    edit_config(RunDirectory("run").config, {"training": {"recipe": "of a plugin"}})
    assert line_of(RunDirectory("run")) is None
