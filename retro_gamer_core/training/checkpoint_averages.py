"""Averages over the episodes since the checkpoint before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from retro_gamer_core.events import CheckpointSaved, EpisodeFinished


@dataclass
class CheckpointAverages:
    """Sums of what the episodes brought, until a checkpoint makes averages of them.

    ``since`` is how many seconds had been trained when the first of them began.
    """

    since: float = 0.0
    episodes: int = 0
    reward: float = 0.0
    turns: int = 0
    loss: float = 0.0
    losses: int = 0

    def add(self, episode: EpisodeFinished) -> None:
        self.episodes += 1
        self.reward += episode.total_reward
        self.turns += episode.turns
        if episode.average_loss is not None:
            self.loss += episode.average_loss
            self.losses += 1

    def checkpoint(self, path: Path, last: EpisodeFinished, *, total_seconds: float) -> CheckpointSaved:
        """The averages, as a checkpoint at ``path`` taken after the episode ``last``."""
        count = max(1, self.episodes)
        seconds = total_seconds - self.since
        return CheckpointSaved(
            path=path,
            episode=last.number,
            first_episode=last.number - count + 1,
            average_reward=self.reward / count,
            average_turns=self.turns / count,
            average_loss=self.loss / self.losses if self.losses else None,
            epsilon=last.epsilon,
            seconds=seconds,
            total_seconds=total_seconds,
            total_turns=last.total_turns,
            turns_per_second=self.turns / seconds if seconds > 0 else 0.0,
        )

    def state_dict(self) -> dict[str, Any]:
        return asdict(self)
