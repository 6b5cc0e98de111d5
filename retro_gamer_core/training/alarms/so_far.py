"""What is known of a run so far, gathered episode by episode: all that an alarm may look at."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.training.vital_signs import VitalSigns

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig, TrainingSettings
    from retro_gamer_core.events import EpisodeFinished, Evaluated

#: Looks and evaluations that are kept. One may be chance; three in a row are a pattern.
IN_A_ROW = 3


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


@dataclass(frozen=True)
class SoFarState:
    """What is saved of a run so far."""

    signs: VitalSigns
    episode: int
    turns: int
    episodes: Episodes
    exploration: Exploration
    guesses: list[float]
    greedy_plays: list[GreedyPlay]


class SoFar:
    """A run so far.

    Args:
        config: what was asked for.
        signs: what the loop notices about rewards and guesses.

    Attributes:
        episodes_in_run: when it ends; None where not episodes but time is the limit.
        episode, turns: the last episode that was finished, and the turns played by then.
        guesses: the largest guess at each of the last looks, the newest last.
        greedy_plays: the last evaluations, those early in the run left out.
    """

    def __init__(self, config: RunConfig, signs: VitalSigns) -> None:
        self.config = config
        self.signs = signs
        self.episodes_in_run: int | None = config.training.training_episodes
        self.episode = 0
        self.turns = 0
        self.episodes = Episodes()
        self.exploration = Exploration()
        self.guesses: deque[float] = deque(maxlen=IN_A_ROW)
        self.greedy_plays: deque[GreedyPlay] = deque(maxlen=IN_A_ROW)

    @property
    def settings(self) -> TrainingSettings:
        return self.config.training

    @property
    def share_played(self) -> float | None:
        """How much of the run has been played, from 0 to 1. None where that cannot be said in episodes."""
        return self.episode / self.episodes_in_run if self.episodes_in_run else None

    @property
    def every_reward_noticed(self) -> bool:
        """Not where training goes on from something that was saved without its signs."""
        return self.signs.turns >= self.turns

    def add_episode(self, episode: EpisodeFinished) -> None:
        self.episode, self.turns = episode.number, episode.total_turns
        self.episodes.add(episode)
        self.exploration.add(episode)

    def add_evaluation(self, evaluation: Evaluated) -> None:
        self.greedy_plays.append(
            GreedyPlay(
                reached=evaluation.reached,
                random=evaluation.random_reached,
                action=evaluation.most_frequent_action,
                share=evaluation.most_frequent_share,
            )
        )

    def look(self) -> None:
        """Take down what is measured between two looks."""
        guess = self.signs.take_guess()
        if guess is not None:
            self.guesses.append(guess)

    def state_dict(self) -> dict[str, Any]:
        state = SoFarState(
            self.signs,
            self.episode,
            self.turns,
            self.episodes,
            self.exploration,
            list(self.guesses),
            list(self.greedy_plays),
        )
        return asdict(state)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        saved = restored(SoFarState, state)
        vars(self.signs).update(vars(saved.signs))  # the loop fills it
        self.episode, self.turns = saved.episode, saved.turns
        self.episodes, self.exploration = saved.episodes, saved.exploration
        self.guesses = deque(saved.guesses, IN_A_ROW)
        self.greedy_plays = deque(saved.greedy_plays, IN_A_ROW)
