"""Which characters appear on the board? Play random turns and look, last frames included."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.playing.frames import characters_on
from retro_gamer_core.playing.key_presses import KeyPresses

if TYPE_CHECKING:
    from retro.game import Game


def discover_characters(
    create_game: Callable[[], Game], keys: Sequence[str | None], turns: int, rng: random.Random
) -> list[str]:
    """The characters seen in ``turns`` random turns, sorted; the blank is not one of them.

    The frame on which a game ends is looked at too: an explosion is often seen there only. A game
    that raises an error ends as if it were over; what it showed until then counts. Text of several
    characters in one cell, such as an emoji with a selector, is left out: a character set has no room for it.
    """
    presses = KeyPresses(keys)
    seen: set[str] = set()
    game: Game | None = None
    for _ in range(max(turns, 1)):
        if game is None or not game.playing:
            game = fresh_game(create_game)
            game.input_source = presses
            game.start()
            seen |= characters_on(game)
        presses.press(rng.randrange(len(keys)))
        try:
            game.step()
        except (Exception, SystemExit):  # a stranger's game: the training loop will report it in full
            game.end()
        seen |= characters_on(game)
    return sorted(character for character in seen if len(character) == 1)
