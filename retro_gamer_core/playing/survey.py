"""A first look at a game before a run is made: how large, how fast, whom to follow."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata import GameMetadata, check_against_game
from retro_gamer_core.parts import GameFacts
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.playing.player import PlayerFinder

if TYPE_CHECKING:
    from retro.game import Game

_TURNS = 200
_SECONDS = 1.0
_SLOW_TURN = 0.005
_SLOW_CREATION = 0.5

#: Inside the frame and above the state lines of a terminal of 80 × 24, which is what arcade consoles have.
_CONSOLE_BOARD = (78, 16)


def survey_game(name: str, create_game: Callable[[], Game], metadata: GameMetadata) -> GameFacts:
    """Make a game, play a moment of it at random, and note what a recipe needs to know.

    Raises:
        MetadataError: the description does not fit the game.
        GameError: the game cannot be made.
    """
    began = perf_counter()
    game = fresh_game(create_game, name)
    create_seconds = perf_counter() - began
    check_against_game(metadata, game)
    keys = KeyPresses(metadata.keys)
    game.input_source = keys
    game.start()
    finder = PlayerFinder(metadata.player)
    player = (metadata.player or "") if finder.position(game) is not None else None
    return GameFacts(
        name=name,
        board_size=tuple(game.board_size),
        actions=tuple(metadata.actions),
        characters=None if metadata.character_set is None else tuple(metadata.character_set),
        spatial=metadata.spatial,
        observe_state=tuple(metadata.observe_state),
        player=player,
        turn_seconds=_time_of_a_turn(game, keys, metadata.n_actions),
        create_seconds=create_seconds,
    )


def warnings_about(facts: GameFacts) -> list[str]:
    """Sentences on what will make training slow, or the game hard to show."""
    warnings = []
    if facts.create_seconds > _SLOW_CREATION or facts.turn_seconds > _SLOW_TURN:
        thousand = 1000 * facts.turn_seconds
        warnings.append(
            f"this game is slow: a fresh game takes {facts.create_seconds:.1f} s and a turn "
            f"{1000 * facts.turn_seconds:.0f} ms, so a thousand turns take {thousand:.0f} s and a hundred thousand, "
            f"which is little for learning, {100 * thousand / 3600:.1f} hours"
        )
    width, height = facts.board_size
    if width > _CONSOLE_BOARD[0] or height > _CONSOLE_BOARD[1]:
        warnings.append(
            f"the board is {width}×{height}: it needs a terminal of more than 80×24 characters to be watched, and "
            f"an arcade console shows boards of at most {_CONSOLE_BOARD[0]}×{_CONSOLE_BOARD[1]}"
        )
    return warnings


def _time_of_a_turn(game: Game, keys: KeyPresses, n_actions: int) -> float:
    """Mean seconds of a turn, over at most ``_TURNS`` random turns or ``_SECONDS``."""
    began = perf_counter()
    turns = 0
    while game.playing and turns < _TURNS and perf_counter() - began < _SECONDS:
        keys.press(random.randrange(n_actions))
        try:
            game.step()
        except (
            Exception,
            SystemExit,
        ):  # an error of the game is reported when it is trained on, with all details
            break
        turns += 1
    return (perf_counter() - began) / max(1, turns)
