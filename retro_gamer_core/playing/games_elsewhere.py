"""Games in step that are turned in another process, while this one learns.

They are the very ``GamesInStep``, at the other end of a pipe, so what they do is the same to the last
bit. Games share Python's global random generators; there, nobody else draws from them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from retro_gamer_core.errors import GameError
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.second_process import Answerer, ProcessLost, SecondProcess

if TYPE_CHECKING:
    import numpy as np

    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.observation import ObservationSpec
    from retro_gamer_core.playing.frames import CharacterCodes
    from retro_gamer_core.playing.games_in_step import Turn


class Answer(NamedTuple):
    """What the games say to each question.

    Args:
        result: what the method returned that was asked for.
        observations, turns_since_beginning: as they are now.
        unknown: characters met since the last answer that are not in the character set.
    """

    result: Any
    observations: Observations
    turns_since_beginning: int
    unknown: tuple[str, ...]


class GamesElsewhere:
    """K games of ``GamesInStep`` in a process of their own. What it raises is raised here.

    Args:
        make_games: called there; what it returns is asked by the name of a method and its arguments, and
            gives an ``Answer``.
        count: K.
        spec: what is observed.
        characters: is told of the characters that are met there.

    Raises (every method that asks them):
        GameError: the process has ended, or is of no use any more.
    """

    def __init__(
        self,
        make_games: Callable[[], Answerer],
        count: int,
        spec: ObservationSpec,
        characters: CharacterCodes,
    ) -> None:
        self.observations = Observations.empty(count, spec)
        self.turns_since_beginning = 0
        self._characters = characters
        self._process = SecondProcess(make_games)

    def __len__(self) -> int:
        return len(self.observations)

    def begin_step(self, actions: np.ndarray) -> None:
        """Let them play a turn, and do not wait; ``finish_step`` does."""
        self._ask("step", actions)

    def finish_step(self) -> Turn:
        """What came of the turn that was begun."""
        return self._answer()

    def restart(self) -> None:
        """Give up whatever is being played and begin K fresh games together."""
        self._ask("restart")
        self._answer()

    def change_encoder(self, encoder: Encoder, characters: CharacterCodes) -> None:
        """See with an encoder that knows more characters from now on; it is built there once more."""
        self._characters = characters
        self._ask("change_encoder", [character for character, code in characters.items() if code])
        self._answer()

    def state_dict(self) -> dict[str, Any]:
        """How to play the running games again, in whichever process."""
        self._ask("state_dict")
        return self._answer()

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        """Play the games again up to where ``state_dict`` was taken; see ``GamesInStep``."""
        self._ask("load_state_dict", state)
        return self._answer()

    def explain(self) -> list[str]:
        return [
            "the games are played in a process of their own while this one learns, so that two processor cores "
            "work at once; what comes of it is the same as with one"
        ]

    def _ask(self, *question: Any) -> None:
        try:
            self._process.ask(*question)
        except ProcessLost as lost:
            raise _no_games(lost) from lost

    def _answer(self) -> Any:
        try:
            answer: Answer = self._process.answer()
        except ProcessLost as lost:
            raise _no_games(lost) from lost
        self.observations, self.turns_since_beginning = answer.observations, answer.turns_since_beginning
        for character in answer.unknown:
            self._characters[character]  # which takes note of it, where it is news
        return answer.result


def _no_games(lost: ProcessLost) -> GameError:
    return GameError(
        f"the process in which the games are played is lost: {lost}",
        where="game_process = true in [training] of config.toml",
        why="either the system ended it, as it does when memory runs short, or the game's own code ended Python",
        hint="train again: that goes on from the last saved state. If it happens again, game_process = false plays "
        "the games in the process that learns",
    )
