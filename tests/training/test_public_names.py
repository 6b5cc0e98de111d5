"""The names people import from ``retro_gamer``, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import retro_gamer

NAMES = [
    "DQNTrainer",
    "GameEnvironment",
    "GameMetadata",
    "Opponent",
    "PolicyInput",
    "PrioritizedReplayMemory",
    "ReplayMemory",
    "TrainedPolicy",
    "build_network",
    "encode_board",
    "encode_observation",
    "encode_state",
    "experiment",
]


def test_these_and_no_others():
    assert sorted(retro_gamer.__all__) == NAMES == dir(retro_gamer)


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_imported(name):
    namespace = {}
    exec(f"from retro_gamer import {name}", namespace)
    assert namespace[name].__doc__


def test_another_name_is_an_import_error():
    with pytest.raises(ImportError, match="Trainer"):
        exec("from retro_gamer import Trainer")


def test_importing_the_package_and_describing_games_loads_no_torch():
    program = (
        "import sys, retro_gamer\n"
        "assert not {'torch', 'numpy', 'retro'} & sys.modules.keys()\n"
        "from retro_gamer import GameMetadata, GameEnvironment, TrainedPolicy, PolicyInput, ReplayMemory\n"
        "from retro_gamer import encode_board, encode_observation, encode_state\n"
        "GameMetadata.from_pyproject('retro.examples.snake')\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
