"""What a game pays: never, hardly ever, always the same, or for doing nothing."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean
from time import perf_counter

from retro_gamer_core.checks.game_look import GameLook, Seen
from retro_gamer_core.finding_codes import Level
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.playing.random_play import change
from retro_gamer_core.training.alarms import GAMES_ALL_THE_SAME, TURNS_WITHOUT_REWARD

#: Fewer turns than these say nothing about rewards.
ENOUGH_TURNS = 500

#: Of all turns. Beast, where learning is slow, has any reward in 1.5 % of them; snake's score changes in 0.2 %.
RARE = 0.005

#: Of all turns. On beast it is 0.1 %, while one turn in seventy is punished.
HARDLY_EVER = 0.005

#: Of all turns. What goes up in so many is a clock.
EVERY_TURN = 0.9

#: The averages of thirty games differ by so much where only luck differs.
AS_MUCH = 0.7


def rewards(look: GameLook) -> Iterator[Finding]:
    """The one thing, if any, that is most wrong with the reward."""
    seen, key = look.seen, look.metadata.reward
    turns = seen.turns
    if turns < ENOUGH_TURNS:
        look.left_out.append(f"rewards: {turns:,} turns are too few to judge them by")
        return
    rewarded = sum(reward != 0 for reward in seen.rewards)
    positive = sum(reward > 0 for reward in seen.rewards)
    punished = rewarded - positive
    better = f"{_better_reward(look)}give a little for steps on the way"
    if not rewarded:
        what = f'no reward in {turns:,} turns with random keys: state["{key}"] has never changed'
        level: Level = "problem" if turns >= TURNS_WITHOUT_REWARD else "warning"
        hint = f"play the game yourself and see when that number changes; {better}"
        yield finding("reward-never-seen", what, turns, level=level, hint=hint)
    elif same := _always_same(seen):
        each, number = same
        what = f"{each} with random keys brought {number:g}, and no game was longer than another"
        hint = f"reward = a number that goes up when something good is done (now it is {key!r})"
        yield finding("reward-always-same", what, number, hint=hint)
    elif rewarded < RARE * turns:
        share = f"{rewarded:,} of {turns:,} turns with random keys ({rewarded / turns:.2%})"
        yield finding("reward-rare", f'state["{key}"] changed in {share}', rewarded, hint=better)
    elif positive < min(HARDLY_EVER * turns, punished):  # there are punishments, and hardly anything else
        earned = f"earned something in {positive:,}" if positive else "earned nothing in any"
        what = f"random keys {earned} of {turns:,} turns, and were punished in {punished:,}"
        yield finding("reward-hardly-ever-positive", what, positive)
    elif look.effort.games:
        yield from _for_nothing(look)


def _always_same(seen: Seen) -> tuple[str, float] | None:
    """What each turn, or each game, brought, if all brought the same and all games were equally long."""
    if len(set(seen.lengths)) > 1:
        return None
    if len(set(seen.rewards)) == 1:
        return f"each of {seen.turns:,} turns", seen.rewards[0]
    if len(set(seen.returns)) == 1 and len(seen.returns) >= GAMES_ALL_THE_SAME:
        return f"each of {len(seen.returns):,} games", seen.returns[0]
    return None


def _for_nothing(look: GameLook) -> Iterator[Finding]:
    """Who presses nothing gets about as much as who presses keys at random."""
    if look.why_slow or not look.seen.returns:
        look.left_out.append(f"the reward for pressing nothing: {look.why_slow or 'no game has ended'}")
        return
    earned = _without_keys(look)
    idle, busy = fmean(earned), fmean(look.seen.returns)
    if idle > 0 and idle >= AS_MUCH * busy:
        what = (
            f"pressing nothing earns {idle:,.1f} a game ({len(earned)} games), random keys earn {busy:,.1f}"
        )
        yield finding("reward-for-nothing", what, round(idle, 3))


def _without_keys(look: GameLook) -> list[float]:
    """The total reward of some games in which nothing is pressed."""
    earned = []
    until = perf_counter() + look.effort.seconds
    for number in range(look.effort.games):
        game = look.begin(look.seed + number)
        before = game.state.get(look.metadata.reward)
        while game.playing and game.turn_number < look.max_turns and perf_counter() < until:
            look.play_turn(game, look.metadata.n_actions - 1)
        earned.append(change(before, game.state.get(look.metadata.reward)))
    return earned


def _better_reward(look: GameLook) -> str:
    """``reward = …, or``: numbers of the state that go up often enough, but not in every turn, as a clock does."""
    seen, taken = look.seen, (look.metadata.reward, *look.metadata.observe_state)
    often = [key for key, rises in seen.rises.items() if RARE * seen.turns <= rises < EVERY_TURN * seen.turns]
    better = " or ".join(repr(key) for key in often if key not in taken)
    return f"reward = {better}, or " if better else ""
