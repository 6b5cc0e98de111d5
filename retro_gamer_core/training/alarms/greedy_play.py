"""What was learned, played without exploring, is of no use yet, late in the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retro_gamer_core.events import AlarmRaised
from retro_gamer_core.training.alarms.so_far import IN_A_ROW, GreedyPlay

if TYPE_CHECKING:
    from retro_gamer_core.training.alarms.so_far import SoFar

#: Half of the run is gone, and it was no mere try-out: recipe standard explores for 100,000 turns.
LATE_SHARE, LATE_TURNS = 0.5, 100_000

#: In a very long run, this much play without much exploring is late enough.
LATE_TURNS_ANYWAY, LITTLE_EXPLORATION = 300_000, 0.1

#: Random play is measured by a few games too, so a difference of a tenth is none.
MARGIN = 0.1

#: One turn in fifty may differ: a game's first turn, or a wall.
ONE_ACTION = 0.98


def is_late(so_far: SoFar) -> bool:
    """Whether something should have been learned by now."""
    late = (so_far.share_played or 0) >= LATE_SHARE and so_far.turns >= LATE_TURNS
    anyway = so_far.turns >= LATE_TURNS_ANYWAY and so_far.exploration.now <= LITTLE_EXPLORATION
    return late or anyway


def greedy_below_random(so_far: SoFar) -> AlarmRaised | None:
    """Evaluation after evaluation, random keys did better."""
    plays = so_far.greedy_plays
    if not _in_a_row(plays) or not all(play.reached < play.random - _margin(play) for play in plays):
        return None
    last = plays[-1]
    return AlarmRaised(
        "greedy-below-random",
        what=f"what was learned reaches {last.reached:.4g}, and random keys reach {last.random:.4g}",
        number=last.reached,
        why=f"{IN_A_ROW} evaluations in a row, late in the run: what was learned so far does harm",
        hint="see what it does: `retro-gamer play`; then a lower learning_rate, or another way of seeing "
        "(encoder), or a reward that comes more often",
    )


def one_action_only(so_far: SoFar) -> AlarmRaised | None:
    """The same key all the time, and no better for it than random play.

    Where it is better, one key may be all that the game needs.
    """
    plays = so_far.greedy_plays
    if not _in_a_row(plays) or len({play.action for play in plays}) > 1:
        return None
    if any(play.share < ONE_ACTION or play.reached > play.random + _margin(play) for play in plays):
        return None
    last = plays[-1]
    key = last.action or "no key at all"
    return AlarmRaised(
        "one-action-only",
        what=f"it chooses {key} in {last.share:.0%} of the turns, and reaches {last.reached:.4g} where random keys "
        f"reach {last.random:.4g}",
        number=round(last.share, 3),
        why="the guesses for the actions do not depend on what is seen, or one of them drowns all others",
        hint="slower exploration (a larger epsilon_turns or epsilon_decay), a lower learning_rate, or an encoder "
        "that shows what the choice depends on",
    )


def _in_a_row(plays: Sequence[GreedyPlay]) -> bool:
    return len(plays) >= IN_A_ROW


def _margin(play: GreedyPlay) -> float:
    return MARGIN * abs(play.random)
