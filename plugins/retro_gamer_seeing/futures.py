"""What if? Each key is pressed in copies of a game, which are then played on: how often is it the end of it?

The copies draw other chance than the game will, so what is said holds for what can happen, not for what will.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import TYPE_CHECKING

import numpy as np

from retro_gamer_core.playing.forks import Fork, time_steps

if TYPE_CHECKING:
    from retro_gamer_core import TimeSteps

#: Turns. What happens within these is near enough to be blamed on one key.
SOON = 5

#: What stood out is told where it happened in a larger part of the copies.
_MOST_OF_THEM = 0.5


@dataclass(frozen=True)
class Future:
    """What came of pressing one key now.

    Args:
        action: the number of the key.
        key: its name; None for pressing nothing.
        of: in so many copies.
        deaths: in so many of them the game was over within the horizon.
        median_turns: until it was over, where it was; None where it never was.
        mean_reward: the mean sum of the rewards within the horizon.
        gain: the most frequent of what stood out: the largest reward of a turn in a copy, where it is larger than
            most there; None where nothing did.
        gain_turns: the median of the turns until then.
        gains: in so many copies that was what stood out.
        soon: in so many of them the game was over within ``SOON`` turns.
        errors: so many copies ended because the game raised an error; they count nowhere else.
    """

    action: int
    key: str | None
    of: int
    deaths: int
    median_turns: float | None
    mean_reward: float
    gain: float | None
    gain_turns: float | None
    gains: int
    soon: int = 0
    errors: int = 0

    @property
    def doomed(self) -> bool:
        """Whether it was mostly the end of the game, as far as anybody knows: errors tell nothing."""
        return 2 * self.deaths > self.of + self.errors

    @property
    def text(self) -> str:
        """In a few words: "dead in 2 turns (20 of 20)"."""
        if not self.of:
            return "the game raised an error"
        if self.errors:
            return f"{self._of_whole_ones} (the game raised an error in {self.errors} more)"
        return self._of_whole_ones

    @property
    def _of_whole_ones(self) -> str:
        told = []
        if self.gains > self.of * _MOST_OF_THEM:
            told.append(
                f"{self.gain:+.5g} in {turns_in_words(self.gain_turns or 0)} ({self.gains} of {self.of})"
            )
        if self.deaths:
            told.append(f"dead in {turns_in_words(self.median_turns or 0)} ({self.deaths} of {self.of})")
        return ", ".join(told) or f"goes on, {self.mean_reward:+.5g} on average"


@dataclass
class _Copy:
    """One copy that is played on, and what has come of it so far."""

    game: Fork
    action: int
    rewards: list[float] = field(default_factory=list)
    failed: bool = False

    def press(self, action: int) -> None:
        try:
            self.rewards.append(self.game.step(action))
        except (Exception, SystemExit):
            self.failed = True

    @property
    def gain(self) -> float | None:
        """The reward that stood out, if one did."""
        largest = max(self.rewards)
        return largest if largest > median(map(abs, self.rewards)) else None

    @property
    def goes_on(self) -> bool:
        return not self.failed and self.game.playing

    @property
    def died(self) -> bool:
        return not self.failed and not self.game.playing


def futures(
    game: Fork,
    choose: Callable[[TimeSteps], np.ndarray],
    keys: Sequence[str | None],
    *,
    repeats: int = 20,
    horizon: int = 30,
    seed: int = 0,
) -> list[Future]:
    """Press each key in ``repeats`` copies of a game, and play each on until it is over or ``horizon`` turns old.

    Args:
        game: with an encoder, so that it can be seen; it is not moved.
        choose: who plays on, such as ``greedy(learner)``: asked once a turn for all copies together.
        keys: the key of each action number, as in the description of the game.
        seed: the chance in the copies comes from it. Copy i of every key meets the same chance.
    """
    copies = [
        _Copy(game.reseeded(_seed(seed, repeat)), action)
        for action in range(len(keys))
        for repeat in range(repeats)
    ]
    for copy in copies:
        copy.press(copy.action)
    numbers = {id(copy): number for number, copy in enumerate(copies)}
    for turn in range(1, horizon):
        going = [copy for copy in copies if copy.goes_on]
        if not going:
            break
        forks, of_these = [copy.game for copy in going], [numbers[id(copy)] for copy in going]
        actions = choose(time_steps(forks, of_these, began=turn == 1))
        for copy, action in zip(going, actions.tolist(), strict=True):
            copy.press(action)
    return [
        _summed_up(action, key, [copy for copy in copies if copy.action == action])
        for action, key in enumerate(keys)
    ]


def _seed(seed: int, repeat: int) -> int:
    return int(np.random.SeedSequence(seed, spawn_key=(repeat,)).generate_state(1)[0])


def _summed_up(action: int, key: str | None, copies: Sequence[_Copy]) -> Future:
    whole = [copy for copy in copies if not copy.failed]
    deaths = [len(copy.rewards) for copy in whole if copy.died]
    stood_out = [(copy.gain, copy.rewards.index(copy.gain) + 1) for copy in whole if copy.gain is not None]
    most = Counter(gain for gain, _ in stood_out).most_common(1)
    gain, gains = most[0] if most else (None, 0)
    return Future(
        action=action,
        key=key,
        of=len(whole),
        deaths=len(deaths),
        median_turns=median(deaths) if deaths else None,
        mean_reward=mean(sum(copy.rewards) for copy in whole) if whole else 0.0,
        gain=gain,
        gain_turns=median(turns for amount, turns in stood_out if amount == gain) if gains else None,
        gains=gains,
        soon=sum(turns <= SOON for turns in deaths),
        errors=len(copies) - len(whole),
    )


def turns_in_words(count: float) -> str:
    """``1 turn``, ``2.5 turns``, ``1,200 turns``."""
    return f"{count:.3g} turn{'s' * (count != 1)}" if count < 1000 else f"{count:,.0f} turns"
