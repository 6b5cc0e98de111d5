"""What it takes to look at a game and choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.function_encoder import FunctionEncoder, takes_a_game
from retro_gamer_core.plugins.part_building import load_factory

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice
    from retro_gamer_core.contracts import Encoder, Learner
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.plugins.registry import Plugins


@dataclass
class Player:
    """An encoder, the character codes, and what chooses.

    In a policy file nothing is left of the learner but its ``q_values``, which is all that playing takes.
    """

    metadata: GameMetadata
    encoder: Encoder
    characters: CharacterCodes
    learner: Learner

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
            frame = Frame(metadata.board_size, CharacterCodes(metadata.character_set or ()), metadata.player)
            frame.begin(any_game())
            return FunctionEncoder(function, frame)
    return plugins.build(provided, metadata, **choice.options)
