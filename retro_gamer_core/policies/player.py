"""What plays: an encoder that looks at the game and something that chooses; and how a configuration becomes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.contracts import LearnerContext
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.function_encoder import FunctionEncoder, takes_a_game
from retro_gamer_core.plugins.part_building import load_factory
from retro_gamer_core.runs.parts_lock import LockedPart, lock_of

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice, RunConfig
    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.observation import ObservationSpec
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.policies.card import PartOnCard


@dataclass
class Player:
    """An encoder, the character codes, and what chooses: a learner, or all that a policy file keeps of one."""

    metadata: GameMetadata
    encoder: Encoder
    characters: CharacterCodes
    learner: Any

    def explain(self) -> list[str]:
        """Each choice in a plain sentence."""
        parts = (self.encoder, self.learner)
        return [sentence for part in parts if hasattr(part, "explain") for sentence in part.explain()]


def build_encoder(
    choice: PartChoice | PartOnCard,
    metadata: GameMetadata,
    any_game: Callable[[], Game] | None,
    plugins: Plugins,
    *,
    n_numbers: int = 0,
) -> Encoder:
    """The encoder of that name; a plain function of the game or a frame becomes one.

    Where there is no game at hand, ``n_numbers`` says how many numbers such a function gives.
    """
    provided = plugins.find_part("encoder", choice.name)
    function = load_factory(provided)
    if not takes_a_game(function):
        built: Encoder = plugins.build(provided, choice.options, metadata=metadata)
        return built
    if any_game is None:
        return FunctionEncoder(function, n_numbers, choice.options)
    game, characters = any_game(), CharacterCodes(metadata.character_set or ())
    frame = Frame(metadata.board_size or game.board_size, characters, metadata.player)
    frame.begin(game)
    return FunctionEncoder(function, frame, choice.options)


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
        build_network=_network_builder(config.network, metadata, plugins),
        network_name=config.network.name,
        device=device,
        seed=config.training.seed or 0,
        n_games=config.training.games_in_step,
        gamma=config.training.gamma,
        n_step=config.training.n_step,
        run_directory=run_directory,
    )
    learner = plugins.build(
        plugins.find_part("learner", config.learner.name), config.learner.options, context=context
    )
    return Player(metadata, encoder, CharacterCodes(metadata.character_set or ()), learner)


def lock_parts(config: RunConfig, plugins: Plugins) -> list[LockedPart]:
    """Which code each part of this configuration comes from."""
    found = [(plugins.find_part(each.kind, each.name), each.options) for each in config.parts]
    return lock_of((part, plugins.options_in_effect(part, written)) for part, written in found)


def _network_builder(choice: PartChoice, metadata: GameMetadata, plugins: Plugins) -> Callable[..., Any]:
    """A function that builds the network afresh; what did not come with retro-gamer is adapted to observations."""
    provided = plugins.find_part("network", choice.name)

    def build_network(spec: ObservationSpec, n_outputs: int | None = None) -> Any:
        given = {"spec": spec, "n_inputs": spec.n_inputs, "metadata": metadata}
        given["n_outputs"] = metadata.n_actions if n_outputs is None else n_outputs
        network = plugins.build(provided, choice.options, **given)
        if provided.provider.built_in:
            return network
        adapter = plugins.find_part("network", "own_module")
        return plugins.build(adapter, {"factory": network}, **given)

    return build_network
