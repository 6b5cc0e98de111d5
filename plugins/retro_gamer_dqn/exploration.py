"""How often to act at random: often at first, to see what there is, then less and less."""

from __future__ import annotations

import numpy as np

from retro_gamer_dqn.plain_state import count

SHARE_OF_A_FITTED_RUN = 0.2
"""A run whose length is known explores for no longer than this share of it."""


class PerEpisode:
    """ε begins at ``start`` and is multiplied by ``decay`` after each episode, down to ``floor``."""

    def __init__(self, start: float, floor: float, decay: float) -> None:
        self._start, self.floor, self._decay = start, floor, decay
        self.epsilon = start

    def fitted_to(self, total_turns: int) -> LinearInTurns:
        """A schedule for a run of so many turns, which goes on from where this one is."""
        fitted = LinearInTurns(self._start, self.floor, total_turns).fitted_to(total_turns)
        fitted.load_state_dict({"epsilon": self.epsilon})
        return fitted

    def turns_played(self, count: int) -> None:
        pass

    def episode_finished(self) -> None:
        self.epsilon = max(self.floor, self.epsilon * self._decay)

    def explain(self) -> str:
        return (
            f"exploration: {self._start:.0%} of the actions are random at first; the share is multiplied by "
            f"{self._decay:g} after each episode, down to {self.floor:.0%}"
        )

    def state_dict(self) -> dict[str, float]:
        return {"epsilon": self.epsilon}

    def load_state_dict(self, state: dict[str, float]) -> None:
        self.epsilon = state["epsilon"]


class LinearInTurns:
    """ε falls in a straight line from ``start`` to ``floor`` over the first ``turns`` turns."""

    def __init__(self, start: float, floor: float, turns: int) -> None:
        self._start, self.floor, self._turns = start, floor, turns
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
        return self._start + (self.floor - self._start) * done

    def turns_played(self, count: int) -> None:
        self._played += count

    def episode_finished(self) -> None:
        pass

    def explain(self) -> str:
        return (
            f"exploration: {self._start:.0%} of the actions are random at first, falling in a straight line to "
            f"{self.floor:.0%} over {self.turns:,} turns"
        )

    def fitted_to(self, total_turns: int) -> LinearInTurns:
        """This schedule, in a run of so many turns."""
        self._total_turns = total_turns
        return self

    def state_dict(self) -> dict[str, float | None]:
        return {"played": self._played, "epsilon": self.epsilon, "total_turns": self._total_turns}

    def load_state_dict(self, state: dict[str, float]) -> None:
        if "played" in state:
            self._played = count(state, "played")
        else:  # the run changed over from ``PerEpisode``: go on where the line is as high as epsilon was
            fallen = (self._start - state["epsilon"]) / max(1e-9, self._start - self.floor)
            self._played = round(min(1.0, max(0.0, fallen)) * self.turns)


def exploration_schedule(
    epsilon: float, epsilon_min: float, epsilon_decay: float, epsilon_turns: int
) -> PerEpisode | LinearInTurns:
    """The schedule for these options."""
    if epsilon_turns > 0:
        return LinearInTurns(epsilon, epsilon_min, epsilon_turns)
    return PerEpisode(epsilon, epsilon_min, epsilon_decay)


def restored(schedule: PerEpisode | LinearInTurns, state: dict[str, float]) -> PerEpisode | LinearInTurns:
    """``schedule`` as it stood when ``state`` was saved, fitted to a run if it was then."""
    epsilon = state["epsilon"]
    if not isinstance(epsilon, (int, float)) or not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon cannot be {epsilon!r:.40}")
    if state.get("total_turns"):
        schedule = schedule.fitted_to(count(state, "total_turns"))
    schedule.load_state_dict(state)
    return schedule


def unequally(epsilon: float, spread: float, games: int) -> np.ndarray:
    """ε of each of the games side by side, ``float64[games]``: from ε down to ``ε^(1 + spread)``.

    Where one careless turn can end a long game, a single ε is either too small to find anything new or
    too large to ever see how a long game goes on; so some games are played boldly and some with care
    (Horgan et al. 2018, "Distributed prioritized experience replay", section 4.1). A single game gets
    the middle of the ladder.
    """
    steps = np.linspace(0.0, 1.0, games) if games > 1 else np.array([0.5])
    return epsilon ** (1.0 + spread * steps)


def explain_spread(floor: float, spread: float) -> list[str]:
    """What ``unequally`` does, in a sentence; none for games that explore alike."""
    if not spread:
        return []
    return [
        f"games side by side explore unequally: at the end the boldest acts at random in {floor:.1%} of its "
        f"turns, the most careful in {floor ** (1 + spread):.4%}; one careless turn can end a long game, and how "
        "a long game goes on must be seen, too"
    ]
