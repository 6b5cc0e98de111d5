"""Games played with random keys, one after the other, for whoever wants to see what happens in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import inf, isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.runs.plain_values import number

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.events import Ending
    from retro_gamer_core.games.metadata import GameMetadata

#: A game whose code has failed so often is not played any more.
_MOST_ERRORS = 10


class Watcher(Protocol):
    """Looks on. It must not draw random numbers, nor touch the game."""

    def begun(self, game: Game) -> None:
        """A game has been started, and nothing has been pressed yet."""

    def played(self, game: Game, reward: float, seconds: float) -> None:
        """A turn was played, perhaps the last one. ``reward`` is 0 where it is no number."""

    def ended(self, game: Game | None, how: Ending, error: BaseException | None) -> None:
        """A game is over. ``game`` is None where it could not even be made."""


def play_at_random(
    create_game: Callable[[], Game],
    metadata: GameMetadata,
    watchers: Sequence[Watcher],
    *,
    turns: int,
    seconds: float,
    max_turns: float = inf,
    rng: random.Random | None = None,
    game: Game | None = None,
) -> None:
    """Play until so many turns have been played, or so many seconds are over, whichever comes first.

    Args:
        max_turns: a game that is still going on then is given up.
        rng: draws the keys; Python's ``random``, as games do, when left out.
        game: the first game, not started yet; made when left out.

    What the game's code raises ends that game, and is told to the watchers. Call it inside a ``Chance``.
    """
    keys = KeyPresses(metadata.pressed)
    draw = (rng or random).randrange
    until = perf_counter() + seconds
    played = errors = 0
    while played < turns and perf_counter() < until and errors < _MOST_ERRORS:
        how: Ending | None = None
        begun, error = (game, None) if game is not None else _attempt(lambda: fresh_game(create_game))
        game = None
        if begun is not None:
            begun.input_source, begun.view = keys, None
            _, error = _attempt(begun.start)
            if error is None:
                for watcher in watchers:
                    watcher.begun(begun)
        while error is None and begun.playing and played < turns and perf_counter() < until:
            if begun.turn_number >= max_turns:
                break
            before = begun.state.get(metadata.reward)
            keys.press(draw(metadata.n_actions))
            turn_began = perf_counter()
            _, error = _attempt(begun.step)
            if error is None:
                turn_seconds = perf_counter() - turn_began
                played += 1
                reward = change(before, begun.state.get(metadata.reward))
                for watcher in watchers:
                    watcher.played(begun, reward, turn_seconds)
        if error is not None:
            how = "error"
            errors += 1
        elif not begun.playing:
            how = "game over"
        elif begun.turn_number >= max_turns:
            how = "turn limit"
        if how is not None:
            for watcher in watchers:
                watcher.ended(begun, how, error)


def _attempt(code_of_the_game: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """What it gives, and what it raises: exit() in a game must not end us."""
    try:
        return code_of_the_game(), None
    except (Exception, SystemExit) as error:
        return None, error


def change(before: object, now: object) -> float:
    """By how much a number of the state has changed; 0 where there is no such number."""
    first, last = number(before), number(now)
    if first is None or last is None:
        return 0.0
    difference = float(last - first)
    return difference if isfinite(difference) else 0.0
