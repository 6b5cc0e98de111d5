"""Games played to be counted: several at once, each on a seed of its own, none learned from.

Exactly as many as asked for begin, and each counts when it has ended. Taking whichever end first would
count the short ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypedDict

import numpy as np

from retro_gamer_core.evaluation.game_in_play import GameInPlay, PlayedGame
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.frames import CharacterCodes

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.contracts import Encoder, Learner
    from retro_gamer_core.games.metadata import GameMetadata

__all__ = ["PlayedGame", "greedy", "play_at_random", "play_games"]

_GAMES_AT_ONCE = 16
_ACTIONS = 1  # beside a seed: the actions of random play are drawn from this, and no game's chance is


class Player(Protocol):
    """What it takes to see a game, and which keys there are. Who chooses among them comes beside it."""

    metadata: GameMetadata
    encoder: Encoder
    characters: CharacterCodes


class GameSettings(TypedDict):
    """What games have in common that are played to be compared; see ``play_games``."""

    max_turns: int
    seed: int
    score_key: str | None


def _nobody_watches(games_ended: int) -> None: ...


def play_games(
    choose: Callable[[Observations], np.ndarray],
    create_game: Callable[[], Game],
    player: Player,
    count: int,
    *,
    max_turns: int,
    seed: int,
    score_key: str | None,
    at_once: int = _GAMES_AT_ONCE,
    each_turn: Callable[[int], object] = _nobody_watches,
) -> list[PlayedGame]:
    """Play ``count`` games to their end. Returns them in the order of their seeds.

    Args:
        choose: gives an action (``int64[n]``) for each of n observations, as ``greedy(learner)`` does.
        player: how games are seen. It is only looked at: a character that it does not know looks empty.
        max_turns: a game that is still going after so many turns ends there.
        seed: all chance in game i comes from ``(seed, i)``, however many are played at once. (With more
            at once, a network may add up in another order, and round differently.)
        score_key: the key of the game's state that is its score; None for no score.
        at_once: so many games are turned together, with one call of ``choose``.
        each_turn: called after each turn of them all with how many games have ended. What it raises ends
            the playing.

    A game whose code raises ends there. Nobody else's random numbers are moved.
    """
    characters = CharacterCodes(())
    characters.update(player.characters)  # a copy: what is met here is no news to a training
    seen = Observations.empty(min(at_once, count), player.encoder.spec)
    waiting = iter(range(count))
    running: dict[int, GameInPlay] = {}
    played: dict[int, PlayedGame] = {}

    def begin_next(slot: int) -> None:
        for index in waiting:
            environment = GameEnvironment(create_game, player.metadata, player.encoder, characters=characters)
            game = GameInPlay(
                index, environment, seen[slot], seed=seed, max_turns=max_turns, score_key=score_key
            )
            if not game.ended:
                running[slot] = game
                return
            played[index] = game.result()

    for slot in range(len(seen)):
        begin_next(slot)
    while running:
        slots = sorted(running)
        actions = choose(seen if len(slots) == len(seen) else seen[slots]).tolist()
        for slot, action in zip(slots, actions, strict=True):
            game = running[slot]
            game.play_turn(action)
            if game.ended:
                played[game.index] = running.pop(slot).result()
                begin_next(slot)
        each_turn(len(played))
    return [played[index] for index in range(count)]


def play_at_random(
    create_game: Callable[[], Game],
    player: Player,
    count: int,
    *,
    max_turns: int,
    seed: int,
    score_key: str | None,
    each_turn: Callable[[int], object] = _nobody_watches,
) -> list[PlayedGame]:
    """Play the games of ``play_games`` with every action, pressing nothing included, as likely as any other."""
    rng = np.random.default_rng([seed, _ACTIONS])
    n_actions = player.metadata.n_actions
    return play_games(
        lambda seen: rng.integers(n_actions, size=len(seen)),
        create_game,
        player,
        count,
        max_turns=max_turns,
        seed=seed,
        score_key=score_key,
        at_once=1,  # one after the other, so that the first n games are the same however many there are
        each_turn=each_turn,
    )


def greedy(learner: Learner) -> Callable[[Observations], np.ndarray]:
    """Chooses what looks best to ``learner``, and never explores."""
    return lambda seen: learner.q_values(seen).argmax(axis=1)
