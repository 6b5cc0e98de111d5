"""A run that ends before learning begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retro_gamer_core.events import AlarmRaised

if TYPE_CHECKING:
    from retro_gamer_core.training.alarms.so_far import SoFar

#: At half the run its length can be told, and something can still be done about it.
SHARE_TO_JUDGE = 0.5

#: Games that nobody has learned anything about stay as long as they are, give or take their luck.
LUCK = 1.5


def learning_never_starts(so_far: SoFar) -> AlarmRaised | None:
    """No update yet, and at this pace none until the end."""
    starts, played = so_far.settings.learning_starts, so_far.share_played
    if so_far.signs.updates or played is None or played < SHARE_TO_JUDGE:
        return None
    turns = round(so_far.turns / played)
    if turns * LUCK >= starts:
        return None
    return AlarmRaised(
        "learning-never-starts",
        what=f"the run will end after about {turns:,} turns, and the first {starts:,} turns are only watched",
        number=turns,
        why="not one update of the network will have been made, so it will play as it did before training",
        hint=f"more training_episodes, or learning_starts = {max(1, so_far.settings.batch_size)}",
    )
