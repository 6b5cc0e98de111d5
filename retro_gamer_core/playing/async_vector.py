"""A vector environment whose games are turned in another process, while this one learns.

It is the very ``SyncVectorEnv``, at the other end of a pipe, so what it does is the same to the last
bit. Games share Python's global random generators; there, nobody else draws from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from retro_gamer_core.errors import GameError
from retro_gamer_core.observation import Observations, TimeSteps
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.worker_process import ProcessLost, WorkerProcess

if TYPE_CHECKING:
    import numpy as np

    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.observation import ObservationSpec
    from retro_gamer_core.playing.vector import SyncVectorEnv, Turn


class VectorBuilder(Protocol):
    """Builds games, in whichever process. It is sent to the worker as a pickle.

    Attributes:
        character_set: the characters that are known at first.
    """

    @property
    def character_set(self) -> list[str]: ...

    def encoder(self, character_set: list[str]) -> Encoder:
        """What sees games with these characters."""

    def games(self, encoder: Encoder, characters: CharacterCodes) -> SyncVectorEnv:
        """The games."""

    def as_told(self, error: BaseException) -> GameError:
        """What a game raised, as people are told it, with the game's own line."""


class Answer(NamedTuple):
    """What the worker says to each question.

    Args:
        result: what the method returned that was asked for.
        steps, turns_since_reset: as they are now.
        unknown: characters met since the last answer that are not in the character set.
    """

    result: Any
    steps: TimeSteps
    turns_since_reset: int
    unknown: tuple[str, ...]


class AsyncVectorEnv:
    """A ``VectorEnv`` in a process of its own. What it raises is raised here.

    Args:
        builder: what the worker builds the games with.
        num_envs: how many games.
        spec: what is observed.
        characters: is told of the characters that are met there.

    Raises (every method that asks the worker):
        GameError: the process has ended, or is of no use any more.
    """

    def __init__(
        self, builder: VectorBuilder, num_envs: int, spec: ObservationSpec, characters: CharacterCodes
    ) -> None:
        self.num_envs = num_envs
        self.observations = Observations.empty(num_envs, spec)
        self.turns_since_reset = 0
        self._steps: TimeSteps | None = None
        self._characters = characters
        self._worker = WorkerProcess(partial(VectorWorker, builder))

    def time_steps(self) -> TimeSteps:
        if self._steps is None:
            raise GameError("no game has been started", hint="call reset() first")
        return self._steps

    def reset(self) -> None:
        self._call("reset")

    def step_async(self, actions: np.ndarray) -> None:
        self._ask("step", actions)

    def step_wait(self) -> Turn:
        return self._answer()

    def change_encoder(self, encoder: Encoder, characters: CharacterCodes) -> bool:
        self._characters = characters
        return self._call("change_encoder", [character for character, code in characters.items() if code])

    def state_dict(self) -> dict[str, Any]:
        return self._call("state_dict")

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        return self._call("load_state_dict", state)

    def explain(self) -> list[str]:
        return [
            "the games are played in a process of their own while this one learns, so that two processor cores "
            "work at once; what comes of it is the same as with one"
        ]

    def _call(self, *question: Any) -> Any:
        self._ask(*question)
        return self._answer()

    def _ask(self, *question: Any) -> None:
        with _loss_told():
            self._worker.ask(*question)

    def _answer(self) -> Any:
        with _loss_told():
            answer: Answer = self._worker.answer()
        self._steps, self.turns_since_reset = answer.steps, answer.turns_since_reset
        self.observations = answer.steps.observations
        for character in answer.unknown:
            self._characters[character]  # which takes note of it, where it is news
        return answer.result


class VectorWorker:
    """Lives in the other process: has the games, and calls the method of theirs that is asked for."""

    def __init__(self, builder: VectorBuilder) -> None:
        self._builder = builder
        self._characters = CharacterCodes(builder.character_set)
        self._games = builder.games(builder.encoder(builder.character_set), self._characters)

    def __call__(self, method: str, *arguments: Any) -> Answer:
        result = getattr(self if method in ("step", "change_encoder") else self._games, method)(*arguments)
        unknown = tuple(self._characters.unknown)
        self._characters.unknown.clear()
        return Answer(result, self._games.time_steps(), self._games.turns_since_reset, unknown)

    def step(self, actions: np.ndarray) -> Turn:
        """Errors go to the other process as people are told them: what was raised may hold anything."""
        turn = self._games.step(actions)
        turn.finished = [
            game if game.error is None else replace(game, error=self._builder.as_told(game.error))
            for game in turn.finished
        ]
        return turn

    def change_encoder(self, character_set: list[str]) -> bool:
        """An encoder is not sent, but built here once more."""
        self._characters = CharacterCodes(character_set)
        return self._games.change_encoder(self._builder.encoder(character_set), self._characters)


@contextmanager
def _loss_told() -> Iterator[None]:
    try:
        yield
    except ProcessLost as lost:
        raise GameError(
            f"the process in which the games are played is lost: {lost}",
            where="game_process = true in [training] of config.toml",
            why="either the system ended it, as it does when memory runs short, or the game's own code ended Python",
            hint="train again: that goes on from the last saved state. If it happens again, game_process = false "
            "plays the games in the process that learns",
        ) from lost
