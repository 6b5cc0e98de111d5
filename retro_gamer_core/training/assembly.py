"""From a configuration to built parts: the one place where names become objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from retro_gamer_core.contracts import LearnerContext
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.games_elsewhere import GamesElsewhere
from retro_gamer_core.playing.games_in_step import GamesInStep
from retro_gamer_core.plugins.part_building import load_factory
from retro_gamer_core.policies.player import Player, build_encoder
from retro_gamer_core.runs.parts_lock import LockedPart, lock_of
from retro_gamer_core.training.loop import TrainingLoop

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice, RunConfig
    from retro_gamer_core.contracts import Encoder
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
    """Put a training loop round a player: games in step and a memory. What it notices goes to ``monitor``."""
    settings, spec = config.training, player.encoder.spec
    memory = plugins.build(
        plugins.find_part("memory", config.memory.name),
        settings.memory_capacity,
        spec,
        **config.memory.options,
    )
    games = _place_games(config, player, create_game, plugins)
    return TrainingLoop(games, player.learner, memory, settings, spec, player.characters, monitor)


def _place_games(
    config: RunConfig, player: Player, create_game: Callable[[], Game], plugins: Plugins
) -> GamesInStep | GamesElsewhere:
    """The games of the run, in a process of their own if that is asked for and possible."""
    from retro_gamer_core.training.games_process import AnsweringGames, why_not_elsewhere  # they import this

    encoder, characters = player.encoder, player.characters
    why_here = ""
    if config.training.game_process:
        why_here = why_not_elsewhere(config, create_game)
        if not why_here:
            there = partial(AnsweringGames, config, plugins)
            return GamesElsewhere(there, config.training.games_in_step, encoder.spec, characters)
    return build_games(config, encoder, characters, create_game, note=why_here)


def build_games(
    config: RunConfig,
    encoder: Encoder,
    characters: CharacterCodes,
    create_game: Callable[[], Game],
    *,
    note: str = "",
) -> GamesInStep:
    """Games in step as the settings say, in whichever process this is."""
    settings = config.training
    environments = [
        GameEnvironment(create_game, config.metadata, encoder, characters=characters)
        for _ in range(settings.games_in_step)
    ]
    return GamesInStep(environments, settings.max_turns_per_episode, settings.seed or 0, note)


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
