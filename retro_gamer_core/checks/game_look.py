"""All that the checks of a game may look at: what random play showed, and experiments made when asked for."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from retro_gamer_core.checks.moves import Moves
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.playing.chance import seed_what_is_in_place
from retro_gamer_core.playing.frames import characters_on
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.playing.player import listens_to_keyboard
from retro_gamer_core.playing.random_play import Moment, change
from retro_gamer_core.runs.plain_values import number

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.events import Ending
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.games.metadata import GameMetadata


@dataclass(frozen=True)
class Effort:
    """How closely to look. Seconds bound what a slow game takes; a quick one is done long before.

    Args:
        turns, seconds: of random play.
        moments, moment_seconds: in which all keys are tried, and for all of them together.
        games: in which nothing is pressed; with a few games only, luck decides.
        repeated_turns: how long a game is that is played twice.
        processes: whether it is played in other processes, too.
    """

    turns: int
    seconds: float
    moments: int
    moment_seconds: float
    games: int
    repeated_turns: int
    processes: bool


THOROUGH = Effort(
    20_000, 15.0, moments=100, moment_seconds=15.0, games=30, repeated_turns=300, processes=True
)
QUICK = Effort(2_000, 1.0, moments=30, moment_seconds=0.4, games=0, repeated_turns=60, processes=False)

#: Where no run says otherwise; the default of ``max_turns_per_episode``.
MAX_TURNS = 2_000

#: Seconds. A game that takes so long to make, or for a turn, is not made and played again for experiments.
SLOW_CREATION = 0.3
SLOW_TURN = 0.01


class GameFailed(Exception):
    """The game's own code raised ``error`` in this turn."""

    def __init__(self, error: BaseException, turn: int) -> None:
        super().__init__(error, turn)
        self.error = error
        self.turn = turn


