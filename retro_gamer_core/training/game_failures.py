"""Games that raise errors: each is told with the student's own line, and too many in a row are the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.events import EpisodeFinished
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.training.loop import GameRaised

#: A run in which every one of so many episodes in a row ended with an error is stopped.
MOST_ERRORS_IN_A_ROW = 20


@dataclass
class GameFailures:
    """Counts the episodes in a row that ended with an error.

    Args:
        source: the directory of the game's own files.
        episode_limit: the episodes of the run; a short one fails when all of them do.
    """

    source: Path | None
    episode_limit: int
    _in_a_row: int = 0
    _last: tuple[str, str] = "", ""  # what was raised, and where

    @property
    def too_many(self) -> bool:
        return self._in_a_row >= min(MOST_ERRORS_IN_A_ROW, self.episode_limit)

    def count(self, episode: EpisodeFinished) -> None:
        """An episode that ended otherwise breaks the row."""
        if episode.ended != "error":
            self._in_a_row = 0

    def hear(self, event: GameRaised, *, games_in_step: int) -> str:
        """Keep it in mind. Returns what happened, where, and how to see it again."""
        self._in_a_row += 1
        game = event.game
        what, where = self._last = blamed(event.error, self.source)
        turn = f"turn {game.turns + 1} of episode {event.episode}"
        again = (
            f"random.seed({game.seed}) before create_game() begins it again"
            if games_in_step == 1
            else f"the games began together with random.seed({game.seed}), {game.turns_since_seed} turns before"
        )
        return (
            f"{what} — in {turn}, seed {game.seed}"
            + (f", at {where}" if where else "")
            + f". The episode is over, the run goes on ({again})"
        )

    def as_error(self, run: Path) -> GameError:
        """Why the run is stopped when there are ``too_many``."""
        what, where = self._last
        return GameError(
            f"each of the last {self._in_a_row} episodes ended with an error; in the last one, {what}",
            where=where or "outside the game's own files",
            why="there is nothing to learn from a game that cannot be played; all episodes before are saved",
            hint=f"mend the game, then go on with: retro-gamer train {run}",
        )


def blamed(error: BaseException, source: Path | None) -> tuple[str, str]:
    """What went wrong in a game, and the line of its own (see ``where_raised``) that did it."""
    if isinstance(error, RetroGamerError):
        return error.problem.what, error.problem.where
    return f"the game raised {in_words(error)}", where_raised(error, source)
