"""A snake run that has learned a little, and its policy file."""

from __future__ import annotations

from pathlib import Path

import pytest
from retro.examples.snake import create_game

from retro_gamer import DQNTrainer, GameMetadata
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import export_policy
from retro_gamer_core.runs.run_directory import RunDirectory

SMALL = {
    "training_episodes": 60,
    "max_turns_per_episode": 100,
    "network": "mlp",
    "hidden_sizes": [12, 6],
    "learning_starts": 200,
    "evaluate_every": 0,
    "reward_scale": 0.5,
    "device": "cpu",
    "recipe": "standard",
}


@pytest.fixture(scope="session")
def snake_run(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "snake"
    metadata = GameMetadata.from_pyproject("retro.examples.snake")
    trainer = DQNTrainer(create_game, metadata, path, preprocessing={"encoder": "egocentric"}, **SMALL)
    trainer.train(on_episode=lambda: None)
    return path


@pytest.fixture(scope="session")
def snake_file(snake_run, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("policies") / "snake.rgp"
    plugins = installed_plugins()
    policy = CheckpointPolicy(RunDirectory.open(snake_run), None, plugins)
    export_policy(policy, create_game(), path, plugins=plugins, scores={"episodes": 3})
    return path
