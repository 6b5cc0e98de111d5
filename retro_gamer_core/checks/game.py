"""Check a game: make it, play it at random, and ask every check what it makes of that.

A check is a function from a ``GameLook`` to findings. Those of chance, rewards and keys have modules of
their own; here are those of how games end, and of what there is to see.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from retro_gamer_core.checks.game_look import MAX_TURNS, QUICK, THOROUGH, GameFailed, GameLook
from retro_gamer_core.checks.keys import effects_of_keys
from retro_gamer_core.checks.repeatability import fresh_and_repeatable
from retro_gamer_core.checks.rewards import rewards
from retro_gamer_core.checks.symmetries import symmetries
from retro_gamer_core.errors import GameError
from retro_gamer_core.findings import Finding, Findings, finding, finding_of
from retro_gamer_core.games.console_screen import console_problem
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata import problems_with_game
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.playing.chance import seeded
from retro_gamer_core.playing.random_play import play_at_random
from retro_gamer_core.plugins.diagnosis import in_words

if TYPE_CHECKING:
    from retro_gamer_core.games.finding import FoundGame

Check = Callable[[GameLook], Iterator[Finding]]

#: Turns. Some characters come late: snake's tail, after the first apple, which random play finds in 900 turns.
LATE_CHARACTERS = 10_000


def check_game(
    game: FoundGame, *, seed: int = 0, quick: bool = False, max_turns: int = MAX_TURNS
) -> Findings:
    """Everything worth knowing about a game; the arguments are those of ``look_at``."""
    look = look_at(game, seed=seed, quick=quick, max_turns=max_turns)
    return look if isinstance(look, Findings) else findings_of(look)


def look_at(
    found: FoundGame, *, seed: int = 0, quick: bool = False, max_turns: int = MAX_TURNS
) -> GameLook | Findings:
    """Play a game at random, or say why it cannot be played. Nobody else's chance is disturbed.

    Args:
        quick: look for about a second, not for up to a minute.
        max_turns: a game that is still going on then is given up.
    """
    thing, metadata = f"the game {found.name}", found.metadata
    with seeded(seed):
        effort = QUICK if quick else THOROUGH
        began = perf_counter()
        try:
            game = fresh_game(found.factory, found.name)
        except GameError as error:
            return Findings(thing, (finding_of("factory-fails", error.problem),))
        create_seconds = perf_counter() - began
        if metadata is None:
            return Findings(thing, (finding("description-missing", f"nothing describes {thing}"),))
        misfits = problems_with_game(metadata, game)
        if misfits:
            return Findings(thing, tuple(finding_of("description-misfit", each) for each in misfits))
        look = GameLook(found, metadata, seed, effort, max_turns, create_seconds)
        random_play = play_at_random(
            found.factory,
            metadata,
            turns=effort.turns,
            seconds=effort.seconds,
            max_turns=max_turns,
            rng=random.Random(seed),
            game=game,
        )
        for moment in random_play:
            look.seen.watch(moment)
        return look


def findings_of(look: GameLook) -> Findings:
    """What the checks make of a game of which random play has been seen."""
    found: list[Finding] = []

    def add_once(failed: Finding) -> None:  # every experiment meets the same error again
        if failed.code not in [finding.code for finding in found]:
            found.append(failed)

    with seeded(look.seed):
        for check in GAME_CHECKS:
            try:
                found += check(look)
            except GameFailed as failure:  # in an experiment of a check's own, as it did in none before
                add_once(_raised(look, failure.error, f"turn {failure.turn} of a game"))
            except GameError as error:  # a factory that works only now and then
                add_once(finding_of("factory-fails", error.problem))
    seen = look.seen
    looked_at = f"{seen.turns:,} turns in {seen.games:,} games with random keys (seed {look.seed})"
    return Findings(
        f"the game {look.found.name}", tuple(found), (looked_at, *look.worth_knowing), tuple(look.left_out)
    )


# How games end --------------------------------------------------------------------------------


def game_raises(look: GameLook) -> Iterator[Finding]:
    """In random play, the game's code failed."""
    if look.seen.error is None:
        return
    error, game, turn = look.seen.error
    if isinstance(error, GameError):
        yield finding_of("factory-fails", error.problem)
    else:
        failed, games = look.seen.endings["error"], look.seen.games
        when = f"{failed:,} of {games:,} games, first in turn {turn} of game {game}"
        yield _raised(look, error, when, failed)


