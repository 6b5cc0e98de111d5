"""Several games, turned together: one observation array in, one action array out.

The games share one stream of random numbers, so they are always turned in the same order and the
whole is reproducible from one seed. Nobody else draws from it (see ``chance``). Games cannot be saved
to a file (they are a student's own objects), but they can be played again: from the seed of the last
common beginning, with the same actions. That is how a stopped training finds its games as it left
them. A game that raises an error costs its episode, not the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.chance import Chance, seed_what_is_in_place
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.plugins.diagnosis import in_words

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.playing.frames import CharacterCodes

Ending = Literal["game over", "turn limit", "error"]

#: A game that could not be made so many times in a row never will be.
_MOST_ATTEMPTS = 20
_ACTION = np.uint16  # how an action is kept until the games are played again


@dataclass(frozen=True)
class FinishedGame:
    """One game that ended in this turn.

    ``seed`` is that of the common beginning, ``turns_since_seed`` how long ago that was;
    ``error`` is what the game raised, if it did.
    """

    index: int
    total_reward: float
    turns: int
    ended: Ending
    seed: int
    turns_since_seed: int
    error: BaseException | None = None


@dataclass
class Turn:
    """What came of one turn of K games.

    Args:
        rewards: ``float32[K]``.
        terminated: ``bool[K]``, the game is over by its own rules.
        cut: ``bool[K]``, the episode ends here though the game is not over (turn limit).
        lost: ``bool[K]``, the game raised an error: this turn is not to be learned from.
        next_observations: what was really seen last, before any fresh game begins.
        finished: the games that ended, in order.
    """

    rewards: np.ndarray
    terminated: np.ndarray
    cut: np.ndarray
    lost: np.ndarray
    next_observations: Observations
    finished: list[FinishedGame] = field(default_factory=list)


class GamesInStep:
    """K environments of one game, turned together.

    Args:
        environments: K of them, sharing one encoder and one set of character codes.
        max_turns: an episode that is still going after so many turns is cut.
        seed: everything random in the games comes from this.
        note: what is to be said about them, if anything.

    A single game begins every episode with a seed of its own. Several games begin together, and
    then each goes its own way until ``restart`` is called.
    """

    def __init__(
        self, environments: Sequence[GameEnvironment], max_turns: int, seed: int, note: str = ""
    ) -> None:
        self._environments = list(environments)
        self._max_turns = max_turns
        self._seed = seed
        self._note = note
        self._chance = Chance(seed)
        k = len(self._environments)
        spec = self._environments[0].spec
        # Two sets of arrays take turns, so that what was seen is still there beside what is seen next.
        self.observations = Observations.empty(k, spec)
        self._spare = Observations.empty(k, spec)
        self._total_rewards = [0.0] * k
        self._turns = [0] * k
        self._beginnings = 0
        self._ever_begun = False
        self._actions_since_beginning: list[bytes] = []

    def __len__(self) -> int:
        return len(self._environments)

    @property
    def turns_since_beginning(self) -> int:
        """Turns of all games since they last began together: what a resume would play again."""
        return len(self._actions_since_beginning) * len(self)

    def restart(self) -> None:
        """Give up whatever is being played and begin K fresh games together."""
        with self._chance:
            if len(self) > 1:
                self._begin_chance()
            for i in range(len(self)):
                self._begin(i, [])

    def begin_step(self, actions: np.ndarray) -> None:
        """Tell the games what to do in their next turn, as ``step`` does; ``finish_step`` gives what came of it.

        In between, ``observations`` is what the actions were chosen for.
        """
        self._next_actions = actions

    def finish_step(self) -> Turn:
        """Play the turn that was begun."""
        return self.step(self._next_actions)

    def step(self, actions: np.ndarray) -> Turn:
        """Play one turn of each game; ``actions: int64[K]``. Fresh games begin where one ended.

        Afterwards ``observations`` is what to act on next.
        """
        with self._chance:
            return self._step(actions)

    def _step(self, actions: np.ndarray) -> Turn:
        k = len(self)
        self._actions_since_beginning.append(actions.astype(_ACTION).tobytes())
        seen_next = self._spare
        turn = Turn(
            np.zeros(k, np.float32), np.zeros(k, bool), np.zeros(k, bool), np.zeros(k, bool), seen_next
        )
        rewards = turn.rewards
        for i, (environment, action) in enumerate(zip(self._environments, actions.tolist(), strict=True)):
            try:
                reward = environment.play_turn(action)
                environment.write_observation(seen_next.cells[i], seen_next.features[i])
            except (Exception, SystemExit) as error:  # exit() in a game must not end the training
                turn.lost[i] = True
                turn.finished.append(self._finished(i, "error", error))
                continue
            rewards[i] = reward
            self._total_rewards[i] += reward
            self._turns[i] += 1
            if not environment.playing:
                turn.terminated[i] = True
                turn.finished.append(self._finished(i, "game over"))
            elif self._turns[i] >= self._max_turns:
                turn.cut[i] = True
                turn.finished.append(self._finished(i, "turn limit"))
        self._spare, self.observations = self.observations, seen_next
        if turn.finished:
            # The last observation of a finished game belongs to the turn; the fresh game is seen elsewhere.
            self.observations = Observations(seen_next.cells.copy(), seen_next.features.copy())
            for game in tuple(turn.finished):
                self._begin(game.index, turn.finished)
        return turn

    def explain(self) -> list[str]:
        return [self._note] if self._note else []

    def change_encoder(self, encoder: Encoder, characters: CharacterCodes) -> None:
        """See with another encoder of the same shape from now on; running games go on."""
        with Chance(self._seed):  # when the games are played again, this is not done again
            for i, environment in enumerate(self._environments):
                environment.change_encoder(encoder, characters)
                environment.write_observation(self.observations.cells[i], self.observations.features[i])

    def state_dict(self) -> dict[str, Any]:
        """How to play the running games again: seed and actions since they began together."""
        return {
            "beginnings": self._beginnings,
            "actions": np.frombuffer(b"".join(self._actions_since_beginning), _ACTION).reshape(-1, len(self)),
            "turns": np.array(self._turns),
            "total_rewards": np.array(self._total_rewards),
            "cells": self.observations.cells.copy(),
            "features": self.observations.features.copy(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        """Play the games again up to where ``state_dict`` was taken.

        Returns False when they do not come out the same: then the game depends on more than
        their seed (the time, a file, a generator of its own), and fresh games have begun instead.
        """
        self._beginnings = state["beginnings"] - 1
        self.restart()
        for actions in state["actions"]:
            self.step(actions.astype(np.int64))
        replayed = self.state_dict()
        if all(np.array_equal(replayed[key], state[key]) for key in state):
            return True
        self._beginnings = state["beginnings"]
        self.restart()
        return False

    def _begin_chance(self) -> None:
        self._beginnings += 1
        self._actions_since_beginning.clear()
        seed_what_is_in_place(self._current_seed())

    def _current_seed(self) -> int:
        return int(np.random.SeedSequence([self._seed, self._beginnings]).generate_state(1)[0])

    def _begin(self, i: int, finished: list[FinishedGame]) -> None:
        """Begin a fresh game. One that cannot be made is ``finished`` at once, and the next one tried."""
        environment, seen = self._environments[i], self.observations
        for attempts_left in reversed(range(_MOST_ATTEMPTS)):
            if len(self) == 1:
                self._begin_chance()
            self._total_rewards[i], self._turns[i] = 0.0, 0
            try:
                environment.begin_episode()
                environment.write_observation(seen.cells[i], seen.features[i])
                environment.check_observation(seen.cells[i], seen.features[i])
                self._ever_begun = True
                return
            except (Exception, SystemExit) as error:
                if isinstance(error, RetroGamerError) and not (
                    self._ever_begun or isinstance(error, GameError)
                ):
                    raise  # the encoder cannot see this game at all: no other game will change that
                if not attempts_left:
                    raise _cannot_begin(error) from error
                finished.append(self._finished(i, "error", error))

    def _finished(self, i: int, ended: Ending, error: BaseException | None = None) -> FinishedGame:
        return FinishedGame(
            i,
            self._total_rewards[i],
            self._turns[i],
            ended,
            self._current_seed(),
            len(self._actions_since_beginning),
            error,
        )


def _cannot_begin(error: BaseException) -> GameError:
    """Why no game could be begun, however often it was tried."""
    if isinstance(error, GameError):
        return error
    if isinstance(error, RetroGamerError):
        problem = error.problem
        return GameError(problem.what, where=problem.where, why=problem.why, hint=problem.hint)
    return GameError(
        f"no game can be begun: {in_words(error)}",
        why=f"it was tried {_MOST_ATTEMPTS} times in a row",
        hint="mend the game, then train again",
    )
