"""Characters that appear on the board in the middle of training: ignored, or made room for without forgetting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.contracts import ask
from retro_gamer_core.games.metadata_keys import MOST_CHARACTERS
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.policies.player import Player, build_encoder

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.loop import TrainingLoop


class NewCharacterRule:
    """Follows ``unknown_character_strategy``.

    Args:
        run: whose ``config.toml`` gets the characters that are added.
        config: its ``metadata.character_set`` grows with them.
        any_game: gives a game to look at, fresh or not.
        plugins: where the encoder comes from.
    """

    def __init__(
        self, run: RunDirectory, config: RunConfig, any_game: Callable[[], Game], plugins: Plugins
    ) -> None:
        self._run = run
        self._config = config
        self._any_game = any_game
        self._plugins = plugins

    def meet(self, unknown: tuple[str, ...], player: Player, loop: TrainingLoop) -> str:
        """Do with them what the settings say, and say so in a sentence."""
        shown = f"new on the board: {' '.join(unknown)}"
        if self._config.training.unknown_character_strategy == "ignore":
            return (
                f"{shown} — not in character_set, so the learner sees an empty cell there "
                '(unknown_character_strategy = "extend" would make room for it)'
            )
        if self._make_room_for(unknown, player, loop):
            return f"{shown} — added to character_set; what was learned so far is kept"
        return f"{shown} — no room can be made for it, so it is ignored"

    def _make_room_for(self, unknown: tuple[str, ...], player: Player, loop: TrainingLoop) -> bool:
        """Add characters to what the learner can tell apart. False where it cannot be done."""
        metadata, old_spec = self._config.metadata, player.encoder.spec
        before = metadata.character_set or []
        known = [*before, *(character for character in unknown if len(character) == 1)][:MOST_CHARACTERS]
        if known == before:
            return False
        metadata.character_set = known
        encoder = build_encoder(self._config.encoder, metadata, self._any_game, self._plugins)
        codes = np.arange(256, dtype=np.uint8)
        if old_spec.outside:
            codes[old_spec.outside_code] = encoder.spec.outside_code
        if not ask(player.learner, "extend_characters", encoder.spec, codes):
            metadata.character_set = before
            return False
        player.encoder, player.characters = encoder, CharacterCodes(known)
        loop.extend_characters(codes, encoder, player.characters)
        edit_config(self._run.config, {"metadata": {"character_set": known}})
        return True
