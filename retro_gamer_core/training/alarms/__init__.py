"""What a teacher would point out while a run is trained.

An alarm is a function from what is known so far to what is to be said, or None. It changes nothing
and keeps nothing. To add one: write it, put it into ``ALARMS``, and say in docs/reference/alarms.md
what its number, its why and its way out are. Its code is its name with dashes.

An alarm is only worth hearing if it is never false, so each threshold stands beside its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from retro_gamer_core.training.alarms.exploration import exploration_outlasts_run
from retro_gamer_core.training.alarms.greedy_play import greedy_below_random, one_action_only
from retro_gamer_core.training.alarms.impossible_values import values_impossible
from retro_gamer_core.training.alarms.no_learning import learning_never_starts
from retro_gamer_core.training.alarms.rewards import reward_always_same, reward_never_seen

if TYPE_CHECKING:
    from retro_gamer_core.events import AlarmRaised
    from retro_gamer_core.training.alarms.so_far import SoFar

ALARMS: tuple[Callable[[SoFar], AlarmRaised | None], ...] = (
    reward_never_seen,
    reward_always_same,
    learning_never_starts,
    exploration_outlasts_run,
    values_impossible,
    greedy_below_random,
    one_action_only,
)
