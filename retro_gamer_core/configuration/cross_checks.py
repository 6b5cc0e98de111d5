"""Settings that are fine one by one and cannot be used together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.migrate import Migrated
from retro_gamer_core.errors import Problem

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata

_WITHOUT_BOARD = "state_only"
_OF_BOARD_ONLY = "cnn"
_NEEDS_CHARACTERS = ("one_hot", "egocentric")
_ORDERED = (
    (
        "batch_size",
        "memory_capacity",
        "each update draws a batch out of the memory, so the memory must be able to hold one",
    ),
    ("batch_size", "learning_starts", "until then there are not enough remembered turns for one batch"),
    (
        "epsilon_min",
        "epsilon",
        "epsilon, the share of random key presses, starts at epsilon and falls towards epsilon_min",
    ),
)
"""Numbers in ``[training]`` of which the first is not greater than the second, and why."""


def problems_between(
    training: Mapping[str, Any],
    encoder: str | None,
    network: str | None,
    metadata: GameMetadata | None,
    document: Migrated,
) -> Iterator[Problem]:
    """Each pair of settings that contradict each other.

    Args:
        training: every setting of ``[training]``, options of learner and memory among them, defaults included,
            without those that are wrong by themselves.
        encoder, network: the names of the parts; None where they are not known.
        metadata: None where the description of the game is wrong.
        document: how the person wrote each setting.
    """

    def problem(what: str, *keys: tuple[str, str], why: str, hint: str) -> Problem:
        sections = dict.fromkeys(f"[{document.as_written(*key)[0].section}]" for key in keys)
        return Problem(what, f"{' and '.join(sections)} in {document.file}", why, hint)

    def spelled(section: str, key: str, value: Any) -> str:
        return " and ".join(map(str, document.as_written(section, key, value)))

    for low, high, why in _ORDERED:
        less, more = training.get(low), training.get(high)
        if isinstance(less, (int, float)) and isinstance(more, (int, float)) and less > more:
            what, keys = (
                f"{low} = {less} is greater than {high} = {more}",
                (("training", low), ("training", high)),
            )
            yield problem(what, *keys, why=why, hint=f"{high} = {less} or more, or {low} = {more} or less")

    if encoder == _WITHOUT_BOARD and metadata is not None and not metadata.observe_state:
        yield problem(
            f"{spelled('preprocessing', 'encoder', encoder)} without observe_state leaves nothing to see",
            ("preprocessing", "encoder"),
            why="without the board, the learner sees only the numbers of the game's state named in observe_state",
            hint='observe_state = ["…"], with names of numbers in the game\'s state',
        )
    if encoder == _WITHOUT_BOARD and network == _OF_BOARD_ONLY:
        board = spelled("model", "network", network)
        yield problem(
            f"{board} and {spelled('preprocessing', 'encoder', encoder)} do not go together",
            ("model", "network"),
            ("preprocessing", "encoder"),
            why="a cnn (a network that slides a small window over a picture) needs a board to look at",
            hint="spatial = false" if board.startswith("spatial") else 'network = "mlp"',
        )
    unknown_characters = metadata is not None and metadata.character_set is None
    if unknown_characters and encoder in _NEEDS_CHARACTERS and training.get("exploration_turns") == 0:
        yield problem(
            "exploration_turns = 0 leaves no way to find out the character_set",
            ("training", "exploration_turns"),
            ("metadata", "character_set"),
            why="the learner tells what is on the board by its characters, so it must know which there are",
            hint="exploration_turns = 200, or write a character_set in [metadata]",
        )
