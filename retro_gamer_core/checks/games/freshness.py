"""Is each game a new one, and does the same seed give the same game?"""

from __future__ import annotations

import random
from collections.abc import Iterator

from retro_gamer_core.checks.finding import Finding, problem, warning
from retro_gamer_core.checks.games.look import GameLook
from retro_gamer_core.checks.games.seen import everything_in

_MAKE_IT_INSIDE = "make the characters and the state inside the function that makes the game, not above it"


def fresh_and_repeatable(look: GameLook) -> Iterator[Finding]:
    """Two games of one seed are equal and share nothing, also when another game has been played between them."""
    if look.why_slow:
        look.left_out.append(f"whether each game is a new one: {look.why_slow}")
        return
    first, second = look.begin(look.seed), look.begin(look.seed)
    shared = {id(agent) for agent in first.agents} & {id(agent) for agent in second.agents}
    if shared:
        yield problem(
            "game-not-fresh",
            f"two games have {len(shared)} character(s) in common",
            why="what happens to it in one game goes on in the next, and games played side by side disturb each "
            "other",
            hint=_MAKE_IT_INSIDE,
            number=len(shared),
        )
        return
    if everything_in(first) != everything_in(second):
        yield _not_repeatable("begins differently each time", 0)
        return
    actions = _some_actions(look)
    before = look.trace(look.seed, actions)
    again = look.trace(look.seed, actions)
    if before[0] != again[0]:
        yield problem(
            "game-not-fresh",
            f"a game begins differently after another one has been played for {len(before) - 1} turns",
            why="something that games have in common is not set back, so later games are others than the first ones",
            hint=_MAKE_IT_INSIDE,
            number=len(before) - 1,
        )
    elif before != again:
        turn = next((i for i, (a, b) in enumerate(zip(before, again, strict=False)) if a != b), len(before))
        yield _not_repeatable(f"goes another way from turn {turn} on", turn)


def _not_repeatable(how: str, turn: int) -> Finding:
    return warning(
        "same-seed-different-game",
        f"with the same seed and the same keys, the game {how}",
        why="a run cannot be repeated, a game not be shown again, and training that was stopped does not go on "
        "exactly where it was",
        hint="draw all chance from Python's random or from numpy.random, without a generator or a clock of your "
        "own; and loop over lists, not over sets",
        number=turn,
    )


def _some_actions(look: GameLook) -> list[int]:
    rng = random.Random(look.seed)
    return [rng.randrange(look.metadata.n_actions) for _ in range(look.effort.repeated_turns)]
