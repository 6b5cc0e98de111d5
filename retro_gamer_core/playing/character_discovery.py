"""Which characters appear on the board? Play random turns and look, last frames included."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from retro_gamer_core.playing.frames import characters_on
from retro_gamer_core.playing.random_play import play_at_random

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.events import Ending
    from retro_gamer_core.games.metadata import GameMetadata


def discover_characters(
    create_game: Callable[[], Game], metadata: GameMetadata, turns: int, rng: random.Random
) -> list[str]:
    """The characters seen in ``turns`` random turns, sorted; the blank is not one of them.

    The frame on which a game ends is looked at too: an explosion is often seen there only. A game
    that raises an error ends as if it were over; what it showed until then counts. Text of several
    characters in one cell, such as an emoji with a selector, is left out: a character set has no room for it.
    """
    seen = _Characters()
    play_at_random(create_game, metadata, [seen], turns=max(turns, 1), seconds=inf, rng=rng)
    return sorted(character for character in seen.characters if len(character) == 1)


class _Characters:
    def __init__(self) -> None:
        self.characters: set[str] = set()

    def begun(self, game: Game) -> None:
        self.characters |= characters_on(game)

    def played(self, game: Game, reward: float, seconds: float) -> None:
        self.characters |= characters_on(game)

    def ended(self, game: Game | None, how: Ending, error: BaseException | None) -> None:
        if game is None and error is not None:
            raise error  # no game can be made; an error in a turn is reported by the training, in full
        if game is not None:
            self.characters |= characters_on(game)
