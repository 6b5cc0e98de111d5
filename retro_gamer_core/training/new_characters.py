"""Characters that appear on the board in the middle of training: ignored, or made room for without forgetting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.contracts import ask
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.metadata_keys import MOST_CHARACTERS
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.policies.player import build_encoder

if TYPE_CHECKING:
    from retro_gamer_core.observation import ObservationSpec
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
    try:
        encoder = build_encoder(config.encoder, metadata, trainer.any_game, trainer.plugins)
    except RetroGamerError:  # it has room for so many and no more
        metadata.character_set = before
        return False
    codes = np.zeros(256, np.uint8)
    codes[: old_spec.n_codes] = _new_codes(old_spec, encoder.spec)
    if not ask(player.learner, "extend_characters", encoder.spec, codes):
        metadata.character_set = before
        return False
    player.encoder, player.characters = encoder, CharacterCodes(known)
    trainer.loop.extend_characters(codes, encoder, player.characters)
    edit_config(trainer.run.config, {"metadata": {"character_set": known}})
    return True


def _new_codes(old: ObservationSpec, new: ObservationSpec) -> list[int]:
    """Of each code of before, the code that the same thing has now."""
    code = {character: code for code, character in enumerate(new.characters, start=1)}
    now = [0, *(code.get(character, 0) for character in old.characters)]
    return [*now, new.outside_code] if old.outside else now
