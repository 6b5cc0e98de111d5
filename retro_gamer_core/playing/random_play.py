"""Games played with random keys, one after the other, for whoever wants to see what happens in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from math import inf, isfinite
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.playing.frames import characters_on
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.runs.plain_values import number

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.events import Ending
    from retro_gamer_core.games.metadata import GameMetadata

#: A game whose code has failed so often is not played any more.
_MOST_ERRORS = 10


class Moment(NamedTuple):
    """A game has begun, a turn was played, perhaps the last one, or a game is over.

    Args:
        game: as it stands now; None where it could not even be made. Look, do not touch.
        reward: of the turn, 0 where it is no number; None where no turn was played.
        seconds: what the turn took.
        ended: how the game ended, if it is over.
        error: what it raised, if it did.
        action: whose key was pressed in that turn.
    """

    game: Game | None
    reward: float | None = None
    seconds: float = 0.0
    ended: Ending | None = None
    error: BaseException | None = None
    action: int | None = None


def play_at_random(
    create_game: Callable[[], Game],
    metadata: GameMetadata,
    *,
    turns: int,
    seconds: float,
    max_turns: float = inf,
    rng: random.Random | None = None,
    game: Game | None = None,
) -> Iterator[Moment]:
    """Play until so many turns have been played, or so many seconds are over, whichever comes first.

    Args:
        max_turns: a game that is still going on then is given up.
        rng: draws the keys; Python's ``random``, as games do, when left out.
        game: the first game, not started yet; made when left out.

    What the game's code raises ends that game, and is told. Go through it inside a ``Chance``, and draw no
    random numbers on the way.
    """
    keys = KeyPresses(metadata.pressed)
    draw = (rng or random).randrange
    until = perf_counter() + seconds
    played = errors = 0
    while played < turns and perf_counter() < until and errors < _MOST_ERRORS:
        ended: Ending | None = None
        error = None
        try:
            game = game or fresh_game(create_game)
            game.input_source, game.view = keys, None
            game.start()
            yield Moment(game)
            while game.playing and played < turns and perf_counter() < until and game.turn_number < max_turns:
                before = game.state.get(metadata.reward)
                action = draw(metadata.n_actions)
                keys.press(action)
                began = perf_counter()
                game.step()
                took = perf_counter() - began
                played += 1
                yield Moment(game, change(before, game.state.get(metadata.reward)), took, action=action)
            if not game.playing:
                ended = "game over"
            elif game.turn_number >= max_turns:
                ended = "turn limit"
        except (Exception, SystemExit) as raised:  # exit() in a game must not end us
            ended, error = "error", raised
            errors += 1
        if ended is not None:
            yield Moment(game, ended=ended, error=error)
        game = None


def discover_characters(
    create_game: Callable[[], Game], metadata: GameMetadata, turns: int, rng: random.Random
) -> list[str]:
    """The characters seen in ``turns`` random turns, sorted; the blank is not one of them.

    The frame on which a game ends is looked at too: an explosion is often seen there only. A game
    that raises an error ends as if it were over; what it showed until then counts. Text of several
    characters in one cell, such as an emoji with a selector, is left out: a character set has no room for it.
    """
    seen: set[str] = set()
    for moment in play_at_random(create_game, metadata, turns=max(turns, 1), seconds=inf, rng=rng):
        if moment.game is not None:
            seen |= characters_on(moment.game)
        elif moment.error is not None:
            raise moment.error  # no game can be made; an error in a turn is reported by the training, in full
    return sorted(character for character in seen if len(character) == 1)


def change(before: object, now: object) -> float:
    """By how much a number of the state has changed; 0 where there is no such number."""
    first, last = number(before), number(now)
    if first is None or last is None:
        return 0.0
    difference = float(last - first)
    return difference if isfinite(difference) else 0.0
