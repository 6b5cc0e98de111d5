"""A vector environment: several games turned together, one observation array out, one action array in.

The methods have the names of Gymnasium's vector environments. A fresh game begins in the very step in which
one ended, and ``Turn.next_observations`` has the final observation of the one that ended.

The games share one stream of random numbers, so they are always turned in the same order and the
whole is reproducible from one seed. Nobody else draws from it (see ``chance``). Games cannot be saved
to a file (they are a student's own objects), but they can be played again: from the seed of the last
common beginning, with the same actions. That is how a stopped training finds its games as it left
them. A game that raises an error costs its episode, not the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from retro_gamer_core.contracts import ask
from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.observation import Observations, TimeSteps
from retro_gamer_core.playing.chance import Chance, seed_what_is_in_place
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.streams import seed_before_names, stream_seed

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.events import Ending
    from retro_gamer_core.playing.frames import CharacterCodes

#: A game that could not be made so many times in a row never will be.
_MOST_ATTEMPTS = 20
_ACTION = np.uint16  # how an action is kept until the games are played again


class Episode:
    """The running game of one environment, and what has come of it so far.

    Args:
        environment: nobody else's.
        max_turns: an episode that is still going after so many turns is truncated.
    """

    __slots__ = ("environment", "max_turns", "total_reward", "turns")

    def __init__(self, environment: GameEnvironment, max_turns: int) -> None:
        self.environment = environment
        self.max_turns = max_turns
        self.total_reward, self.turns = 0.0, 0

    def begin(self, cells: np.ndarray, features: np.ndarray) -> None:
        """Begin a fresh game, and write what is seen into ``cells: uint8[h, w]`` and ``features: float32[f]``."""
        self.total_reward, self.turns = 0.0, 0
        self.environment.begin_episode()
        self.environment.write_observation(cells, features)

    def step(self, action: int, cells: np.ndarray, features: np.ndarray) -> tuple[float, Ending | None]:
        """Play one turn. Returns the reward to learn from, and how the episode ended, if it did.

        Whatever the game raises passes through; the turn does not count then.
        """
        environment = self.environment
        reward = environment.play_turn(action)
        environment.write_observation(cells, features)
        self.total_reward += reward
        if environment.wrappers:
            reward = environment.wrapped(reward, action)
        self.turns += 1
        if not environment.playing:
            return reward, "game over"
        return reward, "turn limit" if self.turns >= self.max_turns else None


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
    """What came of one turn of n games.

    Args:
        rewards: ``float32[n]``.
        terminated: ``bool[n]``, the game is over by its own rules.
        truncated: ``bool[n]``, the episode ends here though the game is not over (turn limit).
        lost: ``bool[n]``, the game raised an error: this turn is not to be learned from.
        next_observations: what was really seen last, before any fresh game begins.
        finished: the games that ended, in order.
    """

    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    lost: np.ndarray
    next_observations: Observations
    finished: list[FinishedGame] = field(default_factory=list)


class VectorEnv(Protocol):
    """Games played side by side, in whichever process.

    Attributes:
        num_envs: how many.
        observations: what to act on next. It stays as it is until the step after the next one.
        turns_since_reset: turns of all games since they last began together: what a resume would play again.
    """

    @property
    def num_envs(self) -> int: ...
    @property
    def observations(self) -> Observations: ...
    @property
    def turns_since_reset(self) -> int: ...

    def time_steps(self) -> TimeSteps:
        """``observations``, and what there is to know beside them."""

    def reset(self) -> None:
        """Give up whatever is being played and begin fresh games together."""

    def step_async(self, actions: np.ndarray) -> None:
        """Let the games play a turn, ``actions: int64[num_envs]``, and do not wait; ``step_wait`` does.

        In between, ``observations`` is what the actions were chosen for.
        """

    def step_wait(self) -> Turn:
        """What came of the turn that was begun. Fresh games have begun where one ended."""

    def change_encoder(self, encoder: Encoder, characters: CharacterCodes) -> bool:
        """See with another encoder of the same shape from now on.

        Returns False where the encoder remembers something of the games: then fresh ones have begun.
        """

    def state_dict(self) -> dict[str, Any]:
        """How to play the running games again: seed and actions since they began together."""

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        """Play the games again up to where ``state_dict`` was taken.

        Returns False when they do not come out the same: then the game depends on more than
        their seed (the time, a file, a generator of its own), and fresh games have begun instead.
        """

    def explain(self) -> list[str]:
        """What is to be said about where they are played."""


class SyncVectorEnv:
    """A ``VectorEnv`` in this process.

    Args:
        environments: of one game, sharing one encoder, one set of character codes and the wrappers.
        max_turns: an episode that is still going after so many turns is truncated.
        seed: everything random in the games comes from this.
        note: what is to be said about them, if anything.

    A single game begins every episode with a seed of its own. Several games begin together, and
    then each goes its own way until ``reset`` is called.
    """

    def __init__(
        self, environments: Sequence[GameEnvironment], max_turns: int, seed: int, note: str = ""
    ) -> None:
        self._episodes = [Episode(environment, max_turns) for environment in environments]
        self.num_envs = n = len(self._episodes)
        self._seed = seed
        self._named_streams = True
        self._note = note
        self._chance = Chance(seed)
        self._wrappers = environments[0].wrappers
        self._wrappers_at_reset: dict[str, Any] = {}
        spec = environments[0].spec
        # Two sets of arrays take turns, so that what was seen is still there beside what is seen next.
        self.observations = Observations.empty(n, spec)
        self._spare = Observations.empty(n, spec)
        self._numbers = np.arange(n)
        self._began = np.ones(n, bool)
        self._beginnings = 0
        self._ever_begun = False
        self._actions_since_reset: list[bytes] = []

    @property
    def turns_since_reset(self) -> int:
        return len(self._actions_since_reset) * self.num_envs

    def time_steps(self) -> TimeSteps:
        first, *others = self._episodes
        mask = first.environment.action_mask()
        if mask is not None:
            mask = np.array([mask, *(other.environment.action_mask() for other in others)], bool)
        return TimeSteps(self.observations, self._numbers, self._began, mask)

    def reset(self) -> None:
        with self._chance:
            if self.num_envs > 1:
                self._begin_chance()
            for i in range(self.num_envs):
                self._begin(i, [])

    def step_async(self, actions: np.ndarray) -> None:
        self._next_actions = actions

    def step_wait(self) -> Turn:
        return self.step(self._next_actions)

    def step(self, actions: np.ndarray) -> Turn:
        """``step_async`` and ``step_wait`` in one."""
        with self._chance:
            return self._step(actions)

    def _step(self, actions: np.ndarray) -> Turn:
        n = self.num_envs
        self._actions_since_reset.append(actions.astype(_ACTION).tobytes())
        seen_next = self._spare
        turn = Turn(
            np.zeros(n, np.float32), np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool), seen_next
        )
        rewards, cells, features = turn.rewards, seen_next.cells, seen_next.features
        for i, (episode, action) in enumerate(zip(self._episodes, actions.tolist(), strict=True)):
            try:
                rewards[i], ended = episode.step(action, cells[i], features[i])
            except (Exception, SystemExit) as error:  # exit() in a game must not end the training
                turn.lost[i] = True
                turn.finished.append(self._finished(i, "error", error))
                continue
            if ended is not None:
                (turn.terminated if ended == "game over" else turn.truncated)[i] = True
                turn.finished.append(self._finished(i, ended))
        self._spare, self.observations = self.observations, seen_next
        self._began = np.zeros(n, bool)
        if turn.finished:
            # The last observation of a finished game belongs to the turn; the fresh game is seen elsewhere.
            self.observations = seen_next.copy()
            for game in tuple(turn.finished):
                self._begin(game.index, turn.finished)
        return turn

    def explain(self) -> list[str]:
        return [self._note] if self._note else []

    def change_encoder(self, encoder: Encoder, characters: CharacterCodes) -> bool:
        environments = [episode.environment for episode in self._episodes]
        # What it remembers was seen with the old one; played again, it would all be seen with the new one.
        remembers = any(environment.memory for environment in environments)
        with Chance(self._seed):  # when the games are played again, this is not done again
            for i, environment in enumerate(environments):
                environment.change_encoder(encoder, characters)
                environment.write_observation(self.observations.cells[i], self.observations.features[i])
        if remembers:
            self.reset()
        return not remembers

    def state_dict(self) -> dict[str, Any]:
        state = {
            "beginnings": self._beginnings,
            "actions": np.frombuffer(b"".join(self._actions_since_reset), _ACTION).reshape(-1, self.num_envs),
            "turns": np.array([episode.turns for episode in self._episodes]),
            "total_rewards": np.array([episode.total_reward for episode in self._episodes]),
            "cells": self.observations.cells.copy(),
            "features": self.observations.features.copy(),
            "wrappers": {"at_reset": self._wrappers_at_reset, "now": self._wrapper_states()},
        }
        return {**state, "named_streams": True} if self._named_streams else state

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        self._named_streams = bool(state.get("named_streams"))  # runs of before go on with the seeds they had
        self._beginnings = state["beginnings"] - 1
        wrappers = state.get("wrappers", {"at_reset": {}, "now": {}})
        self._load_wrappers(wrappers["at_reset"])
        self.reset()
        for actions in state["actions"]:
            self.step(actions.astype(np.int64))
        replayed = self.state_dict()
        self._load_wrappers(wrappers["now"])
        if all(np.array_equal(replayed[key], state[key]) for key in state.keys() - {"wrappers"}):
            return True
        self._beginnings = state["beginnings"]
        self.reset()
        return False

    def _wrapper_states(self) -> dict[str, Any]:
        return {name: ask(wrapper, "state_dict") or {} for name, wrapper in self._wrappers.items()}

    def _load_wrappers(self, states: dict[str, Any]) -> None:
        for name, wrapper in self._wrappers.items():
            if states.get(name):
                ask(wrapper, "load_state_dict", states[name])

    def _begin_chance(self) -> None:
        self._wrappers_at_reset = deepcopy(self._wrapper_states())
        self._beginnings += 1
        self._actions_since_reset.clear()
        seed_what_is_in_place(self._current_seed())

    def _current_seed(self) -> int:
        if self._named_streams:
            return stream_seed(self._seed, "games", self._beginnings)
        return seed_before_names(self._seed, self._beginnings)

    def _begin(self, i: int, finished: list[FinishedGame]) -> None:
        """Begin a fresh game. One that cannot be made is ``finished`` at once, and the next one tried."""
        episode, cells, features = (
            self._episodes[i],
            self.observations.cells[i],
            self.observations.features[i],
        )
        for attempts_left in reversed(range(_MOST_ATTEMPTS)):
            if self.num_envs == 1:
                self._begin_chance()
            try:
                episode.begin(cells, features)
                episode.environment.check_observation(cells, features)
                self._began[i] = self._ever_begun = True
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
        episode, turns_since = self._episodes[i], len(self._actions_since_reset)
        return FinishedGame(
            i, episode.total_reward, episode.turns, ended, self._current_seed(), turns_since, error
        )


def _cannot_begin(error: BaseException) -> GameError:
    """Why no game could be begun, however often it was tried."""
    if isinstance(error, GameError):
        return error
    if isinstance(error, RetroGamerError):
        return GameError(**vars(error.problem))
    return GameError(
        f"no game can be begun: {in_words(error)}",
        why=f"it was tried {_MOST_ATTEMPTS} times in a row",
        hint="mend the game, then train again",
    )
