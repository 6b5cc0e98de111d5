"""From a configuration to built parts: the one place where names become objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from retro_gamer_core.contracts import LearnerContext
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.plugins.part_building import load_factory
from retro_gamer_core.policies.player import Player, build_encoder
from retro_gamer_core.runs.parts_lock import LockedPart, lock_of
from retro_gamer_core.training.loop import TrainingLoop
from retro_gamer_core.training.vector_building import place_games

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice, RunConfig
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.observation import ObservationSpec
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.training.run_monitor import RunMonitor


def build_player(
    config: RunConfig, metadata: GameMetadata, any_game: Callable[[], Game], plugins: Plugins, *, device: str
) -> Player:
    """Build encoder and learner.

    Args:
        metadata: must be complete (see ``complete_metadata``).
        any_game: gives a game to look at, fresh or not.
        device: what the learner is to compute on.
    """
    encoder = build_encoder(config.encoder, metadata, any_game, plugins)
    context = LearnerContext(
        spec=encoder.spec,
        actions=metadata.keys,
        build_network=_network_builder(config.network, metadata.n_actions, plugins),
        network_name=config.network.name,
        device=device,
        seed=config.training.seed or 0,
        n_games=config.training.games_in_step,
    )
    learner = plugins.build(
        plugins.find_part("learner", config.learner.name), context, **config.learner.options
    )
    return Player(metadata, encoder, CharacterCodes(metadata.character_set or ()), learner)


def build_loop(
    config: RunConfig,
    player: Player,
    create_game: Callable[[], Game],
    plugins: Plugins,
    monitor: RunMonitor,
) -> TrainingLoop:
    """Put a training loop round a player: games and a memory. What it notices goes to ``monitor``."""
    settings, spec = config.training, player.encoder.spec
    memory = plugins.build(
        plugins.find_part("memory", config.memory.name),
        settings.memory_capacity,
        spec,
        **config.memory.options,
    )
    games = place_games(config, player, create_game, plugins)
    return TrainingLoop(games, player.learner, memory, settings, spec, player.characters, monitor)


def lock_parts(config: RunConfig, plugins: Plugins) -> list[LockedPart]:
    """Which code each part of this configuration comes from."""
    choices = (config.encoder, config.network, config.learner, config.memory, *config.loggers)
    return lock_of((plugins.find_part(choice.kind, choice.name), choice.options) for choice in choices)


def _network_builder(
    choice: PartChoice, n_outputs: int, plugins: Plugins
) -> Callable[[ObservationSpec], Any]:
    """A function that builds the network afresh; a module of the student's own is adapted to observations."""
    provided = plugins.find_part("network", choice.name)
    if provided.provider.distribution is not None:
        return lambda spec: plugins.build(provided, spec, n_outputs, **choice.options)
    factory = load_factory(provided)
    adapter = plugins.find_part("network", "own_module")
    return lambda spec: plugins.build(adapter, spec, n_outputs, factory=factory, **choice.options)
