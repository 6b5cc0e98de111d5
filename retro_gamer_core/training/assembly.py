"""From a configuration to a training loop: a memory and games round what plays, here or in a process of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.finding import FoundGame, find_game
from retro_gamer_core.playing.async_vector import AsyncVectorEnv
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.vector import SyncVectorEnv, VectorEnv
from retro_gamer_core.policies.player import Player, build_encoder
from retro_gamer_core.training.game_failures import blamed
from retro_gamer_core.training.loop import TrainingLoop
from retro_gamer_core.training.mirroring import Mirroring

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.playing.frames import CharacterCodes
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.training.run_monitor import RunMonitor


def build_loop(
    config: RunConfig,
    player: Player,
    create_game: Callable[[], Game],
    plugins: Plugins,
    monitor: RunMonitor,
    run_directory: Path,
) -> TrainingLoop:
    """Put a training loop round a player. What it notices goes to ``monitor``."""
    settings, spec = config.training, player.encoder.spec
    memory = plugins.build(
        plugins.find_part("memory", config.memory.name),
        config.memory.options,
        capacity=settings.memory_capacity,
        spec=spec,
        run_directory=run_directory,
    )
    games = _place_games(config, player, create_game, plugins)
    mirroring = Mirroring(config.metadata, player.encoder, settings.drawn_seed)
    return TrainingLoop(games, player.learner, memory, settings, spec, player.characters, monitor, mirroring)


def _place_games(
    config: RunConfig, player: Player, create_game: Callable[[], Game], plugins: Plugins
) -> VectorEnv:
    """The games of a run, in a process of their own if that is asked for and possible."""
    why_here = why_not_elsewhere(config, create_game) if config.training.game_process else ""
    if config.training.game_process and not why_here:
        builder, count = RunGames(config, plugins), config.training.games_in_step
        return AsyncVectorEnv(builder, count, player.encoder.spec, player.characters)
    return build_games(config, player.encoder, player.characters, create_game, plugins, note=why_here)


def build_games(
    config: RunConfig,
    encoder: Encoder,
    characters: CharacterCodes,
    create_game: Callable[[], Game],
    plugins: Plugins,
    *,
    note: str = "",
) -> SyncVectorEnv:
    """Games side by side as the settings say, in whichever process this is."""
    settings, metadata = config.training, config.metadata
    wrappers = {
        choice.name: plugins.build(
            plugins.find_part("wrapper", choice.name), choice.options, gamma=settings.gamma, metadata=metadata
        )
        for choice in config.wrappers
    }
    environments = [
        GameEnvironment(create_game, metadata, encoder, characters=characters, wrappers=wrappers)
        for _ in range(settings.games_in_step)
    ]
    return SyncVectorEnv(environments, settings.max_turns_per_episode, settings.seed or 0, note)


@dataclass(frozen=True)
class RunGames:
    """Builds the games of a run from names alone, as another process must; see ``VectorBuilder``."""

    config: RunConfig
    plugins: Plugins

    @cached_property
    def _game(self) -> FoundGame:
        return find_game(self.config.game)

    @property
    def character_set(self) -> list[str]:
        return self.config.metadata.character_set or []

    def encoder(self, character_set: list[str]) -> Encoder:
        config = self.config
        config.metadata.character_set = character_set
        look_at = partial(any_game, self._game.factory)
        return build_encoder(config.encoder, config.metadata, look_at, self.plugins)

    def games(self, encoder: Encoder, characters: CharacterCodes) -> SyncVectorEnv:
        return build_games(self.config, encoder, characters, self._game.factory, self.plugins)

    def as_told(self, error: BaseException) -> GameError:
        what, where = blamed(error, self._game.source_root)
        return GameError(what, where=where)


def why_not_elsewhere(config: RunConfig, create_game: Callable[[], Game]) -> str:
    """Why another process could not make these games, in a sentence; empty when it can.

    All it is given are names, and it does not import the program that is running.
    """
    if create_game.__module__ == "__main__" or not _is_found_by_name(create_game, config.game):
        what = f"the function that makes the game, by the name {config.game}"
    elif own := [part for part in (config.encoder, *config.wrappers) if part.name.startswith("__main__:")]:
        what = f"the {own[0].kind} {own[0].name}"
    else:
        return ""
    return f"game_process is true, but the games are played in this process: another one cannot find {what}"


def _is_found_by_name(create_game: Callable[[], Game], name: str) -> bool:
    try:
        return find_game(name).factory == create_game
    except RetroGamerError:
        return False
