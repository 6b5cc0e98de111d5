"""Guesses that promise more than the game can give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retro_gamer_core.events import AlarmRaised
from retro_gamer_core.training.alarms.so_far import IN_A_ROW

if TYPE_CHECKING:
    from retro_gamer_core.training.alarms.so_far import SoFar

#: The bound is never reached in a real game; learning overshoots a little. Twice as much is beyond both.
TIMES_THE_BOUND = 2

#: Before it has learned, a network guesses at random, about as far from zero as 1. Where rewards are
#: tiny, that is beyond the bound and means nothing.
RANDOM_GUESSES = 10.0


def values_impossible(so_far: SoFar) -> AlarmRaised | None:
    """Batch after batch holds guesses beyond any return there can be."""
    bound = largest_return(so_far)
    if bound is None or len(so_far.guesses) < IN_A_ROW:
        return None
    guess = so_far.guesses[-1]
    if min(so_far.guesses) <= max(TIMES_THE_BOUND * bound, RANDOM_GUESSES):
        return None
    return AlarmRaised(
        "values-impossible",
        what=f"the learner expects up to {guess:,.4g}, and no game can bring more than {bound:,.4g} "
        f"(the largest reward of a turn, summed with gamma = {so_far.settings.gamma:g})",
        number=guess,
        why="its guesses feed on each other and grow by themselves, so what it does follows from them and not "
        "from the game",
        hint="double = true, a lower learning_rate, or a larger target_update_freq",
    )


def largest_return(so_far: SoFar) -> float | None:
    """The largest reward of a turn, earned in every turn for ever: ``r / (1 - gamma)``.

    For ever, and not until max_turns_per_episode: a turn limit is no end to the learner, who guesses
    what would have come (see ``retro_gamer_core.transitions``). None where there is no bound: with
    gamma = 1, without a reward, and where not all rewards were noticed.
    """
    largest = max(-so_far.signs.lowest_reward, so_far.signs.highest_reward)
    gamma = so_far.settings.gamma
    if gamma >= 1 or largest <= 0 or not so_far.every_reward_noticed:
        return None
    return largest / (1 - gamma)
