"""How far an update moves the weights: far at first, to find the way, and less later, to find the place."""

from __future__ import annotations

from retro_gamer_dqn.plain_state import count


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

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on where ``state_dict`` was taken; the options are those of now."""
        self._updates_at_last_episode = count(state, "updates_at_last_episode")
        self._learning_episodes = count(state, "learning_episodes")
