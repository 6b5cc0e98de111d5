"""From turns to transitions: rewards summed over n turns, never across the edge of an episode.

n-step returns carry news of a reward n times as fast back to the actions that led to it
(Sutton and Barto 2018, chapter 7). Where an episode ends or is truncated before n turns are over, the
transition is shorter and its discount says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retro_gamer_core.observation import Observations, ObservationSpec, TimeSteps
from retro_gamer_core.playing.vector import Turn
from retro_gamer_core.transitions import Transitions

#: The arrays that a state holds; states of before do not tell what began.
_HELD = ("cells", "features", "actions", "began", "returns", "episode_turns")


class NStepAccumulator:
    """Holds the last n turns of K games until their return is known.

    Args:
        n: turns whose rewards are summed; 1 gives one transition a turn.
        gamma: discount of a reward one turn later.
        games: K.
    """

    def __init__(self, n: int, gamma: float, games: int, spec: ObservationSpec) -> None:
        self._n = n
        self._gamma = gamma
        self._cells = np.zeros((n, games, spec.height, spec.width), np.uint8)
        self._features = np.zeros((n, games, spec.n_features), np.float32)
        self._actions = np.zeros((n, games), np.int64)
        self._began = np.zeros((n, games), bool)
        self._returns = np.zeros((n, games), np.float64)
        self._episode_turns = np.zeros(games, np.int64)
        self._slot = 0
        # From the oldest turn to the newest: its slot, by that of the newest; its age then, and what that discounts.
        self._oldest_first = (np.arange(n)[:, None] + 1 + np.arange(n)) % n
        self._ages = np.arange(n)[::-1, None]
        self._discounts = (gamma ** (1.0 + np.arange(n)[::-1])).astype(np.float32)

    def add(self, steps: TimeSteps, actions: np.ndarray, turn: Turn) -> Transitions:
        """Hear of one turn of K games: what was seen, what was done, what came of it.

        Returns the transitions that are now complete, oldest first; ``len`` may be 0.
        """
        if self._n == 1:
            return self._turn_by_turn(steps, actions, turn)
        n, slot = self._n, self._slot
        self._cells[slot] = steps.observations.cells
        self._features[slot] = steps.observations.features
        self._actions[slot] = actions
        self._began[slot] = steps.began
        self._returns[slot] = 0.0
        self._episode_turns += 1
        self._episode_turns[turn.lost] = 0  # and with it the turns whose return it was to be part of

        oldest_first = self._oldest_first[slot]
        complete = self._ages < self._episode_turns
        if turn.rewards.any():
            self._returns[oldest_first] += complete * self._gamma**self._ages * turn.rewards
        ending = turn.terminated | turn.truncated
        complete[1:] &= ending
        ages, games = complete.nonzero()
        slots = oldest_first.take(ages)
        discounts = self._discounts.take(ages)
        discounts[turn.terminated.take(games)] = 0.0
        transitions = Transitions(
            Observations(self._cells[slots, games], self._features[slots, games]),
            self._actions[slots, games],
            self._returns[slots, games].astype(np.float32),
            discounts,
            turn.next_observations[games],
            steps.games.take(games),
            self._began[slots, games],
        )
        self._episode_turns[ending] = 0
        self._slot = (slot + 1) % n
        return transitions

    def _turn_by_turn(self, steps: TimeSteps, actions: np.ndarray, turn: Turn) -> Transitions:
        """With n = 1 nothing has to be held: each turn is a transition at once."""
        transitions = Transitions(
            steps.observations.copy(),  # the games write the next turn into the same arrays
            actions,
            turn.rewards,
            np.where(turn.terminated, np.float32(0), np.float32(self._gamma)),
            turn.next_observations.copy(),
            steps.games,
            steps.began,
        )
        return transitions[~turn.lost] if turn.lost.any() else transitions

    def drop(self) -> None:
        """Forget turns whose return is not known: the games are being given up."""
        self._episode_turns[:] = 0

    def recode(self, codes: np.ndarray) -> None:
        """Replace every held cell ``c`` by ``codes[c]`` (``uint8[256]``)."""
        self._cells = codes[self._cells]

    def state_dict(self) -> dict[str, Any]:
        held = {name: getattr(self, f"_{name}").copy() for name in _HELD}
        return {**held, "slot": self._slot}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name in _HELD:
            getattr(self, f"_{name}")[...] = state.get(name, False) if name == "began" else state[name]
        self._slot = range(self._n)[state["slot"]]
