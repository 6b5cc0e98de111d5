"""docs/reference/files.md names everything that is in a run, and no command makes more."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from retro_gamer_core.cli.group import retro_gamer

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "files.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A run that has been trained and evaluated, and gone back in."""
    run = tmp_path_factory.mktemp("files") / "snake"
    loggers = 'logging.loggers=["training_log", "json_lines", "tensorboard"]'
    create = ["create", "--game", "snake", "--training-episodes", "20", "--checkpoint-every", "10"]
    for arguments in [
        [*create, "--output", run, "--set", loggers, "--set", "training.evaluate_every=100"],
        ["train", run],
        ["train", run, "--resume", "ep_0010"],
    ]:
        done = CliRunner().invoke(retro_gamer, [str(argument) for argument in arguments])
        assert done.exit_code == 0, done.output
    return run


def test_everything_in_a_run_is_in_the_tree_of_the_page(run):
    tree = re.search(r"```text\nruns/snake/\n(.*?)```", PAGE, re.DOTALL)[1]
    named = {re.search(r"── (\S+?)/? ", line)[1] for line in tree.splitlines()}
    there = {path.name for path in run.iterdir()}
    assert {"config.toml", "checkpoints", "state", "set_aside", "tensorboard"} <= there
    assert there <= named


def test_every_key_of_a_checkpoint_is_explained(run):
    checkpoint = torch.load(run / "checkpoints" / "final.pt", weights_only=True)
    section = PAGE.partition("## `checkpoints/*.pt`")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(checkpoint)


def test_every_event_of_the_log_for_programs_is_named(run):
    lines = (run / "training.jsonl").read_text(encoding="utf-8").splitlines()
    section = PAGE.partition("## `training.jsonl`")[2].partition("\n## ")[0]
    assert {json.loads(line)["event"] for line in lines} <= set(re.findall(r"`(\w+)`", section))
