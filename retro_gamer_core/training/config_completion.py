"""What a configuration leaves open, found out before training: a seed, the board size, the characters."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.streams import stream

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig


@dataclass(frozen=True)
class CompletedConfig:
    """A configuration in which nothing is open.

    Attributes:
        choices: each thing found out, in a sentence.
        found_out: the settings that were added, as ``edit_config`` takes them.
    """

    config: RunConfig
    choices: list[str]
    found_out: dict[str, dict[str, Any]]


def complete_config(config: RunConfig, create_game: Callable[[], Game]) -> CompletedConfig:
    """Draw a missing seed, and ask the game for the rest.

    The metadata of ``config`` is filled in where it is.

    Raises:
        MetadataError: the description does not fit the game.
    """
    as_written = config.to_sections()
    seed = config.training.seed
    if seed is None:
        seed = secrets.randbelow(1_000_000)
        config = replace(config, training=replace(config.training, seed=seed))
    choices = complete_metadata(
        config.metadata,
        create_game,
        exploration_turns=config.training.exploration_turns,
        rng=random.Random(seed),
        chance=Chance(stream=stream(seed, "characters")),
    )
    return CompletedConfig(config, choices, _added(as_written, config.to_sections()))


def _added(was: dict[str, Any], now: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The settings that are not what they were."""
    changes = {
        section: {key: value for key, value in now[section].items() if was[section].get(key) != value}
        for section in ("metadata", "training")
    }
    return {section: values for section, values in changes.items() if values}