class Seen:
    """Watches random play (``retro_gamer_core.playing.random_play``) and counts.

    Attributes:
        game: the first one, as it stands now; None before it.
        rewards, seconds: the reward of each turn that was played, and what all of them took.
        endings: how often games ended in each way.
        lengths, returns: turns and total reward of each game that has ended, errors left out.
        characters: in how many turns each character was on the board, last frames left out.
        last_characters: characters on the frame on which a game was over.
        looks, shapes: how often the state was looked at, and how often each key had each shape.
        rises: in how many turns each number of the state went up.
        unusable: the first value of each observed key that no network can take.
        error: what was raised first, in which game and after how many turns of it.
        changes: whether what a learner sees has ever changed within a game.
        listeners: the types of the characters that listen to the keyboard.
        moves: what came of each key and who moved where.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        self._metadata = metadata
        self.game: Game | None = None
        self.rewards: list[float] = []
        self.seconds = 0.0
        self.endings: Counter[str] = Counter()
        self.lengths: list[int] = []
        self.returns: list[float] = []
        self.characters: Counter[str] = Counter()
        self.last_characters: set[str] = set()
        self.looks = 0
        self.shapes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.rises: Counter[str] = Counter()
        self.unusable: dict[str, Any] = {}
        self.error: tuple[BaseException, int, int] | None = None
        self.changes = False
        self.listeners: set[type] = set()
        self.moves = Moves(metadata)
        self._first_view: Any = None
        self._state_before: dict[str, Any] = {}
        self._turns_before = 0

    @property
    def turns(self) -> int:
        """How many were played."""
        return len(self.rewards)

    @property
    def games(self) -> int:
        """How many have ended."""
        return self.endings.total()

    def watch(self, moment: Moment) -> None:
        """Take note of what random play has come to."""
        game = moment.game
        self.moves.watch(moment)
        if moment.ended is not None:
            self._ended(game.turn_number if game is not None else 0, moment.ended, moment.error)
        elif moment.reward is None:
            self.game = self.game or game
            self._turns_before, self._state_before = self.turns, {}
            self._first_view = self._view(game)
            self._look(game)
        else:
            self.rewards.append(moment.reward)
            self.seconds += moment.seconds
            self.changes = self.changes or self._view(game) != self._first_view
            self._look(game)

    def _ended(self, turn: int, how: Ending, error: BaseException | None) -> None:
        self.endings[how] += 1
        if error is None:
            self.lengths.append(turn)
            self.returns.append(sum(self.rewards[self._turns_before :]))
        elif self.error is None:
            self.error = (error, self.games, turn)

    def _look(self, game: Game) -> None:
        self.looks += 1
        shown = characters_on(game)
        if game.playing:
            self.characters.update(shown)
        else:
            self.last_characters |= shown
        for key, value in game.state.items():
            self.shapes[key][_shape_of(value)] += 1
            self.rises[key] += change(self._state_before.get(key), value) > 0
        self._state_before = dict(game.state)
        for key in self._metadata.observe_state:
            if key in game.state and not _is_observable(game.state[key]):
                self.unusable.setdefault(key, game.state[key])
        if self.looks % 50 == 1:
            self.listeners |= {type(agent) for agent in game.agents if listens_to_keyboard(agent)}

    def _view(self, game: Game) -> Any:
        """What a learner that sees everything described would see."""
        known, state = self._metadata.character_set, game.state
        board = [
            (agent.position, str(agent.character))
            for agent in game.agents
            if getattr(agent, "display", True) and (known is None or agent.character in known)
        ]
        return board, [state.get(key) for key in self._metadata.observe_state]


@dataclass
class GameLook:
    """One game under examination. Look at it inside a ``Chance``.

    Args:
        found: the game.
        metadata: its description, which fits it.
        seed: where all chance begins.
        effort: ``THOROUGH`` or ``QUICK``.
        max_turns: a game that is still going on then is given up.
        create_seconds: what it takes to make a game.

    Attributes:
        seen: what random play showed.
        left_out: sentences on what was not looked at, and why.
        worth_knowing: sentences on what is no fault of the game.
    """

    found: FoundGame
    metadata: GameMetadata
    seed: int = 0
    effort: Effort = THOROUGH
    max_turns: int = MAX_TURNS
    create_seconds: float = 0.0
    seen: Seen = field(init=False)
    left_out: list[str] = field(default_factory=list)
    worth_knowing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen = Seen(self.metadata)

    @property
    def why_slow(self) -> str:
        """Why no experiments are made with this game; empty where they are."""
        if self.create_seconds > SLOW_CREATION:
            return f"making a game takes {self.create_seconds:.1f} s"
        turn_seconds = self.seen.seconds / max(1, self.seen.turns)
        return f"a turn takes {1000 * turn_seconds:.0f} ms" if turn_seconds > SLOW_TURN else ""

    def begin(self, seed: int) -> Game:
        """A fresh game whose chance begins at ``seed``, started; play it with ``play_turn``."""
        seed_what_is_in_place(seed)
        game = fresh_game(self.found.factory)
        game.input_source, game.view = self._keys, None
        _run(game, game.start)
        return game

    def play_turn(self, game: Game, action: int) -> None:
        """Press the key of an action (the last one presses nothing) for one turn.

        Raises:
            GameFailed: the game's code raised.
        """
        game.input_source = self._keys
        self._keys.press(action)
        _run(game, game.step)

    @cached_property
    def _keys(self) -> KeyPresses:
        return KeyPresses(self.metadata.pressed)

    def trace(self, actions: Sequence[int]) -> list[Any]:
        """Everything that can be seen of a game with the seed, at its beginning and after each action."""
        game = self.begin(self.seed)
        frames = [everything_in(game)]
        for action in actions:
            if not game.playing:
                break
            self.play_turn(game, action)
            frames.append(everything_in(game))
        return frames

    def some_actions(self) -> list[int]:
        """Enough to play a game for a while; the same for the same seed."""
        rng = random.Random(self.seed)
        return [rng.randrange(self.metadata.n_actions) for _ in range(self.effort.repeated_turns)]


def _run(game: Game, code: Callable[[], object]) -> None:
    try:
        code()
    except (Exception, SystemExit) as error:
        raise GameFailed(error, game.turn_number) from error


def everything_in(game: Game) -> tuple[Any, ...]:
    """All that can be seen of a game from outside, to be compared: characters, state, whether it goes on."""
    shown = [agent for agent in game.agents if getattr(agent, "display", True)]
    characters = [
        (type(each).__name__, each.position, str(getattr(each, "character", "")), getattr(each, "color", ""))
        for each in shown
    ]
    return characters, _plain(game.state), game.playing


def _shape_of(value: Any) -> str:
    """What kind of value it is, in words."""
    if number(value) is not None:
        return "a number"
    if isinstance(value, (tuple, list)):
        return f"{len(value)} values"
    return "nothing (None)" if value is None else f"of type {type(value).__name__}"


def _is_observable(value: Any) -> bool:
    """Whether it is one ordinary number or several."""
    entries = value if isinstance(value, (tuple, list)) else (value,)
    return all((found := number(entry)) is not None and isfinite(found) for entry in entries)


def _plain(value: Any) -> Any:
    """Without addresses of objects, which differ from one game to the next."""
    if isinstance(value, (str, bytes, Real)) or value is None:
        return repr(value)  # so that nan equals nan
    if isinstance(value, (tuple, list)):
        return tuple(map(_plain, value))
    if isinstance(value, Mapping):
        return [(key, _plain(each)) for key, each in value.items()]
    return type(value).__name__
