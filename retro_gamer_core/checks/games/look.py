"""All that the checks of a game may look at: the game, what random play showed, and experiments made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from retro_gamer_core.checks.games.seen import Seen, everything_in
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.playing.chance import seed_what_is_in_place
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.playing.random_play import change

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata


@dataclass(frozen=True)
class Effort:
    """How closely to look. Seconds bound what a slow game takes; a quick one is done long before.

    Args:
        turns, seconds: of random play.
        moments, moment_seconds: in which all keys are tried, and for all of them together.
        games: in which nothing is pressed; with a few games only, luck decides.
        repeated_turns: how long a game is that is played twice.
    """

    turns: int
    seconds: float
    moments: int
    moment_seconds: float
    games: int
    repeated_turns: int


THOROUGH = Effort(turns=20_000, seconds=15.0, moments=100, moment_seconds=15.0, games=30, repeated_turns=300)
QUICK = Effort(turns=2_000, seconds=1.0, moments=30, moment_seconds=0.4, games=0, repeated_turns=60)

#: Where no run says otherwise; the default of ``max_turns_per_episode``.
MAX_TURNS = 2_000

#: Fewer turns than these say nothing about rewards.
ENOUGH_TURNS = 500

#: Seconds. A game that takes so long to make, or for a turn, is not made and played again for experiments.
SLOW_CREATION = 0.3
SLOW_TURN = 0.01


class GameFailed(Exception):
    """The game's own code raised ``error`` in this turn."""

    def __init__(self, error: BaseException, turn: int) -> None:
        super().__init__(error, turn)
        self.error = error
        self.turn = turn


@dataclass
class GameLook:
    """One game under examination. Look at it inside a ``Chance``.

    Args:
        name: for messages.
        create_game: makes a fresh game.
        metadata: its description, which fits the game.
        source: where the game's own code is, to name its line when it raises.
        seed: where all chance begins.
        effort: ``THOROUGH`` or ``QUICK``.
        max_turns: a game that is still going on then is given up.
        create_seconds: what it takes to make a game.

    Attributes:
        seen: what random play showed.
        left_out: sentences on what was not looked at, and why.
    """

    name: str
    create_game: Callable[[], Game]
    metadata: GameMetadata
    source: Path | None = None
    seed: int = 0
    effort: Effort = THOROUGH
    max_turns: int = MAX_TURNS
    create_seconds: float = 0.0
    seen: Seen = field(init=False)
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen = Seen(self.metadata)

    @property
    def enough_turns(self) -> bool:
        return self.seen.turns >= ENOUGH_TURNS

    @property
    def why_slow(self) -> str:
        """Why no experiments are made with this game; empty where they are."""
        if self.create_seconds > SLOW_CREATION:
            return f"making a game takes {self.create_seconds:.1f} s"
        turn_seconds = self.seen.seconds / max(1, self.seen.turns)
        return f"a turn takes {1000 * turn_seconds:.0f} ms" if turn_seconds > SLOW_TURN else ""

    def begin(self, seed: Any) -> Game:
        """A fresh game whose chance begins at ``seed``, started; play it with ``play_turn``."""
        seed_what_is_in_place(seed)
        game = fresh_game(self.create_game)
        game.input_source, game.view = self._keys, None
        try:
            game.start()
        except (Exception, SystemExit) as error:
            raise GameFailed(error, 0) from error
        return game

    def play_turn(self, game: Game, action: int) -> None:
        """Press the key of an action (the last one presses nothing) for one turn.

        Raises:
            GameFailed: the game's code raised.
        """
        game.input_source = self._keys
        self._keys.press(action)
        try:
            game.step()
        except (Exception, SystemExit) as error:
            raise GameFailed(error, game.turn_number) from error

    @cached_property
    def _keys(self) -> KeyPresses:
        return KeyPresses(self.metadata.pressed)

    def trace(self, seed: Any, actions: Sequence[int]) -> list[Any]:
        """Everything that can be seen of a game with this seed, at its beginning and after each action."""
        game = self.begin(seed)
        frames = [everything_in(game)]
        for action in actions:
            if not game.playing:
                break
            self.play_turn(game, action)
            frames.append(everything_in(game))
        return frames

    @cached_property
    def without_keys(self) -> list[tuple[float, int]]:
        """The total reward and the turns of some games in which nothing was pressed."""
        played = []
        until = perf_counter() + self.effort.seconds
        for number in range(self.effort.games):
            game = self.begin(self.seed + number)
            before = game.state.get(self.metadata.reward)
            while game.playing and game.turn_number < self.max_turns and perf_counter() < until:
                self.play_turn(game, self.metadata.n_actions - 1)
            played.append((change(before, game.state.get(self.metadata.reward)), game.turn_number))
        return played
