"""Exploration that will still be going on when the run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retro_gamer_core.events import AlarmRaised

if TYPE_CHECKING:
    from retro_gamer_core.training.alarms.so_far import Exploration, SoFar

#: With every other action random, what was learned hardly ever gets to play two turns in a row.
MOSTLY_RANDOM = 0.5

#: A shorter run is for trying things out; that it ends at random surprises nobody.
SHORTEST_RUN = 100

#: So many episodes in a row with one factor between them, whatever their lengths: a schedule in episodes.
EPISODES_TO_BE_SURE = 50

#: Any other schedule is judged by its pace, once a quarter of the run shows it.
SHARE_TO_JUDGE = 0.25

#: Games get longer while they are learned, and so does the time that is left for a schedule in turns.
#: Snake's are four times as long at the end of a first minute as at its beginning.
GROWTH_OF_GAMES = 4


def exploration_outlasts_run(so_far: SoFar) -> AlarmRaised | None:
    """By its own pace, at least half of the actions will be random at the end."""
    episodes, exploration = so_far.episodes_in_run, so_far.exploration
    if episodes is None or episodes < SHORTEST_RUN:
        return None
    at_end = epsilon_at_end(exploration, so_far.episode, episodes)
    if at_end is None or at_end < MOSTLY_RANDOM:
        return None
    return AlarmRaised(
        "exploration-outlasts-run",
        what=f"{at_end:.0%} of the actions will still be random when the run ends, after episode {episodes:,} "
        f"(now {exploration.now:.0%})",
        number=round(at_end, 3),
        why="epsilon, the share of random actions, falls too slowly for so few episodes, so what is learned is "
        "hardly ever tried in earnest",
        hint=f"more training_episodes, or a faster fall: epsilon_turns = {_third_of_the_run(so_far)}",
    )


def epsilon_at_end(exploration: Exploration, episode: int, episodes: int) -> float | None:
    """The share of random actions when the run ends, rather too low than too high; None if it is too early to say."""
    left = max(0, episodes - episode)
    factor = exploration.factor
    sure = exploration.episodes_in_a_row >= EPISODES_TO_BE_SURE
    if sure and factor is not None and factor < 1:
        return exploration.now * factor**left
    watched = episode - exploration.since
    if exploration.first is None or watched < max(1, SHARE_TO_JUDGE * episodes):
        return None
    fall_per_episode = max(0.0, exploration.first - exploration.now) / watched
    return max(0.0, exploration.now - fall_per_episode * left * GROWTH_OF_GAMES)


def _third_of_the_run(so_far: SoFar) -> int:
    """Turns, by the length of the games so far; two digits say all that is known."""
    turns = round(so_far.turns / (so_far.share_played or 1.0) / 3)
    return max(1, round(turns, 2 - len(str(turns))))
