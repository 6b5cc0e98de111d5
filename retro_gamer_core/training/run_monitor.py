"""What is known of a run so far, noticed turn by turn and cheaply: all that an alarm may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig, TrainingSettings
    from retro_gamer_core.contracts import LearnResult
    from retro_gamer_core.events import EpisodeFinished, Evaluated

#: Looking at a batch takes 5 microseconds, at one in fifty a tenth of one for each update.
UPDATES_BETWEEN_GUESSES = 50

#: Looks and evaluations that are kept. One may be chance; three in a row are a pattern.
IN_A_ROW = 3


@dataclass
class Noticed:
    """Ranges of what the loop has seen.

    Args:
        turns, updates: how many were noticed.
        lowest_reward, highest_reward: of a single turn.
        largest_guess: how far from zero the guesses of a batch went, in units of the reward; of several
            batches, the one in which they went least far, so that one odd batch counts for nothing.
            None while no batch has been looked at.
    """

    turns: int = 0
    updates: int = 0
    lowest_reward: float = inf
    highest_reward: float = -inf
    largest_guess: float | None = None


@dataclass
class Episodes:
    """All episodes so far, but for those that an error ended.

    Args:
        count: how many.
        cut: how many of them the turn limit ended.
        shortest, longest: in turns.
        lowest, highest: total reward.
    """

    count: int = 0
    cut: int = 0
    shortest: float = inf
    longest: float = 0
    lowest: float = inf
    highest: float = -inf

    def add(self, episode: EpisodeFinished) -> None:
        if episode.ended == "error":
            return
        self.count += 1
        self.cut += episode.ended == "turn limit"
        self.shortest = min(self.shortest, episode.turns)
        self.longest = max(self.longest, episode.turns)
        self.lowest = min(self.lowest, episode.total_reward)
        self.highest = max(self.highest, episode.total_reward)


@dataclass
class Exploration:
    """How the share of random actions moves, without knowing its schedule.

    Args:
        first, now: the share when it was first heard of, and last.
        since: the episode in which it was first heard of.
        turns: turns played when it was last heard of.
        factor: what the last episode multiplied it by; None before the second one.
        episodes_in_a_row: how many multiplied it by just that.
    """

    first: float | None = None
    now: float = 0.0
    since: int = 0
    turns: int = 0
    factor: float | None = None
    episodes_in_a_row: int = 0

    def add(self, episode: EpisodeFinished) -> None:
        if self.first is None:
            self.first, self.since = episode.epsilon, episode.number
        elif episode.total_turns == self.turns and episode.epsilon == self.now:
            return  # games that end in the same turn tell nothing of a schedule in turns
        elif self.now > 0:
            factor = episode.epsilon / self.now
            # A schedule in turns never gives the same factor twice. Rounding shows in the sixteenth digit.
            same = self.factor is not None and abs(factor - self.factor) < 1e-12
            self.episodes_in_a_row = self.episodes_in_a_row + 1 if same else 1
            self.factor = factor
        self.now, self.turns = episode.epsilon, episode.total_turns


@dataclass(frozen=True)
class GreedyPlay:
    """An evaluation late in the run: what was reached without exploring, and what random play reaches.

    ``share`` is how often the most frequent ``action`` was chosen.
    """

    reached: float
    random: float
    action: str | None
    share: float


@dataclass
class SoFar:
    """What is known of a run so far, as it is saved.

    Args:
        signs: what the loop has seen, since the run began.
        episode, turns: the last episode that was finished, and the turns played by then.
        guesses: the largest guess at each of the last looks, the newest last.
        greedy_plays: the last evaluations, those early in the run left out.
    """

    signs: Noticed = field(default_factory=Noticed)
    episode: int = 0
    turns: int = 0
    episodes: Episodes = field(default_factory=Episodes)
    exploration: Exploration = field(default_factory=Exploration)
    guesses: list[float] = field(default_factory=list)
    greedy_plays: list[GreedyPlay] = field(default_factory=list)


class RunMonitor(SoFar):
    """A run so far. The loop tells it of rewards and updates, the trainer of episodes and evaluations.

    Args:
        config: what was asked for.
    """

    def __init__(self, config: RunConfig) -> None:
        super().__init__()
        self.config = config
        self.begin(config.training.training_episodes)

    def begin(
        self,
        episodes: int | None,
        share_of_time: Callable[[], float] | None = None,
        turns: int | None = None,
    ) -> None:
        """A session begins, which ends after so many episodes or turns of the run, or, if None, when its time is up.

        Args:
            share_of_time: how much of the time is over, from 0 to 1; asked after each episode.
        """
        self.episodes_in_run = episodes
        self._turns_in_run = turns
        self._share_of_time = share_of_time
        self._time_played = 0.0
        self._turns_before = self.turns

    @property
    def settings(self) -> TrainingSettings:
        return self.config.training

    @property
    def share_played(self) -> float | None:
        """How much of the run, or of the time there is, has been played: 0 to 1. None where that cannot be said."""
        if self.episodes_in_run:
            return self.episode / self.episodes_in_run
        if self._turns_in_run:
            return min(1.0, self.turns / self._turns_in_run)
        return self._time_played if self._share_of_time else None

    @property
    def expected_turns(self) -> float | None:
        """The turns of the whole run at its pace so far. None where that cannot be said."""
        if self._turns_in_run:
            return self._turns_in_run
        share = self.share_played
        before = 0 if self.episodes_in_run else self._turns_before
        return before + (self.turns - before) / share if share else None

    def notice_rewards(self, rewards: np.ndarray) -> None:
        """The rewards of one turn of all games, ``float32[K]``."""
        noticed = self.signs
        each = rewards.tolist()  # of a handful of numbers, Python finds the smallest sooner than numpy
        noticed.turns += len(each)
        noticed.lowest_reward = min(noticed.lowest_reward, min(each))
        noticed.highest_reward = max(noticed.highest_reward, max(each))

    def notice_update(self, result: LearnResult) -> None:
        """What one update said."""
        noticed = self.signs
        noticed.updates += 1
        if noticed.updates % UPDATES_BETWEEN_GUESSES == 0 and result.values is not None:
            guess = float(np.abs(result.values).max())
            before = noticed.largest_guess
            noticed.largest_guess = guess if before is None else min(guess, before)

    def add_episode(self, episode: EpisodeFinished) -> None:
        self.episode, self.turns = episode.number, episode.total_turns
        if self._share_of_time:
            self._time_played = self._share_of_time()
        self.episodes.add(episode)
        self.exploration.add(episode)

    def add_evaluation(self, evaluation: Evaluated) -> None:
        reached, random = float(evaluation.reached), float(evaluation.random_reached)
        share = float(evaluation.most_frequent_share)
        play = GreedyPlay(reached, random, evaluation.most_frequent_action, share)
        self.greedy_plays = [*self.greedy_plays, play][-IN_A_ROW:]

    def look(self) -> None:
        """Take down what is measured between two looks."""
        guess, self.signs.largest_guess = self.signs.largest_guess, None
        if guess is not None:
            self.guesses = [*self.guesses, guess][-IN_A_ROW:]

    def go_on_from(self, saved: SoFar) -> None:
        """Take everything back to where it was saved."""
        vars(self).update(vars(saved))
        self._turns_before = saved.turns
