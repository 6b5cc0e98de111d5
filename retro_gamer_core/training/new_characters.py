"""Characters that appear on the board in the middle of training: ignored, or made room for without forgetting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.contracts import ask
from retro_gamer_core.games.metadata_keys import MOST_CHARACTERS
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.policies.player import build_encoder

if TYPE_CHECKING:
    from retro_gamer_core.training.trainer import Trainer


def meet_new_characters(unknown: tuple[str, ...], trainer: Trainer) -> str:
    """Do with them what ``unknown_character_strategy`` says, and say so in a sentence."""
    shown = f"new on the board: {' '.join(unknown)}"
    if trainer.config.training.unknown_character_strategy == "ignore":
        return (
            f"{shown} — not in character_set, so the learner sees an empty cell there "
            '(unknown_character_strategy = "extend" would make room for it)'
        )
    if _make_room_for(unknown, trainer):
        return f"{shown} — added to character_set; what was learned so far is kept"
    return f"{shown} — no room can be made for it, so it is ignored"


def _make_room_for(unknown: tuple[str, ...], trainer: Trainer) -> bool:
    """Add characters to what the learner can tell apart. False where it cannot be done.

    They are added to the ``character_set`` of the configuration, and of the file ``config.toml``.
    """
    config, player = trainer.config, trainer.player
    metadata, old_spec = config.metadata, player.encoder.spec
    before = metadata.character_set or []
    known = [*before, *(character for character in unknown if len(character) == 1)][:MOST_CHARACTERS]
    if known == before:
        return False
    metadata.character_set = known
    encoder = build_encoder(config.encoder, metadata, trainer.any_game, trainer.plugins)
    codes = np.arange(256, dtype=np.uint8)
    if old_spec.outside:
        codes[old_spec.outside_code] = encoder.spec.outside_code
    if not ask(player.learner, "extend_characters", encoder.spec, codes):
        metadata.character_set = before
        return False
    player.encoder, player.characters = encoder, CharacterCodes(known)
    trainer.loop.extend_characters(codes, encoder, player.characters)
    edit_config(trainer.run.config, {"metadata": {"character_set": known}})
    return True
