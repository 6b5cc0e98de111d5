"""One game of an evaluation while it is played: its own chance, and what came of it so far.

Each game draws from a stream of its own, so that what happens in it does not depend on which others are
played beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite

from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.runs.plain_values import number


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
    ended: str
    actions: tuple[int, ...]
    error: BaseException | None = field(default=None, compare=False, repr=False)


class GameInPlay:
    """A game that has begun; look at ``ended`` first, for it may have failed in doing so.

    Args:
        index: which of the games of an evaluation it is.
        environment: nobody else's.
        seen: where it is written what can be seen of it, now and after each turn; one observation.
        seed: all chance in it comes from ``(seed, index)``.
        max_turns: it ends after so many.
        score_key: the key of its state that is its score.
    """

    def __init__(
        self,
        index: int,
        environment: GameEnvironment,
        seen: Observations,
        *,
        seed: int,
        max_turns: int,
        score_key: str | None,
    ) -> None:
        self.index = index
        self.ended = ""
        self._environment = environment
        self._seen = seen
        self._max_turns = max_turns
        self._score_key = score_key
        self._chance = Chance(seed, index)
        self._total_reward = 0.0
        self._turns = 0
        self._actions = [0] * environment.metadata.n_actions
        self._error: BaseException | None = None
        self._go_on(environment.begin_episode)

    def play_turn(self, action: int) -> None:
        """Press the key of ``action`` for one turn."""
        self._actions[action] += 1
        self._go_on(lambda: self._turn(action))
        if self.ended:
            return
        if not self._environment.playing:
            self.ended = "game over"
        elif self._turns >= self._max_turns:
            self.ended = "turn limit"

    def result(self) -> PlayedGame:
        """What came of it."""
        return PlayedGame(
            self._score(), self._total_reward, self._turns, self.ended, tuple(self._actions), self._error
        )

    def _turn(self, action: int) -> None:
        self._total_reward += self._environment.play_turn(action)
        self._turns += 1

    def _go_on(self, play: Callable[[], object]) -> None:
        """Go on with the game, and look at it."""
        try:
            with self._chance:
                play()
                self._environment.write_observation(self._seen.cells, self._seen.features)
        except (Exception, SystemExit) as error:  # exit() in a game must not end the evaluation
            self.ended, self._error = "error", error

    def _score(self) -> float | None:
        game = self._environment.game
        score = number(game.state.get(self._score_key)) if game is not None and self._score_key else None
        return float(score) if score is not None and isfinite(score) else None
