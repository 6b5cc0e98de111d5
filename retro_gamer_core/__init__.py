"""The small core of retro-gamer: contracts, discovery, the training loop, run directories, the CLI.

A plugin author imports everything from here. Names are looked up when first used, so importing
this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "API_VERSION": "parts",
    "AlarmRaised": "events",
    "Batch": "transitions",
    "CheckpointSaved": "events",
    "Choice": "parts",
    "Command": "parts",
    "EMPTY": "observation",
    "Encoder": "contracts",
    "EpisodeFinished": "events",
    "Evaluated": "events",
    "Executor": "contracts",
    "GameCopy": "contracts",
    "GameDescription": "parts",
    "GameFacts": "parts",
    "GameInPlay": "contracts",
    "Frame": "contracts",
    "GameMetadata": "games.metadata",
    "Job": "contracts",
    "LearnResult": "contracts",
    "Learner": "contracts",
    "LearnerContext": "contracts",
    "Logger": "contracts",
    "Memory": "contracts",
    "Network": "contracts",
    "ObservationSpec": "observation",
    "Observations": "observation",
    "Option": "options",
    "Outcome": "events",
    "Part": "parts",
    "Player": "contracts",
    "PlayingNetwork": "contracts",
    "Problem": "errors",
    "Recipe": "parts",
    "Recording": "playing.replay",
    "RetroGamerError": "errors",
    "RunInfo": "events",
    "Symmetry": "symmetry",
    "TimeSteps": "observation",
    "Transitions": "transitions",
    "Wrapper": "contracts",
    "expect_weights": "policies.exported",
    "hookimpl": "hookspecs",
    "one_hot": "observation",
    "view": "observation",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
