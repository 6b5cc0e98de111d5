"""Describes the games that come with retro-games, which registers and describes few of them itself.

Of nav and beast, whose own ``pyproject.toml`` says what their keys and characters are, only what it
leaves out is said here.
"""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core import GameDescription, hookimpl

_ARROWS = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]

_SNAKE = GameDescription(
    name="snake",
    game="retro.examples.snake",
    metadata={
        "actions": _ARROWS,
        "reward": "reward",
        "character_set": ["@", "*", ">", "<", "^", "v"],
        "spatial": True,
        "board_size": [32, 16],
        "score": "score",
        "player": "Snake head",
        "reference_scores": {"random": 3.8, "scripted": 3848.0},
    },
    notes=(
        "Learns from reward and not from score: reward rises with every step towards the apple and falls "
        "with every step away, while score stands still until an apple is eaten, and random play eats one "
        "in about 900 turns. People still keep score by score.",
    ),
)

_NAV = GameDescription(
    name="nav",
    game="retro.examples.nav",
    metadata={
        "board_size": [25, 25],
        "score": "score",
        "player": "ship",
        "reference_scores": {"random": 183.0, "scripted": 1437.0},
    },
    notes=(
        "The game's own description leaves out *, the explosion. It is drawn only once the game is over, "
        "when there is nothing left to decide, so no harm is done.",
    ),
)

_BEAST = GameDescription(
    name="beast",
    game="retro.examples.beast",
    metadata={
        "board_size": [40, 20],
        "score": "score",
        "player": "player",
        "reference_scores": {"random": -10.4, "nothing": -10.0, "best possible": 10.0},
    },
    notes=(
        "Nearly every turn gives no reward at all: being caught takes 10 and ends the game, and a crushed "
        "beast gives 1, which random play manages once in about 900 turns. Expect slow learning.",
    ),
)

_LABYRINTH = GameDescription(
    name="labyrinth",
    game="retro.examples.labyrinth",
    metadata={
        "actions": _ARROWS,
        "reward": "score",
        "character_set": ["*", "$", "█"],
        "spatial": True,
        "board_size": [400, 200],
        "score": "score",
        "player": "ArrowKeyAgent",
    },
    notes=(
        "A labyrinth takes about 8 seconds to make and each of its turns about 77 milliseconds, so "
        "training on it is very slow.",
        "The score only counts down until the way out is found, which random play hardly ever does, so "
        "there is little to learn from.",
    ),
)


@hookimpl
def retro_gamer_games() -> Iterable[GameDescription]:
    return (_SNAKE, _NAV, _BEAST, _LABYRINTH)
