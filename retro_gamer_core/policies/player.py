"""What plays: an encoder that looks at the game and something that chooses; and how a configuration becomes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from retro_gamer_core.contracts import LearnerContext
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.function_encoder import FunctionEncoder, takes_a_game
from retro_gamer_core.plugins.part_building import load_factory
from retro_gamer_core.runs.parts_lock import LockedPart, lock_of

if TYPE_CHECKING:
    import numpy as np
    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice, RunConfig
    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.observation import Observations, ObservationSpec
    from retro_gamer_core.plugins.registry import Plugins


class ActionValues(Protocol):
    """What playing takes of a learner; in a policy file, this is all that is left of it."""

    def q_values(self, observations: Observations) -> np.ndarray: ...


AnyLearner = TypeVar("AnyLearner", bound=ActionValues)


@dataclass
class Player(Generic[AnyLearner]):
    """An encoder, the character codes, and what chooses."""

    metadata: GameMetadata
    encoder: Encoder
    characters: CharacterCodes
    learner: AnyLearner

    def explain(self) -> list[str]:
        """Each choice in a plain sentence."""
        parts = (self.encoder, self.learner)
        return [sentence for part in parts if hasattr(part, "explain") for sentence in part.explain()]


def build_encoder(
    choice: PartChoice, metadata: GameMetadata, any_game: Callable[[], Game], plugins: Plugins
) -> Encoder:
    """The encoder of that name; a plain function of the game or a frame becomes one."""
    provided = plugins.find_part("encoder", choice.name)
    if provided.provider.distribution is None:
        function = load_factory(provided)
        if takes_a_game(function):
            game, characters = any_game(), CharacterCodes(metadata.character_set or ())
            frame = Frame(metadata.board_size or game.board_size, characters, metadata.player)
            frame.begin(game)
            return FunctionEncoder(function, frame)
    return plugins.build(provided, metadata, **choice.options)


def build_player(
    config: RunConfig,
    metadata: GameMetadata,
    any_game: Callable[[], Game],
    plugins: Plugins,
    *,
    device: str,
    run_directory: Path | None = None,
) -> Player:
    """Build encoder and learner.

    Args:
        metadata: must be complete (see ``complete_metadata``).
        any_game: gives a game to look at, fresh or not.
        device: what the learner is to compute on.
        run_directory: of the run that it is built for, if there is one.
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
        gamma=config.training.gamma,
        n_step=config.training.n_step,
        run_directory=run_directory,
    )
    learner = plugins.build(
        plugins.find_part("learner", config.learner.name), context, **config.learner.options
    )
    return Player(metadata, encoder, CharacterCodes(metadata.character_set or ()), learner)


def lock_parts(config: RunConfig, plugins: Plugins) -> list[LockedPart]:
    """Which code each part of this configuration comes from."""
    choices = (config.encoder, config.network, config.learner, config.memory, *config.loggers)
    return lock_of((plugins.find_part(choice.kind, choice.name), choice.options) for choice in choices)


def _network_builder(choice: PartChoice, n_actions: int, plugins: Plugins) -> Callable[..., Any]:
    """A function that builds the network afresh; a module of the student's own is adapted to observations."""
    provided, options = plugins.find_part("network", choice.name), choice.options
    if provided.provider.distribution is None:
        options = {"factory": load_factory(provided), **options}
        provided = plugins.find_part("network", "own_module")

    def build_network(spec: ObservationSpec, n_outputs: int | None = None) -> Any:
        return plugins.build(provided, spec, n_actions if n_outputs is None else n_outputs, **options)

    return build_network
