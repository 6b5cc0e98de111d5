"""What is paid: never, hardly ever, always the same, or for doing nothing."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from retro_gamer_core.checks.finding import Finding, note, problem, warning
from retro_gamer_core.checks.games.look import GameLook

#: As for the alarm of this name: the scarcest reward of the games that come with us is met every 900 turns.
SURELY_NEVER = 20_000

#: Of all turns. Beast, where learning is slow, has any reward in 1.5 % of them; snake's score changes in 0.2 %.
RARE = 0.005

#: Of all turns. On beast it is 0.1 %, while one turn in seventy is punished.
HARDLY_EVER = 0.005

#: A rare reward may fail to come in many games; fewer than these could be bad luck.
GAMES_ALL_THE_SAME = 100

#: The averages of thirty games differ by so much where only luck differs.
AS_MUCH = 0.7


def rewards(look: GameLook) -> Iterator[Finding]:
    """The one thing, if any, that is most wrong with the reward."""
    if not look.enough_turns:
        look.left_out.append(f"rewards: {look.seen.turns:,} turns are too few to judge them by")
        return
    for check in (reward_never_seen, reward_always_same, reward_rare, reward_hardly_ever_positive):
        found = check(look)
        if found is not None:
            yield found
            return
    yield from reward_for_nothing(look)


def reward_never_seen(look: GameLook) -> Finding | None:
    seen, key = look.seen, look.metadata.reward
    if seen.rewarded:
        return None
    say = problem if seen.turns >= SURELY_NEVER else warning
    return say(
        "reward-never-seen",
        f'no reward in {seen.turns:,} turns with random keys: state["{key}"] has never changed',
        why="without a single reward, no action looks better than another, and nothing can be learned",
        hint=f"play the game yourself and see when that number changes; reward = {_other_numbers(look)}, or give a "
        "little for steps on the way",
        number=seen.turns,
    )


def reward_always_same(look: GameLook) -> Finding | None:
    """Every turn, or every game, brings the same, and all games are equally long."""
    seen = look.seen
    each_turn = seen.lowest == seen.highest
    each_game = len(set(seen.returns)) == 1 and len(seen.returns) >= GAMES_ALL_THE_SAME
    if len(set(seen.lengths)) > 1 or not (each_turn or each_game):
        return None
    number = seen.lowest if each_turn else seen.returns[0]
    brought = f"each of {seen.turns:,} turns" if each_turn else f"each of {len(seen.returns):,} games"
    return warning(
        "reward-always-same",
        f"{brought} with random keys brought {number:g}, and no game was longer than another",
        why="the reward is the same whatever is done, so no action looks better than another",
        hint=f"reward = a number that goes up when something good is done (now it is {look.metadata.reward!r})",
        number=number,
    )


def reward_rare(look: GameLook) -> Finding | None:
    seen = look.seen
    if seen.rewarded >= RARE * seen.turns:
        return None
    return warning(
        "reward-rare",
        f'state["{look.metadata.reward}"] changed in {seen.rewarded:,} of {seen.turns:,} turns with random keys '
        f"({seen.rewarded / seen.turns:.2%})",
        why="a learner must find each reward by chance many times before it can learn the way there",
        hint=f"reward = {_other_numbers(look)}, or give a little for steps on the way",
        number=seen.rewarded,
    )


def reward_hardly_ever_positive(look: GameLook) -> Finding | None:
    """There are punishments, and hardly anything else."""
    seen = look.seen
    punished = seen.rewarded - seen.positive
    if seen.positive >= min(HARDLY_EVER * seen.turns, punished):
        return None
    earned = f"earned something in {seen.positive:,}" if seen.positive else "earned nothing in any"
    return warning(
        "reward-hardly-ever-positive",
        f"random keys {earned} of {seen.turns:,} turns, and were punished in {punished:,}",
        why="the learner finds out what to avoid, and hardly ever what there is to gain",
        hint="give a little for steps in the right direction, or expect to train for long",
        number=seen.positive,
    )


def reward_for_nothing(look: GameLook) -> Iterator[Finding]:
    """Who presses nothing gets about as much as who presses keys at random."""
    if not look.effort.games:
        return
    if look.why_slow or not look.seen.returns:
        look.left_out.append(f"the reward for pressing nothing: {look.why_slow or 'no game has ended'}")
        return
    played = look.without_keys
    idle, busy = fmean(total for total, _ in played), fmean(look.seen.returns)
    if idle <= 0 or idle < AS_MUCH * busy:
        return
    yield note(
        "reward-for-nothing",
        f"pressing nothing earns {idle:,.1f} a game ({len(played)} games), random keys earn {busy:,.1f}",
        why="the first thing that can be learned is to sit still; that is fine where staying alive is the aim",
        hint="compare what was learned with that figure, or let the reward fall a little in each turn",
        number=round(idle, 3),
    )


def _other_numbers(look: GameLook) -> str:
    """The keys of the state that have been numbers and are not the reward yet."""
    numbers = [key for key, shapes in look.seen.shapes.items() if set(shapes) == {"a number"}]
    others = [repr(key) for key in numbers if key not in (look.metadata.reward, *look.metadata.observe_state)]
    return f"another number of the state ({' or '.join(others)})" if others else "another number of the state"
