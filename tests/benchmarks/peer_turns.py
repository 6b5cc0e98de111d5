"""The part of ``turn_cost.py`` that plays with retro-gamer 0.4.0, in a process of its own.

Reads a line ``[seed, actions]`` for each game, and answers with the seconds its turns took.
"""

from __future__ import annotations

import json
import random
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter
from types import ModuleType


def main(directory: str, module: str, description: str) -> None:
    # Not the package itself: it would load torch and more, for an environment that needs neither.
    package = sys.modules["retro_gamer"] = ModuleType("retro_gamer")
    package.__path__ = [str(Path(directory) / "retro_gamer")]
    metadata = import_module("retro_gamer.metadata").GameMetadata(**json.loads(description))
    create_game = import_module(module).create_game
    environment = import_module("retro_gamer.env").GameEnvironment(create_game, metadata)
    keys = [*metadata.actions, None]
    for line in sys.stdin:
        seed, actions = json.loads(line)
        random.seed(seed)
        environment.reset()
        began = perf_counter()
        for action in actions:
            environment.step(keys[action])
        print(perf_counter() - began, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
