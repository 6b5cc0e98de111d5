"""Games played to be counted: several at once, each on a seed of its own, none learned from.

Exactly as many as asked for begin, and each counts when it has ended. Taking whichever end first would
count the short ones. Each game draws from a stream of its own, so that what happens in it does not depend
on which others are played beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, Unpack

import numpy as np

from retro_gamer_core.contracts import best_allowed, play
from retro_gamer_core.events import Ending
from retro_gamer_core.observation import Observations, TimeSteps
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.replay import Recorder
from retro_gamer_core.playing.vector import Episode
from retro_gamer_core.runs.plain_values import number
from retro_gamer_core.streams import stream

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.games.metadata import GameMetadata

_GAMES_AT_ONCE = 16


@dataclass(frozen=True)
class PlayedGame:
    """One game, from its beginning to its end.

    Args:
        score: what the game's own state said at the end; None where it keeps no score.
        total_reward: the sum of the rewards, undiscounted.
        turns: how many were played.
        ended: ``"game over"``, ``"turn limit"`` or ``"error"`` (the game raised one).
        actions: how often each action was chosen, by its number.
        error: what the game raised, if it did.
    """

    score: float | None
    total_reward: float
    turns: int
    ended: Ending
    actions: tuple[int, ...]
    error: BaseException | None = field(default=None, compare=False, repr=False)


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
    choose: Callable[[TimeSteps], np.ndarray],
    create_game: Callable[[], Game],
    player: Player,
    count: int,
    *,
    max_turns: int,
    seed: int,
    score_key: str | None,
    at_once: int = _GAMES_AT_ONCE,
    each_turn: Callable[[int], object] = _nobody_watches,
    recorder: Recorder | None = None,
) -> list[PlayedGame]:
    """Play ``count`` games to their end. Returns them in the order of their seeds.

    Args:
        choose: gives an action (``int64[n]``) for each of n games, as ``greedy(learner)`` does.
        player: how games are seen. It is only looked at: a character that it does not know looks empty.
        max_turns: a game that is still going after so many turns ends there.
        seed: all chance in game i comes from ``(seed, i)``, however many are played at once. (With more
            at once, a network may add up in another order, and round differently.)
        score_key: the key of the game's state that is its score; None for no score.
        at_once: so many games are turned together, with one call of ``choose``.
        each_turn: called after each turn of them all with how many games have ended. What it raises ends
            the playing.
        recorder: takes down game 0; ``choose`` tells it the values, see ``greedy``.

    A game whose code raises ends there. Nobody else's random numbers are moved.
    """
    characters = CharacterCodes(())
    characters.update(player.characters)  # a copy: what is met here is no news to a training
    seen = Observations.empty(min(at_once, count), player.encoder.spec)
    waiting = iter(range(count))
    running: dict[int, _CountedGame] = {}
    played: dict[int, PlayedGame] = {}

    def begin_next(slot: int) -> None:
        for index in waiting:
            environment = GameEnvironment(create_game, player.metadata, player.encoder, characters=characters)
            taken_down_by = None if index else recorder
            game = _CountedGame(
                index, Episode(environment, max_turns), seen[slot], Chance(seed, index), taken_down_by
            )
            if not game.ended:
                running[slot] = game
                return
            played[index] = game.result(score_key)

    for slot in range(len(seen)):
        begin_next(slot)
    while running:
        slots = sorted(running)
        began = np.array([running[slot].has_just_begun for slot in slots])
        masks = [running[slot].action_mask() for slot in slots]
        mask = None if masks[0] is None else np.array(masks, bool)
        in_play = seen if len(slots) == len(seen) else seen[slots]
        actions = choose(TimeSteps(in_play, np.array(slots), began, mask)).tolist()
        for slot, action in zip(slots, actions, strict=True):
            game = running[slot]
            game.step(action)
            if game.ended:
                played[game.index] = running.pop(slot).result(score_key)
                begin_next(slot)
        each_turn(len(played))
    return [played[index] for index in range(count)]


class _CountedGame:
    """One of the games, begun as soon as this is made. It writes what it shows into ``seen``, one observation."""

    def __init__(
        self,
        index: int,
        episode: Episode,
        seen: Observations,
        chance: Chance,
        recorder: Recorder | None = None,
    ) -> None:
        self.index = index
        self.ended: Ending | None = None
        self._episode = episode
        self._seen = seen
        self._chance = chance
        self._recorder = recorder
        self._actions = [0] * episode.environment.metadata.n_actions
        self._error: BaseException | None = None
        try:
            with chance:
                episode.begin(seen.cells, seen.features)
        except (Exception, SystemExit) as error:  # exit() in a game must not end the evaluation
            self.ended, self._error = "error", error
        else:
            episode.environment.check_observation(seen.cells, seen.features)
            if recorder:
                recorder.begin(episode.environment.game, episode.environment.metadata.reward)

    def action_mask(self) -> np.ndarray | None:
        return self._episode.environment.action_mask()

    @property
    def has_just_begun(self) -> bool:
        return not self._episode.turns

    def step(self, action: int) -> None:
        self._actions[action] += 1
        try:
            with self._chance:
                reward, self.ended = self._episode.step(action, self._seen.cells, self._seen.features)
        except (Exception, SystemExit) as error:
            self.ended, self._error = "error", error
            if self._recorder:
                self._recorder.failed()
        else:
            if self._recorder:
                self._recorder.turn(action, reward, self.ended)

    def result(self, score_key: str | None) -> PlayedGame:
        episode, game = self._episode, self._episode.environment.game
        score = number(game.state.get(score_key)) if game is not None and score_key else None
        score = float(score) if score is not None and isfinite(score) else None
        if self.ended is None:
            raise RuntimeError("the game goes on")
        return PlayedGame(
            score, episode.total_reward, episode.turns, self.ended, tuple(self._actions), self._error
        )


def play_at_random(
    create_game: Callable[[], Game],
    player: Player,
    count: int,
    *,
    each_turn: Callable[[int], object] = _nobody_watches,
    **settings: Unpack[GameSettings],
) -> list[PlayedGame]:
    """Play the games of ``play_games`` with every action, pressing nothing included, as likely as any other."""
    rng = np.random.default_rng(stream(settings["seed"], "random play"))

    def choose(steps: TimeSteps) -> np.ndarray:
        return rng.integers(player.metadata.n_actions, size=len(steps))

    # One after the other, so that the first n games are the same however many there are.
    return play_games(choose, create_game, player, count, at_once=1, each_turn=each_turn, **settings)


def greedy(
    learner: Any,
    seed: int = 0,
    recorder: Recorder | None = None,
    *,
    rng: np.random.Generator | None = None,
) -> Callable[[TimeSteps], np.ndarray]:
    """Plays as ``learner`` does where nothing is learned: never exploring, its own chance drawn from ``seed``.

    It tells a ``recorder`` the values in the first of the games, where game 0 is as long as it lasts. A generator
    ``rng`` takes the place of the seed.
    """
    chance = rng or np.random.default_rng(stream(seed, "play"))

    def choose(steps: TimeSteps) -> np.ndarray:
        if recorder is None or steps.games[0] or hasattr(learner, "play"):
            if recorder is not None:
                recorder.values = learner.q_values(steps.observations[:1])[0]
            return play(learner, steps, chance)
        values = learner.q_values(steps.observations)
        recorder.values = values[0]
        return best_allowed(values, steps.mask)

    return choose
