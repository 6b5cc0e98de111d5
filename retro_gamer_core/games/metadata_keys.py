"""The keys of a ``[tool.retro-gamer]`` table, which describes a game: what each one means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from retro_gamer_core.options import Option, settings_of


@dataclass
class DescribedGame:
    """One field for each key. ``GameMetadata`` is what can be done with them."""

    actions: Annotated[
        list[str],
        Option(
            "The keys the learner may press; pressing none is always possible too.",
            hint='["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]',
            allow_empty=False,
        ),
    ]
    reward: Annotated[
        str,
        Option(
            "The value in the game's state that the learner tries to raise; its change in a turn is the turn's "
            "reward.",
            hint='"score"',
        ),
    ]
    character_set: Annotated[
        list[str] | None,
        Option(
            "The characters that are told apart on the board; any other looks like an empty cell. Left out, "
            "they are found by playing some random turns.",
            hint='["@", "*"]',
            allow_empty=False,
        ),
    ] = None
    spatial: Annotated[
        bool, Option("Whether the board is a picture, in which it matters what is next to what.")
    ] = True
    observe_state: Annotated[
        list[str],
        Option(
            "Numbers in the game's state that the learner sees beside the board.", hint='["lives", "level"]'
        ),
    ] = field(default_factory=list)
    board_size: Annotated[
        tuple[int, int] | None,
        Option(
            "Width and height of the board in cells. Left out, it is read from the game.",
            low=1,
            hint="[32, 16]",
            allow_empty=False,
        ),
    ] = None
    score: Annotated[
        str | None,
        Option(
            'The value in the game\'s state by which people keep score; left out, "score" where there is one.',
            hint='"score"',
        ),
    ] = None
    player: Annotated[
        str | None,
        Option(
            "The name of the character to follow; left out, the one that listens to the keyboard.",
            hint='"Snake head"',
        ),
    ] = None
    factory: Annotated[
        str | None,
        Option(
            "The function that makes a fresh game, where it is not called create_game.",
            hint='"my_game:create_game"',
        ),
    ] = None
    observation_function: Annotated[
        str | None,
        Option(
            "A function of your own that turns a game into the numbers the learner sees.",
            hint='"my_game:observe"',
        ),
    ] = None
    reference_scores: Annotated[
        dict[str, float],
        Option("Scores to compare with, by the name of who reached them.", hint="{ random = 3.8, me = 120 }"),
    ] = field(default_factory=dict)
    key_variables: Annotated[
        dict[str, str],
        Option(
            "For an action whose key an environment variable may change, as on the retro arcade, the name of that "
            "variable. The game must read the same one.",
            hint='{ KEY_UP = "RETRO_KEY_P1_UP" }',
        ),
    ] = field(default_factory=dict)
    winner: Annotated[
        str | None,
        Option(
            "For a game of two sides, the value in the game's state that holds the name of the character that has won, "
            'and "" while nobody has; a game that ends with "" is drawn.',
            hint='"winner"',
        ),
    ] = None


METADATA_KEYS = settings_of(DescribedGame)
REQUIRED_KEYS = tuple(key.name for key in METADATA_KEYS if key.required)
