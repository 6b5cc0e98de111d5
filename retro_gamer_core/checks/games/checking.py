"""Check a game: make it, play it at random, and ask every check what it makes of that."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from retro_gamer_core.checks.finding import Finding, Findings, problem
from retro_gamer_core.checks.games.endings import factory_fails, game_never_ends, game_raises, raised
from retro_gamer_core.checks.games.freshness import fresh_and_repeatable
from retro_gamer_core.checks.games.keys import effects_of_keys, key_not_described
from retro_gamer_core.checks.games.look import MAX_TURNS, QUICK, THOROUGH, GameFailed, GameLook
from retro_gamer_core.checks.games.rewards import rewards
from retro_gamer_core.checks.games.sight import (
    board_too_large,
    characters,
    observation_constant,
    state_keys_change,
)
from retro_gamer_core.errors import GameError, Problem
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata_checks import problems_with_game
from retro_gamer_core.playing.chance import seeded
from retro_gamer_core.playing.random_play import play_at_random

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata

Check = Callable[[GameLook], Iterator[Finding]]

GAME_CHECKS: tuple[Check, ...] = (
    game_raises,
    game_never_ends,
    fresh_and_repeatable,
    state_keys_change,
    observation_constant,
    characters,
    board_too_large,
    rewards,
    effects_of_keys,
    key_not_described,
)


def check_game(
    name: str,
    create_game: Callable[[], Game],
    metadata: GameMetadata | None,
    *,
    source: Path | None = None,
    seed: int = 0,
    quick: bool = False,
    max_turns: int = MAX_TURNS,
) -> Findings:
    """Everything worth knowing about a game. Nobody else's chance is disturbed.

    Args:
        source: where the game's own code is (``FoundGame.source_root``).
        quick: look for about a second, not for up to a minute.
    """
    with seeded(seed):
        began = perf_counter()
        try:
            game = fresh_game(create_game, name)
        except GameError as error:
            return Findings(f"the game {name}", (factory_fails(error),))
        create_seconds = perf_counter() - began
        if metadata is None:
            return Findings(f"the game {name}", (_not_described(name),))
        misfits = problems_with_game(metadata, game)
        if misfits:
            return Findings(f"the game {name}", tuple(_misfit(each) for each in misfits))
        effort = QUICK if quick else THOROUGH
        look = GameLook(name, create_game, metadata, source, seed, effort, max_turns, create_seconds)
        play_at_random(
            create_game,
            metadata,
            [look.seen],
            turns=effort.turns,
            seconds=effort.seconds,
            max_turns=max_turns,
            rng=random.Random(seed),
            game=game,
        )
        return findings_of(look)


def findings_of(look: GameLook) -> Findings:
    """What the checks make of a game of which random play has been seen already."""
    with seeded(look.seed):
        found = [finding for check in GAME_CHECKS for finding in _asked(check, look)]
    seen = look.seen
    looked_at = (f"{seen.turns:,} turns in {seen.games:,} games with random keys (seed {look.seed})",)
    return Findings(f"the game {look.name}", tuple(_once(found)), looked_at, tuple(look.left_out))


def _asked(check: Check, look: GameLook) -> list[Finding]:
    """What a check finds; in an experiment of its own, the game may fail as it did in none before."""
    found: list[Finding] = []
    try:
        found += check(look)
    except GameFailed as failure:
        found.append(raised(look, failure.error, f"turn {failure.turn} of a game"))
    except GameError as error:  # a factory that works only now and then
        found.append(factory_fails(error))
    return found


def _once(found: Sequence[Finding]) -> list[Finding]:
    """One error of the game is enough: every experiment meets it again."""
    first = {finding.code: finding for finding in reversed(found)}
    once = ("game-raises", "factory-fails")
    return [finding for finding in found if finding.code not in once or finding is first[finding.code]]


def _misfit(found: Problem) -> Finding:
    return problem("description-misfit", found.what, why=found.why, hint=found.hint)


def _not_described(name: str) -> Finding:
    return problem(
        "description-missing",
        f"nothing describes the game {name}",
        why="a learner must know which keys it may press, and what counts as a reward",
        hint="write a table [tool.retro-gamer] with actions and reward into a pyproject.toml beside the game",
    )
