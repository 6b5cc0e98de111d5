"""A game taken down in kilobytes, and played again turn for turn: from its seed and its keys.

The game itself is not kept, as it may hold anything. A checksum of what it showed tells whether it came out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.forks import Fork, begin, of_evaluations
from retro_gamer_core.playing.frames import CharacterCodes, Frame, drawn
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.runs.plain_values import number

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.events import Ending
    from retro_gamer_core.games.metadata import GameMetadata


@dataclass(frozen=True, eq=False)
class Recording:
    """One game, so that it can be played again.

    Args:
        game: its name, as in the configuration.
        seed: it was game 0 of ``play_games`` with this one.
        keys: ``uint16[turns]``, the number of the action of each turn.
        values: ``float32[turns, n_actions]``, what the learner's ``q_values`` were before each of them.
        rewards: ``float32[turns]``.
        score: what the game's state said at the end; None where it keeps none.
        total_reward: the sum of the rewards, undiscounted.
        ended: ``"game over"`` or ``"turn limit"`` (it was cut off there).
        checksum: of the boards and the reward key, before the first turn and after each.
        at: the moment of training: ``name`` (``"before"``, ``"during"``, ``"evaluation"`` or ``"end"``),
            ``episode``, ``total_turns``, ``seconds``, ``share`` (of the training, 0 to 1) and ``best`` (whether
            it was played by the best policy so far).
        random: ``bool[turns]``, the keys that were drawn at random.
    """

    game: str
    seed: int
    keys: np.ndarray
    values: np.ndarray
    rewards: np.ndarray
    score: float | None
    total_reward: float
    ended: Ending
    checksum: int
    at: Mapping[str, Any] = field(default_factory=dict)
    random: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def turns(self) -> int:
        return len(self.keys)


class ReplayDiffers(RetroGamerError):
    """A game did not come out as it was recorded.

    Attributes:
        turn: how many turns had been played when that was seen.
    """

    def __init__(self, turn: int, what: str) -> None:
        self.turn = turn
        super().__init__(
            f"this recording cannot be shown: after {turn} turns, {what}",
            why="a recording is played again from its seed and keys, so the game has to be the same one; it was "
            "changed since, or it depends on more than its seed (the time, a file, a generator of its own)",
            hint="train again, or go back to the version of the game that it was recorded with",
        )


#: What is drawn by looking: a character may be a matter of chance.
_LOOKING = Chance(0)


def board_cells(game: Game) -> dict[tuple[int, int], tuple[str, str]]:
    """What the board shows now: ``{(column, row): (character, colour)}``, without empty cells.

    Colours are those of retro-games, such as ``"red_on_black"``. Nothing is moved by looking.
    """
    width, height = game.board_size
    cells = {}
    with _LOOKING:
        for x, y, character, agent in drawn(game.agents):
            if 0 <= x < width and 0 <= y < height:
                cells[x, y] = str(character), str(getattr(agent, "color", None) or game.color)
    return {place: cell for place, cell in cells.items() if cell[0] != " "}


class _InOrderMet(CharacterCodes):
    def __missing__(self, character: str) -> int:
        code = self[character] = len(self) % 256
        return code


class _Checksum:
    """Of a game from its beginning on: of each board, and of what its reward key says beside it."""

    def __init__(self, game: Game, reward_key: str) -> None:
        self.value = 0
        self._game, self._reward_key = game, reward_key
        self._looking = Chance(0)
        self._characters = _InOrderMet(())
        self._frame = Frame(game.board_size, self._characters)
        with self._looking:
            self._frame.begin(game)
        self._add()

    def add(self) -> None:
        """Add what there is now. Not inside the block of the game's chance."""
        with self._looking:
            self._frame.read()
        self._add()

    def _add(self) -> None:
        said = ascii((list(self._characters), number(self._game.state.get(self._reward_key))))
        self.value = crc32(said.encode(), crc32(self._frame.codes.data, self.value))


