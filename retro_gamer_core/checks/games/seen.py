"""What random play has shown of a game so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import inf, isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from retro_gamer_core.playing.frames import characters_on
from retro_gamer_core.playing.player import listens_to_keyboard
from retro_gamer_core.runs.plain_values import number

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.playing.random_play import Ending


class Seen:
    """Watches random play (``retro_gamer_core.playing.random_play``) and counts.

    Attributes:
        game: the first one, as it stands now; None before it.
        turns, games: how many were played; ``games`` counts those that have ended.
        endings: how often games ended in each way.
        lengths, returns: turns and total reward of each game that has ended, errors left out.
        lowest, highest: the smallest and the largest reward of a turn.
        rewarded, positive: turns with any reward, and with a good one.
        characters: in how many turns each character was on the board, last frames left out.
        last_characters: characters on the frame on which a game was over.
        looks, shapes: how often the state was looked at, and how often each key had each shape.
        unusable: the first value of each observed key that no network can take.
        error: what was raised first, in which game and after how many turns of it.
        changes: whether what a learner sees has ever changed within a game.
        listeners: the types of the characters that listen to the keyboard.
        seconds: the time that all these turns took.
    """

    def __init__(self, metadata: GameMetadata) -> None:
        self._metadata = metadata
        self.game: Game | None = None
        self.turns = self.games = 0
        self.endings: Counter[str] = Counter()
        self.lengths: list[int] = []
        self.returns: list[float] = []
        self.lowest, self.highest = inf, -inf
        self.rewarded = self.positive = 0
        self.characters: Counter[str] = Counter()
        self.last_characters: set[str] = set()
        self.looks = 0
        self.shapes: dict[str, Counter[str]] = {}
        self.unusable: dict[str, Any] = {}
        self.error: tuple[BaseException, int, int] | None = None
        self.changes = False
        self.listeners: set[type] = set()
        self.seconds = 0.0
        self._first_view: Any = None
        self._total = 0.0

    def begun(self, game: Game) -> None:
        self.game = self.game or game
        self._total = 0.0
        self._first_view = self._view(game)
        self._look(game)

    def played(self, game: Game, reward: float, seconds: float) -> None:
        self.turns += 1
        self.seconds += seconds
        self._total += reward
        self.lowest, self.highest = min(self.lowest, reward), max(self.highest, reward)
        self.rewarded += reward != 0
        self.positive += reward > 0
        if not self.changes:
            self.changes = self._view(game) != self._first_view
        self._look(game)

    def ended(self, game: Game | None, how: Ending, error: BaseException | None) -> None:
        turn = game.turn_number if game is not None else 0
        self.games += 1
        self.endings[how] += 1
        if error is None:
            self.lengths.append(turn)
            self.returns.append(self._total)
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
            self.shapes.setdefault(key, Counter())[shape_of(value)] += 1
        for key in self._metadata.observe_state:
            if key not in self.unusable and key in game.state and not is_observable(game.state[key]):
                self.unusable[key] = game.state[key]
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


def shape_of(value: Any) -> str:
    """What kind of value it is, in words."""
    if number(value) is not None:
        return "a number"
    if isinstance(value, (tuple, list)):
        return f"{len(value)} values"
    return "nothing (None)" if value is None else f"of type {type(value).__name__}"


def is_observable(value: Any) -> bool:
    """Whether it is one ordinary number or several."""
    entries = value if isinstance(value, (tuple, list)) else (value,)
    return all((found := number(entry)) is not None and isfinite(found) for entry in entries)


def everything_in(game: Game) -> tuple[Any, ...]:
    """All that can be seen of a game from outside, to be compared: characters, state, whether it goes on."""
    characters = tuple(
        (
            type(agent).__name__,
            agent.position,
            str(getattr(agent, "character", "")),
            getattr(agent, "color", ""),
        )
        for agent in game.agents
        if getattr(agent, "display", True)
    )
    return characters, tuple(_plain_items(game.state)), game.playing


def _plain_items(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        yield key, _plain(value)


def _plain(value: Any) -> Any:
    """Without addresses of objects, which differ from one game to the next."""
    if isinstance(value, (str, bytes, Real)) or value is None:
        return repr(value)  # so that nan equals nan
    if isinstance(value, (tuple, list)):
        return tuple(map(_plain, value))
    if isinstance(value, Mapping):
        return tuple(_plain_items(value))
    return type(value).__name__
