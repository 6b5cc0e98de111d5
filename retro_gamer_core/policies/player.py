"""What it takes to look at a game and choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.function_encoder import FunctionEncoder, takes_a_game
from retro_gamer_core.plugins.part_building import load_factory

if TYPE_CHECKING:
    import numpy as np
    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice
    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.observation import Observations
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
