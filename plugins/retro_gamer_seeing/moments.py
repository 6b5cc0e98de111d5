"""The moments that decided a game: its end, where its value fell, and where something else came than was expected.

All of it is read from a recording; the game is not played again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from retro_gamer_core.playing.replay import Recording

#: So many at most.
MOST = 8

#: Less than this part of how far the values of the game lie apart is not worth a look.
_NOTEWORTHY = 0.05

#: Two moments are at least so many turns apart, and in a long game this part of it.
_FEWEST_TURNS_APART, _SHARE_APART = 3, 1 / 25


Kind = Literal["death", "drop", "surprise"]


@dataclass(frozen=True)
class Moment:
    """A turn that is worth a look.

    Args:
        turn: how many turns had been played when its key was pressed.
        kind: ``"death"`` (the game was over after it), ``"drop"`` (the value fell, and no reward says why) or
            ``"surprise"`` (reward and next value were others than expected).
        amount: how far, in units of the reward; what was lost or missed is below zero. 0 for a death.
        reward: what came of its key.
        before, after: the highest value of a key before and after; ``after`` is None where nothing came after.
    """

    turn: int
    kind: Kind
    amount: float
    reward: float
    before: float
    after: float | None

    @property
    def title(self) -> str:
        """In a few words."""
        match self.kind:
            case "death":
                return "the game is over"
            case "drop":
                return f"the value falls from {self.before:.4g} to {self.after:.4g}"
        return f"{self._difference} than expected"

    @property
    def text(self) -> str:
        """In a sentence."""
        match self.kind:
            case "death":
                return f"The game is over after this key. It expected {self.before:.4g} from here."
            case "drop":
                explained = f"more than the reward of {self.reward:+.4g} explains"
                return (
                    f"What it expects falls from {self.before:.4g} to {self.after:.4g} in this turn, "
                    f"{explained if self.reward > 0 else 'and no reward explains it'}: things are worse now than it "
                    "thought."
                )
        return f"Reward and next value together are {self._difference} than it expected of this key."

    @property
    def _difference(self) -> str:
        return f"{abs(self.amount):.4g} {'more' if self.amount > 0 else 'less'}"


def moments(recording: Recording, *, gamma: float = 0.99, most: int = MOST) -> list[Moment]:
    """The moments that decided this game, in the order of its turns: ``most`` at most, spread over it.

    The end by game over is one of them; then by turns the largest drop and the largest surprise that are left. A
    surprise is the temporal-difference error of one turn: ``reward + gamma × (highest value after) − (value of the
    key)``. (Sutton and Barto 2018, section 6.1.)
    """
    apart = max(_FEWEST_TURNS_APART, round(recording.turns * _SHARE_APART))
    chosen: list[Moment] = []
    waiting = sorted(_candidates(recording, gamma), key=lambda moment: -abs(moment.amount))
    order: tuple[Kind, ...] = ("death", *("drop", "surprise") * most)
    for kind in order:
        waiting = [each for each in waiting if all(abs(each.turn - other.turn) >= apart for other in chosen)]
        best = next((each for each in waiting if each.kind == kind), None)
        if best is not None and len(chosen) < most:
            chosen.append(best)
    return sorted(chosen, key=lambda moment: moment.turn)


def _candidates(recording: Recording, gamma: float) -> Iterator[Moment]:
    values = np.nan_to_num(recording.values.astype(float), posinf=0.0, neginf=0.0)
    rewards, turns = recording.rewards.astype(float), recording.turns
    highest = values.max(axis=1)
    of_key = values[np.arange(turns), recording.keys]
    least = _NOTEWORTHY * max(float(np.ptp(highest)), float(np.abs(rewards).max()))
    for turn in range(turns - 1):
        before, after, reward = highest[turn], highest[turn + 1], rewards[turn]
        drop = float(before - after - max(reward, 0.0))
        surprise = float(reward + gamma * after - of_key[turn])
        is_drop = drop > 0 and drop >= abs(surprise) / 2
        amount = -drop if is_drop else surprise
        if abs(amount) > least:
            kind: Kind = "drop" if is_drop else "surprise"
            yield Moment(turn, kind, amount, float(reward), float(before), float(after))
    if recording.ended == "game over":
        yield Moment(turns - 1, "death", 0.0, float(rewards[-1]), float(highest[-1]), None)
