"""The names people import. Nothing else lives here.

    from retro_gamer import GameMetadata, GameEnvironment, DQNTrainer, TrainedPolicy, PolicyInput

Each name is looked up when it is first used, so importing this package does not load torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "DQNTrainer": "retro_gamer_core.from_python",
    "GameEnvironment": "retro_gamer_core.playing.environment",
    "GameMetadata": "retro_gamer_core.games.metadata",
    "Opponent": "retro_gamer_core.duels.opponent",
    "PolicyInput": "retro_gamer_core.policies.trained_policy",
    "PrioritizedReplayMemory": "retro_gamer_memories.experience_memory",
    "ReplayMemory": "retro_gamer_memories.experience_memory",
    "TrainedPolicy": "retro_gamer_core.policies.trained_policy",
    "build_network": "retro_gamer_networks.by_metadata",
    "encode_board": "retro_gamer_encoders.from_characters",
    "encode_observation": "retro_gamer_encoders.from_characters",
    "encode_state": "retro_gamer_encoders.from_characters",
    "experiment": "retro_gamer_experiments.experiment",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_HOME[name]), name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        from retro_gamer_core.plugins.diagnosis import needed

        raise needed("torch", name) from error


def __dir__() -> list[str]:
    return __all__
