"""A first look at a game before a run is made: how large, how fast, whom to follow."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata import GameMetadata, check_against_game
from retro_gamer_core.parts import GameFacts
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.playing.player import PlayerFinder

if TYPE_CHECKING:
    from retro.game import Game

#: Random play ends after so many turns, or seconds, whichever comes first.
_TURNS = 2_000
_SECONDS = 1.0
#: Cells are counted once in so many turns.
_TURNS_BETWEEN_COUNTS = 20
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
    finder = PlayerFinder(metadata.player)
    player = (metadata.player or "") if finder.position(game) is not None else None
    seen = _play_at_random(game, create_game, metadata)
    return GameFacts(
        name=name,
        board_size=tuple(game.board_size),
        actions=tuple(metadata.actions),
        characters=None if metadata.character_set is None else tuple(metadata.character_set),
        spatial=metadata.spatial,
        observe_state=tuple(metadata.observe_state),
        player=player,
        turn_seconds=median(seen.seconds or [0.0]),  # no mean: a busy computer makes some turns very long
        create_seconds=create_seconds,
        largest_reward=seen.largest_reward,
        rewarded_turns=seen.rewarded / max(1, seen.turns),
        occupied_cells=seen.occupied / max(1, seen.counts),
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


@dataclass
class _Seen:
    """What random play has met so far."""

    turns: int = 0
    seconds: list[float] = field(default_factory=list)
    largest_reward: float = 0.0
    rewarded: int = 0
    occupied: int = 0
    counts: int = 0


def _play_at_random(game: Game, create_game: Callable[[], Game], metadata: GameMetadata) -> _Seen:
    """Play at random, one game after the other. A game whose code raises ends it: training will say why."""
    seen = _Seen()
    began = perf_counter()
    while True:
        _play_one(game, metadata, seen, until=began + _SECONDS)
        if game.playing or seen.turns >= _TURNS or perf_counter() - began >= _SECONDS:
            return seen
        try:
            game = create_game()
        except (Exception, SystemExit):
            return seen


def _play_one(game: Game, metadata: GameMetadata, seen: _Seen, until: float) -> None:
    keys = KeyPresses(metadata.keys)
    game.input_source = keys
    if _raises(game.start):
        return
    total = game.state[metadata.reward]
    while game.playing and seen.turns < _TURNS and perf_counter() < until:
        keys.press(random.randrange(metadata.n_actions))
        began = perf_counter()
        if _raises(game.step):
            return
        seen.seconds.append(perf_counter() - began)
        if seen.turns % _TURNS_BETWEEN_COUNTS == 0:
            seen.occupied += _occupied_cells(game)
            seen.counts += 1
        reward = float(game.state[metadata.reward] - total)
        total = game.state[metadata.reward]
        seen.turns += 1
        seen.rewarded += reward != 0
        seen.largest_reward = max(seen.largest_reward, abs(reward))


def _raises(code_of_the_game: Callable[[], object]) -> bool:
    """Whether it does. What it was is told when the game is trained on, with all details."""
    try:
        code_of_the_game()
    except (Exception, SystemExit):
        return True
    return False


def _occupied_cells(game: Game) -> int:
    return len({agent.position for agent in game.agents if getattr(agent, "display", True)})
