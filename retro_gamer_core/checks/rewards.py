"""What a game pays: never, hardly ever, always the same, or for doing nothing."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean
from time import perf_counter

from retro_gamer_core.checks.game_look import GameLook
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
    if look.seen.turns < ENOUGH_TURNS:
        look.left_out.append(f"rewards: {look.seen.turns:,} turns are too few to judge them by")
        return
    for check in (_never_seen, _always_same, _rare, _hardly_ever_positive, _for_nothing):
        found = check(look)
        if found is not None:
            yield found
            return


def _never_seen(look: GameLook) -> Finding | None:
    seen = look.seen
    if seen.rewarded:
        return None
    return finding(
        "reward-never-seen",
        f'no reward in {seen.turns:,} turns with random keys: state["{look.metadata.reward}"] has never changed',
        seen.turns,
        level="problem" if seen.turns >= TURNS_WITHOUT_REWARD else "warning",
        hint=f"play the game yourself and see when that number changes; {_better_reward(look)}give a little for "
        "steps on the way",
    )


def _always_same(look: GameLook) -> Finding | None:
    """Every turn, or every game, brings the same, and all games are equally long."""
    seen = look.seen
    each_turn = seen.lowest == seen.highest
    each_game = len(set(seen.returns)) == 1 and len(seen.returns) >= GAMES_ALL_THE_SAME
    if len(set(seen.lengths)) > 1 or not (each_turn or each_game):
        return None
    number = seen.lowest if each_turn else seen.returns[0]
    brought = f"each of {seen.turns:,} turns" if each_turn else f"each of {len(seen.returns):,} games"
    return finding(
        "reward-always-same",
        f"{brought} with random keys brought {number:g}, and no game was longer than another",
        number,
        hint=f"reward = a number that goes up when something good is done (now it is {look.metadata.reward!r})",
    )


def _rare(look: GameLook) -> Finding | None:
    seen = look.seen
    if seen.rewarded >= RARE * seen.turns:
        return None
    return finding(
        "reward-rare",
        f'state["{look.metadata.reward}"] changed in {seen.rewarded:,} of {seen.turns:,} turns with random keys '
        f"({seen.rewarded / seen.turns:.2%})",
        seen.rewarded,
        hint=f"{_better_reward(look)}give a little for steps on the way",
    )


def _hardly_ever_positive(look: GameLook) -> Finding | None:
    """There are punishments, and hardly anything else."""
    seen = look.seen
    punished = seen.rewarded - seen.positive
    if seen.positive >= min(HARDLY_EVER * seen.turns, punished):
        return None
    earned = f"earned something in {seen.positive:,}" if seen.positive else "earned nothing in any"
    return finding(
        "reward-hardly-ever-positive",
        f"random keys {earned} of {seen.turns:,} turns, and were punished in {punished:,}",
        seen.positive,
    )


def _for_nothing(look: GameLook) -> Finding | None:
    """Who presses nothing gets about as much as who presses keys at random."""
    if not look.effort.games:
        return None
    if look.why_slow or not look.seen.returns:
        look.left_out.append(f"the reward for pressing nothing: {look.why_slow or 'no game has ended'}")
        return None
    earned = _without_keys(look)
    idle, busy = fmean(earned), fmean(look.seen.returns)
    if idle <= 0 or idle < AS_MUCH * busy:
        return None
    return finding(
        "reward-for-nothing",
        f"pressing nothing earns {idle:,.1f} a game ({len(earned)} games), random keys earn {busy:,.1f}",
        round(idle, 3),
    )


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