def _raised(look: GameLook, error: BaseException, when: str, times: int = 1) -> Finding:
    where = where_raised(error, look.found.source_root)
    what = f"the game's code failed in {when}: {in_words(error)}{f' ({where})' if where else ''}"
    hint = f"correct that line; the same seed ({look.seed}) fails again"
    return finding("game-raises", what, times, hint=hint)


def game_never_ends(look: GameLook) -> Iterator[Finding]:
    """No game ended before the turn limit."""
    cut, ended = look.seen.endings["turn limit"], look.seen.endings["game over"]
    if cut and not ended:
        what = f"none of {cut:,} game(s) with random keys ended within {look.max_turns:,} turns"
        yield finding("game-never-ends", what, look.max_turns)


# What there is to see -------------------------------------------------------------------------


def state_keys_change(look: GameLook) -> Iterator[Finding]:
    """Keys of the state that come, go or turn into something else; and numbers that are none."""
    seen, metadata = look.seen, look.metadata
    for key, shapes in sorted(seen.shapes.items()):
        absent = seen.looks - shapes.total()
        if key in seen.unusable:
            what = f'state["{key}"] was {seen.unusable[key]!r}, which is no ordinary number'
        elif len(shapes) > 1:
            kinds = " and ".join(f"{kind} in {count:,}" for kind, count in shapes.most_common())
            what = f'state["{key}"] was {kinds} of {seen.looks:,} looks'
        elif absent:
            what = f'state["{key}"] was missing in {absent:,} of {seen.looks:,} looks'
        else:
            continue
        if key in (metadata.reward, *metadata.observe_state):
            yield finding("state-keys-change", what, absent)
        else:
            why = "no learner needs it, so no harm is done; but it cannot be observed like this"
            hint = f"put {key!r} into the state that the game begins with, or leave it"
            yield finding("state-keys-change", what, absent, level="note", why=why, hint=hint)


def observation_constant(look: GameLook) -> Iterator[Finding]:
    """Nothing that a learner could see has changed in any game."""
    turns = look.seen.turns
    if turns and not look.seen.changes:
        what = f"in {turns:,} turns, nothing changed that could be seen"
        yield finding("observation-constant", what, turns)


def characters(look: GameLook) -> Iterator[Finding]:
    """Characters seen and not described, and the reverse."""
    described, seen = look.metadata.character_set, look.seen
    if described is None:
        return
    shown = set(seen.characters) | seen.last_characters
    for character in sorted(shown - set(described)):
        turns = min(seen.characters[character], seen.turns)  # a game is looked at before its first turn, too
        if len(character) > 1:
            continue
        if turns:
            what = f"{character} was on the board in {turns:,} of {seen.turns:,} turns and is not in character_set"
            yield finding("character-not-described", what, turns)
        else:
            what = f"{character} is on the board only when the game is over, and not in character_set"
            why = "a learner sees an empty cell there, but then there is nothing left to decide"
            hint = "add it to character_set, or leave it"
            yield finding("character-not-described", what, 0, level="note", why=why, hint=hint)
    unseen = [character for character in described if character not in shown]
    if unseen and seen.turns >= LATE_CHARACTERS:
        where = f"was on the board in none of {seen.turns:,} turns"
        yield finding("character-never-seen", f"{' '.join(unseen)} of character_set {where}", len(unseen))


def board_too_large(look: GameLook) -> Iterator[Finding]:
    """The board does not fit the screen of an arcade console."""
    game = look.seen.game
    found = console_problem(game) if game else None
    if game and found:
        width, height = game.view_size
        yield finding_of("board-too-large", found, width * height)


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
    symmetries,
)
