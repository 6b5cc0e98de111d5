"""What changes as training goes on: the share of random actions (ε) and the learning rate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from retro_gamer_dqn.checkpoint import count

SHARE_OF_A_FITTED_RUN = 0.2
"""A run whose length is known explores for no longer than this share of it."""


class PerEpisode:
    """ε begins at ``start`` and is multiplied by ``decay`` after each episode, down to ``floor``."""

    def __init__(self, start: float, floor: float, decay: float) -> None:
        self.start, self.floor, self._decay = start, floor, decay
        self.epsilon = start

    def fitted_to(self, total_turns: int) -> LinearInTurns:
        """A schedule for a run of so many turns, which goes on from where this one is."""
        fitted = LinearInTurns(self.start, self.floor, total_turns).fitted_to(total_turns)
        fitted.load_state_dict({"epsilon": self.epsilon})
        return fitted

    def turns_played(self, count: int) -> None:
        pass

    def episode_finished(self) -> None:
        self.epsilon = max(self.floor, self.epsilon * self._decay)

    def explain(self) -> str:
        return f"multiplied by {self._decay:g} after each episode"

    def state_dict(self) -> dict[str, float]:
        return {"epsilon": self.epsilon}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.epsilon = state["epsilon"]


class LinearInTurns:
    """ε falls in a straight line from ``start`` to ``floor`` over the first ``turns`` turns."""

    def __init__(self, start: float, floor: float, turns: int) -> None:
        self.start, self.floor, self._turns = start, floor, turns
        self._played = 0
        self._total_turns: int | None = None

    @property
    def turns(self) -> int:
        """Over how many turns ε falls."""
        if self._total_turns is None:
            return self._turns
        return max(1, min(self._turns, round(SHARE_OF_A_FITTED_RUN * self._total_turns)))

    @property
    def epsilon(self) -> float:
        done = min(1.0, self._played / self.turns)
        return self.start + (self.floor - self.start) * done

    def turns_played(self, count: int) -> None:
        self._played += count

    def episode_finished(self) -> None:
        pass

    def explain(self) -> str:
        return f"falling in a straight line over {self.turns:,} turns"

    def fitted_to(self, total_turns: int) -> LinearInTurns:
        """This schedule, in a run of so many turns."""
        self._total_turns = total_turns
        return self

    def state_dict(self) -> dict[str, float | None]:
        return {"played": self._played, "epsilon": self.epsilon, "total_turns": self._total_turns}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        if "played" in state:
            self._played = count(state, "played")
        else:  # the run changed over from ``PerEpisode``: go on where the line is as high as epsilon was
            fallen = (self.start - state["epsilon"]) / max(1e-9, self.start - self.floor)
            self._played = round(min(1.0, max(0.0, fallen)) * self.turns)


def exploration_schedule(
    epsilon: float, epsilon_min: float, epsilon_decay: float, epsilon_turns: int
) -> PerEpisode | LinearInTurns:
    """The schedule for these options."""
    if epsilon_turns > 0:
        return LinearInTurns(epsilon, epsilon_min, epsilon_turns)
    return PerEpisode(epsilon, epsilon_min, epsilon_decay)


def restored(schedule: PerEpisode | LinearInTurns, state: Mapping[str, Any]) -> PerEpisode | LinearInTurns:
    """``schedule`` as it stood when ``state`` was saved, fitted to a run if it was then."""
    epsilon = state["epsilon"]
    if not isinstance(epsilon, (int, float)) or not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon cannot be {epsilon!r:.40}")
    if state.get("total_turns"):
        schedule = schedule.fitted_to(count(state, "total_turns"))
    schedule.load_state_dict(state)
    return schedule


def per_game_epsilons(epsilon: float, spread: float, games: int) -> np.ndarray:
    """ε of each of the games played side by side, ``float64[games]``: from ε down to ``ε^(1 + spread)``.

    Where one careless turn can end a long game, a single ε is either too small to find anything new or
    too large to ever see how a long game goes on; so some games are played boldly and some with care
    (Horgan et al. 2018, "Distributed prioritized experience replay", section 4.1). With one game there
    is nothing to spread: its ε is ``epsilon``.
    """
    return epsilon ** _exponents(spread, games)


@cache
def _exponents(spread: float, games: int) -> np.ndarray:
    return 1.0 + spread * np.linspace(0.0, 1.0, games)


def explain_exploration(schedule: PerEpisode | LinearInTurns, spread: float, games: int) -> str:
    """How often actions are random, now and at the end; with several games, what the log's epsilon means."""
    said = f"exploration: {schedule.start:.0%} of the actions are random at first, {schedule.explain()}"
    if not spread or games == 1:
        return f"{said} to {schedule.floor:.1%}"
    at_end = per_game_epsilons(schedule.floor, spread, games)
    return (
        f"{said} to {at_end[0]:.1%} in the boldest of {games} games and {at_end[-1]:.4%} in the most careful, "
        f"{at_end.mean():.1%} on average, which is what the log calls epsilon; one careless turn can end a long "
        "game, and how a long game goes on must be seen, too"
    )


class LearningRate:
    """``start · decay^(episodes with updates) / (1 + updates / halved_after)``.

    Args:
        start: the rate of the first update.
        decay: factor after each episode in which something was learned.
        halved_after: updates; 0 leaves the divisor out. Falling as one over the time is what lets an average
            of noisy corrections settle (Robbins and Monro 1951).
    """

    def __init__(self, start: float, decay: float, halved_after: int) -> None:
        self._start, self._decay, self._halved_after = start, decay, halved_after
        self._learning_episodes = 0
        self._updates_at_last_episode = 0

    def at(self, updates: int) -> float:
        """The rate after so many updates."""
        divisor = 1 + updates / self._halved_after if self._halved_after else 1
        return self._start * self._decay**self._learning_episodes / divisor

    def episode_finished(self, updates: int) -> None:
        """An episode ended, after so many updates in all."""
        if updates > self._updates_at_last_episode:
            self._updates_at_last_episode = updates
            self._learning_episodes += 1

    def explain(self) -> str:
        said = f"learning rate {self._start:g}"
        if self._decay != 1:
            said += f", multiplied by {self._decay:g} after each episode in which something was learned"
        if self._halved_after:
            said += (
                f", half of that after {self._halved_after:,} updates, a third after twice as many, and so on"
            )
        return said

    def state_dict(self) -> dict[str, int]:
        return {
            "updates_at_last_episode": self._updates_at_last_episode,
            "learning_episodes": self._learning_episodes,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state_dict`` was taken; the options are those of now."""
        self._updates_at_last_episode = count(state, "updates_at_last_episode")
        self._learning_episodes = count(state, "learning_episodes")
