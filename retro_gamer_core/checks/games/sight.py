"""What there is to see: the state, the characters on the board, and whether any of it moves."""

from __future__ import annotations

from collections.abc import Iterator

from retro_gamer_core.checks.finding import Finding, note, problem, warning
from retro_gamer_core.checks.games.look import GameLook
from retro_gamer_core.games.console_screen import console_problem

#: Turns. Some characters come late: snake's tail, after the first apple, which random play finds in 900 turns.
LATE_CHARACTERS = 10_000


def state_keys_change(look: GameLook) -> Iterator[Finding]:
    """Keys of the state that come, go or turn into something else; and numbers that are none."""
    seen, metadata = look.seen, look.metadata
    needed = {metadata.reward, *metadata.observe_state}
    for key in sorted(seen.shapes):
        shapes = seen.shapes[key]
        if shapes.total() == seen.looks and len(shapes) == 1 and key not in seen.unusable:
            continue
        absent = seen.looks - shapes.total()
        if key in seen.unusable:
            what = f'state["{key}"] was {seen.unusable[key]!r}, which is no ordinary number'
        elif len(shapes) > 1:
            kinds = " and ".join(f"{kind} in {count:,}" for kind, count in shapes.most_common())
            what = f'state["{key}"] was {kinds} of {seen.looks:,} looks'
        else:
            what = f'state["{key}"] was missing in {absent:,} of {seen.looks:,} looks'
        if key in needed:
            yield problem(
                "state-keys-change",
                what,
                why="the learner is given this value in every turn, and training stops where it is not there",
                hint=f"keep {key!r} in the state from the first turn to the last, always of one kind",
                number=absent,
            )
        else:
            yield note(
                "state-keys-change",
                what,
                why="no learner needs it, so no harm is done; but it cannot be observed like this",
                hint=f"put {key!r} into the state that the game begins with, or leave it",
                number=absent,
            )


def observation_constant(look: GameLook) -> Iterator[Finding]:
    """Nothing that a learner could see has changed in any game."""
    if look.seen.turns and not look.seen.changes:
        yield problem(
            "observation-constant",
            f"in {look.seen.turns:,} turns, nothing changed that could be seen",
            why="where every moment looks the same, there is no reason to choose one key here and another there",
            hint="let something move on the board, put its character into character_set, or name numbers of the "
            "state in observe_state",
            number=look.seen.turns,
        )


def characters(look: GameLook) -> Iterator[Finding]:
    """Characters seen and not described, and the reverse."""
    described = look.metadata.character_set
    if described is None:
        return
    seen = look.seen
    for character in sorted((set(seen.characters) | seen.last_characters) - set(described)):
        if len(character) == 1:
            yield _not_described(look, character)
    unseen = [c for c in described if c not in seen.characters and c not in seen.last_characters]
    if unseen and seen.turns >= LATE_CHARACTERS:
        yield note(
            "character-never-seen",
            f"{' '.join(unseen)} stands in character_set and was on the board in none of {seen.turns:,} turns",
            why="the network has weights for it that are never used; or something is spelt differently in the game",
            hint="take it out, unless it comes when somebody plays better than at random",
            number=len(unseen),
        )


def _not_described(look: GameLook, character: str) -> Finding:
    turns, of = look.seen.characters[character], look.seen.turns
    turns = min(turns, of)  # a game is looked at before its first turn, too
    hint = f"add {character!r} to character_set"
    if not turns:
        return note(
            "character-not-described",
            f"{character} is on the board only when the game is over, and not in character_set",
            why="a learner sees an empty cell there, but then there is nothing left to decide",
            hint=f"{hint}, or leave it",
            number=0,
        )
    return warning(
        "character-not-described",
        f"{character} was on the board in {turns:,} of {of:,} turns and is not in character_set",
        why="a learner sees an empty cell where it stands",
        hint=hint,
        number=turns,
    )


def board_too_large(look: GameLook) -> Iterator[Finding]:
    """The board does not fit the screen of an arcade console."""
    game = look.seen.game
    if game is not None and (found := console_problem(game)) is not None:
        width, height = game.view_size
        yield note("board-too-large", found.what, why=found.why, hint=found.hint, number=width * height)
