"""A part in a file beside the runs is found, wherever the command is typed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from waiting import PATIENCE

ENCODER = """\
import numpy as np
from retro_gamer_core import ObservationSpec


class Row:
    def __init__(self, metadata):
        self.spec = ObservationSpec(1, metadata.board_size[0], tuple(metadata.character_set))

    def encode(self, frame, cells, features):
        cells[0] = frame.codes[0]
"""


@pytest.mark.parametrize("own_process", [False, True])
def test_from_another_directory(make_run, tmp_path, own_process):
    course, elsewhere = tmp_path / "course", tmp_path / "elsewhere"
    (course / "runs").mkdir(parents=True)
    elsewhere.mkdir()
    (course / "my_row_encoder.py").write_text(ENCODER, encoding="utf-8")
    run = make_run(
        course / "runs",
        preprocessing={"encoder": "my_row_encoder:Row"},
        training={"training_episodes": 10, "game_process": own_process},
    )

    def retro_gamer(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "retro_gamer_core.cli", *map(str, arguments)]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.run(
            command, cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=PATIENCE
        )

    for command in (("train", run.path), ("play", run.path, "--max-turns", 3), ("info", run.path)):
        done = retro_gamer(*command)
        assert done.returncode == 0, done.stderr
    (course / "my_row_encoder.py").unlink()
    done = retro_gamer("play", run.path)
    assert done.returncode == 1 and "my_row_encoder" in done.stderr and "Traceback" not in done.stderr
