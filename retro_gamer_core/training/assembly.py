"""From a configuration to a training loop: games in step and a memory round what plays (``policies.player``)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.training.loop import TrainingLoop
from retro_gamer_core.training.vector_building import place_games

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.policies.player import Player
    from retro_gamer_core.training.run_monitor import RunMonitor


def build_loop(
    config: RunConfig,
    player: Player,
    create_game: Callable[[], Game],
    plugins: Plugins,
    monitor: RunMonitor,
    run_directory: Path,
) -> TrainingLoop:
    """Put a training loop round a player: games and a memory. What it notices goes to ``monitor``."""
    settings, spec = config.training, player.encoder.spec
    memory = plugins.build(
        plugins.find_part("memory", config.memory.name),
        config.memory.options,
        capacity=settings.memory_capacity,
        spec=spec,
        run_directory=run_directory,
    )
    games = place_games(config, player, create_game, plugins)
    return TrainingLoop(games, player.learner, memory, settings, spec, player.characters, monitor)