class Recorder:
    """Takes a game down while somebody plays it, who does not notice. One that cannot be looked at is not taken down.

    Attributes:
        values: set by whoever chooses, before each turn: ``float32[n_actions]``.
        turns: how many there are by now.
    """

    def __init__(self) -> None:
        self.values: np.ndarray | None = None
        self._ended: Ending | None = None
        self._game: Game | None = None
        self._turns: list[tuple[int, float, np.ndarray | None]] = []
        self._checksum: _Checksum | None = None

    @property
    def turns(self) -> int:
        return len(self._turns)

    def begin(self, game: Game, reward_key: str) -> None:
        """The game has begun. Not inside the block of its chance."""
        self._game = game
        with suppress(Exception, SystemExit):
            self._checksum = _Checksum(game, reward_key)

    def turn(self, action: int, reward: float, ended: Ending | None) -> None:
        """A turn was played, which ended the game or did not. Not inside the block of the game's chance."""
        self._ended = ended
        self._turns.append((action, reward, self.values))
        if self._checksum:
            try:
                self._checksum.add()
            except (Exception, SystemExit):
                self._checksum = None

    def failed(self) -> None:
        """The game raised an error."""
        self._checksum = None

    def recording(
        self, game: str, seed: int, score_key: str | None, at: Mapping[str, Any]
    ) -> Recording | None:
        """What was taken down; see ``Recording``. None where that is nothing.

        A game that has not ended was cut off by whoever played it.
        """
        if self._game is None or self._checksum is None or not self._turns:
            return None
        score = number(self._game.state.get(score_key)) if score_key else None
        keys, rewards, values = zip(*self._turns, strict=True)
        return Recording(
            game=game,
            seed=seed,
            keys=np.array(keys, np.uint16),
            values=np.array(values, np.float32),
            rewards=np.array(rewards, np.float32),
            score=float(score) if score is not None and isfinite(score) else None,
            total_reward=float(sum(rewards)),
            ended=self._ended or "turn limit",
            checksum=self._checksum.value,
            at=at,
            random=np.zeros(len(keys), bool),
        )


class Replay:
    """Plays a recorded game again.

    Args:
        create_game: makes a fresh game.
        metadata: what the game is; complete.
        encoder: who looks at it each turn, where ``seen`` matters; built as in training.
        characters: the codes that it sees; those of the metadata where left out.
        chance: what the seed begins, as in ``begin``.

    Raises:
        ReplayDiffers: as soon as that is seen, here or in ``step``; a board that differs, at the end.

    Example::

        for now in Replay(recording, create_game, metadata):
            show(now.turn, board_cells(now.game))
    """

    def __init__(
        self,
        recording: Recording,
        create_game: Callable[[], Game],
        metadata: GameMetadata,
        *,
        encoder: Encoder | None = None,
        characters: CharacterCodes | None = None,
        chance: Callable[[int], Chance] = of_evaluations,
    ) -> None:
        self.recording = recording
        self.turn = 0
        self.rewards: list[float] = []
        if recording.turns and int(recording.keys.max()) >= metadata.n_actions:
            raise ReplayDiffers(0, "a key is pressed that the description of the game does not name")
        try:
            self._running = begin(
                create_game, metadata, recording.seed, encoder=encoder, characters=characters, chance=chance
            )
        except (Exception, SystemExit) as error:
            raise ReplayDiffers(0, f"the game could not be begun: {in_words(error)}") from error
        self._checksum = _Checksum(self.game, metadata.reward)
        self._check()

    @property
    def game(self) -> Game:
        """The game as it stands after ``turn`` turns. Look, do not touch."""
        return self._running.game

    @property
    def seen(self) -> Any:
        """What the encoder sees now: ``Observations``, one of them."""
        return self._running.seen

    @property
    def total_reward(self) -> float:
        return float(sum(self.rewards))

    @property
    def finished(self) -> bool:
        return self.turn == self.recording.turns

    def step(self) -> float:
        """Play the next turn. Returns its reward."""
        action = int(self.recording.keys[self.turn])
        try:
            reward = self._running.step(action)
        except (Exception, SystemExit) as error:
            raise ReplayDiffers(self.turn, f"the game raised an error: {in_words(error)}") from error
        self.rewards.append(reward)
        self.turn += 1
        self._checksum.add()
        if np.float32(reward) != self.recording.rewards[self.turn - 1]:
            raise ReplayDiffers(self.turn, "the reward is another one")
        self._check()
        return reward

    def to(self, turn: int) -> Replay:
        """Play until so many turns have been played. Returns itself."""
        if not self.turn <= turn <= self.recording.turns:
            raise ValueError(f"turn {turn} is not between {self.turn} and {self.recording.turns}")
        while self.turn < turn:
            self.step()
        return self

    def __iter__(self) -> Iterator[Replay]:
        """Itself, before the next turn and after each one that is left."""
        yield self
        while not self.finished:
            self.step()
            yield self

    def fork(self) -> Fork:
        """A copy of the game as it stands now, which goes its own way; see ``Fork``."""
        return self._running.fork()

    def _check(self) -> None:
        over = self.finished and self.recording.ended == "game over"
        if self._running.playing == over:
            raise ReplayDiffers(self.turn, f"the game {'goes on' if over else 'is over'}")
        if self.finished and self._checksum.value != self.recording.checksum:
            raise ReplayDiffers(self.turn, "another board was shown on the way")
