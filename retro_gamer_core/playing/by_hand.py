"""A person plays with the keys of the game's description, so that the game can be recorded and its score kept."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.playing.recording_files import write_recording
from retro_gamer_core.playing.replay import Recorder
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.runs.atomic_files import write_text
from retro_gamer_core.runs.plain_values import number

if TYPE_CHECKING:
    from blessed.keyboard import Keystroke
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.playing.replay import Recording

#: So many recordings stay: those of the best games.
MOST_RECORDINGS = 5

_SCHEMA = 1


class Hands:
    """The input source of a game that a person plays; beside the board, it shows the score and the best one so far."""

    def __init__(self, game: Game, metadata: GameMetadata, best: float | None) -> None:
        self.lines: list[str] = []
        self.recorder = Recorder()
        self._game, self._metadata, self._best = game, metadata, best
        self._keys = KeyPresses(metadata.pressed)
        self._named = {name: number for number, name in enumerate(metadata.pressed) if name}
        self._action = self._nothing = metadata.n_actions - 1
        self._played = self._nothing
        self._before = 0.0

    def pressed(self, key: Keystroke) -> None:
        """A person pressed a key: the last one before a turn counts."""
        self._action = self._named.get(key.name or "", self._named.get(str(key), self._nothing))

    def collect(self) -> set[Any]:
        """What is pressed in this turn."""
        self._played, self._action = self._action, self._nothing
        self._keys.press(self._played)
        return self._keys.collect()

    def turn_played(self) -> None:
        """The game has begun, or a turn was played. Not inside the block of its chance."""
        game, metadata = self._game, self._metadata
        total = number(game.state.get(metadata.reward)) or 0
        if not game.turn_number:
            self.recorder.begin(game, metadata.reward)
        else:
            self.recorder.values = np.zeros(metadata.n_actions, np.float32)
            self.recorder.turn(self._played, total - self._before, None if game.playing else "game over")
        self._before = total
        key = metadata.score_key(game.state)
        best = "" if self._best is None else f"your best: {self._best:g}"
        self.lines = [f"{key}: {game.state.get(key)}", best, f"turn {game.turn_number}", "", "Enter ends it"]


@dataclass(frozen=True)
class GameByHand:
    """One game of a person, played to its end.

    Args:
        score: at its end; the sum of the rewards in a game that keeps none.
        total_reward: the sum of the rewards.
        turns: how many there were.
        ended: ``"game over"`` or ``"turn limit"``.
        seed: of the recording.
        code: a digest of the game's code: scores of another version say nothing about this one.
    """

    score: float
    total_reward: float
    turns: int
    ended: str
    seed: int
    code: str


class ByHand:
    """``by-hand/``: the scores of a person, and recordings of the best games.

    Args:
        directory: made when a game is kept.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._scores = directory / "scores.json"

    def games(self, code: str) -> list[GameByHand]:
        """All games of this version of the game, in order."""
        return [game for _, game in self._read() if game.code == code]

    def best(self, code: str) -> float | None:
        """The highest score; None where there is no game yet."""
        return max((game.score for game in self.games(code)), default=None)

    def keep(self, recording: Recording, code: str) -> GameByHand:
        """Keep the score of a game, and its recording while it is among the best."""
        score = recording.total_reward if recording.score is None else recording.score
        game = GameByHand(
            score, recording.total_reward, recording.turns, recording.ended, recording.seed, code
        )
        games = self._read()
        name = f"game-{1 + max((int(name.split('-')[1]) for name, _ in games), default=0)}"
        games.append((name, game))
        self._directory.mkdir(parents=True, exist_ok=True)
        write_recording(self._path(name), recording)
        kept = [{"name": name, **asdict(each)} for name, each in games]
        write_text(self._scores, json.dumps({"schema": _SCHEMA, "games": kept}, indent=1) + "\n")
        ranked = sorted(games, key=lambda each: -each[1].score)
        for other, _ in ranked[MOST_RECORDINGS:]:
            with suppress(PermissionError):  # open in another program on Windows
                self._path(other).unlink(missing_ok=True)
        return game

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.npz"

    def _read(self) -> list[tuple[str, GameByHand]]:
        """Each game with the name of its recording.

        Raises:
            RetroGamerError: somebody changed the file into something else.
        """
        if not self._scores.is_file():
            return []
        try:
            games = json.loads(self._scores.read_text(encoding="utf-8"))["games"]
            return [(_named(game.pop("name")), GameByHand(**game)) for game in games]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RetroGamerError(
                f"your scores cannot be read: {in_words(error)}",
                where=str(self._scores),
                why="nothing is written over them, so that none gets lost",
                hint="move the file away to begin anew",
            ) from error


def _named(name: str) -> str:
    if not re.fullmatch(r"game-[0-9]{1,9}", name):
        raise ValueError(f"{name!r} is no name of a recording")
    return name
