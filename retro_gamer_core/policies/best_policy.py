"""``best.pt``: the best policy so far, never written over by a worse one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.games import PlayedGame
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.policies.checkpoints import read_checkpoint
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.runs.refusals import damage_explained

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.policies.player import Player
    from retro_gamer_core.runs.run_directory import RunDirectory


@dataclass(frozen=True)
class Means:
    """What some games brought on average, and when in training they were played.

    ``score`` is None where the game keeps none. Random play is as it was before the first episode: both
    ``episode`` and ``total_turns`` are 0.
    """

    score: float | None
    total_reward: float
    turns: float
    episode: int
    total_turns: int

    @classmethod
    def of(cls, played: Sequence[PlayedGame], episode: int, total_turns: int) -> Means:
        scores = [game.score for game in played if game.score is not None]
        return cls(
            fmean(scores) if scores else None,
            fmean(game.total_reward for game in played),
            fmean(game.turns for game in played),
            episode,
            total_turns,
        )

    @property
    def figure(self) -> float:
        """What is compared: the score where there is one, else the return."""
        return self.total_reward if self.score is None else self.score

    @property
    def in_words(self) -> str:
        return f"mean {'return' if self.score is None else 'score'} {self.figure:,.1f}"

    def better_than(self, other: Means | None) -> bool:
        """Whether it wins; against nobody, and against what was counted in another way, it does."""
        return other is None or (self.score is None) != (other.score is None) or self.figure > other.figure


@dataclass
class BestPolicy:
    """What ``best.pt`` holds.

    Args:
        run: the run it belongs to.
        create_game: makes a fresh game.
        plugins: where its parts come from.
    """

    run: RunDirectory
    create_game: Callable[[], Game]
    plugins: Plugins
    _means: Means | None = None

    def means(self) -> Means | None:
        """What it reached when it was saved; None without a file that says so."""
        if self._means is None and self.run.best_checkpoint.is_file():
            try:
                with damage_explained(self.run.best_checkpoint):
                    saved = read_checkpoint(self.run.best_checkpoint, self.plugins)
                    told = saved.get("evaluation", {}).get("best")
                    self._means = restored(Means, told) if told else None
            except RetroGamerError:  # a damaged file holds no policy, so any policy is better
                self._means = None
        return self._means

    def replaced_by(self, means: Means) -> None:
        """Another one, which reached this, has been saved in its place."""
        self._means = means

    def player(self) -> Player | None:
        """It, ready to play; None where there is none that can be loaded."""
        if not self.run.best_checkpoint.is_file():
            return None
        try:
            policy = TrainedPolicy(self.run.path, "best", plugins=self.plugins)
            return policy.player_in(any_game(self.create_game))
        except RetroGamerError:
            return None
