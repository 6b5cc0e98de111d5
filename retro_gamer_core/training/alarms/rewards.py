"""Nothing to learn from: no reward at all, or the same whatever is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retro_gamer_core.events import AlarmRaised

if TYPE_CHECKING:
    from retro_gamer_core.training.alarms.so_far import SoFar

#: The scarcest reward among the games that come with us, beast's, is met by chance every 900 turns;
#: twenty times as long is no bad luck any more.
TURNS_WITHOUT_REWARD = 20_000

#: Where games are long, ten of them from beginning to end: a reward may lie at the very end.
GAMES_WITHOUT_REWARD = 10

#: A rare reward may fail to come in many games; fewer than these could be bad luck.
GAMES_ALL_THE_SAME = 100

#: Turns. Whoever loses so soon has hardly had a choice.
A_MOMENT = 3


def reward_never_seen(so_far: SoFar) -> AlarmRaised | None:
    """Every reward of every turn was zero."""
    signs, key = so_far.signs, so_far.config.metadata.reward
    if not _enough_turns(so_far) or (signs.lowest_reward, signs.highest_reward) != (0, 0):
        return None
    return AlarmRaised(
        "reward-never-seen",
        what=f'no reward in {signs.turns:,} turns: state["{key}"] has never changed',
        number=signs.turns,
        why="without a single reward, no action looks better than another, and nothing can be learned",
        hint=_where_the_reward_may_be(so_far),
    )


def reward_always_same(so_far: SoFar) -> AlarmRaised | None:
    """Every game lasted equally long and brought the same in all.

    The same reward in every turn is not enough: where games differ in length, it says that living
    longer is good, or bad, and that can be learned.
    """
    signs, episodes = so_far.signs, so_far.episodes
    each_turn = signs.lowest_reward == signs.highest_reward
    each_game = episodes.lowest == episodes.highest and episodes.count >= GAMES_ALL_THE_SAME
    if not _enough_turns(so_far) or not episodes.count or episodes.shortest != episodes.longest:
        return None
    if not (each_turn or each_game) or signs.lowest_reward == signs.highest_reward == 0:
        return None
    turns = f"{episodes.longest:,} turn{'s' * (episodes.longest != 1)}"
    return AlarmRaised(
        "reward-always-same",
        what=f"each of {episodes.count:,} games brought a total reward of {episodes.highest:g} in {turns}",
        number=episodes.highest,
        why="the reward is the same whatever is done, so no action looks better than another",
        hint=f"reward = a number in the game's state that goes up when something good is done (now it is "
        f'"{so_far.config.metadata.reward}"){_if_cut(so_far)}',
    )


def _enough_turns(so_far: SoFar) -> bool:
    longest = so_far.settings.max_turns_per_episode
    return so_far.signs.turns >= max(TURNS_WITHOUT_REWARD, GAMES_WITHOUT_REWARD * longest)


def _where_the_reward_may_be(so_far: SoFar) -> str:
    if so_far.episodes.longest <= A_MOMENT:
        return (
            f"play the game yourself: no game lasted longer than {so_far.episodes.longest} turn(s), so it may end "
            "before anything can be done"
        )
    return (
        "play the game yourself and see when that number changes; reward = another number of the state, or give a "
        f"little for steps on the way{_if_cut(so_far)}"
    )


def _if_cut(so_far: SoFar) -> str:
    if so_far.episodes.cut < so_far.episodes.count:
        return ""
    limit = so_far.settings.max_turns_per_episode
    return f"; max_turns_per_episode above {limit}, for all games were cut short there"
