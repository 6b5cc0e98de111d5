"""Games to look at later: the same one, again and again, as training goes on.

Each evaluation takes its first game down, which costs nothing. In between, that game is played at a few more moments,
if a logger wants to hear of it. Training does not notice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from retro_gamer_core.evaluation.games import greedy, play_games
from retro_gamer_core.playing.replay import Recorder, Recording
from retro_gamer_core.runs.plain_values import restored

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.policies.player import Player
    from retro_gamer_core.training.interrupts import Stop
    from retro_gamer_core.training.loop import TrainingLoop
    from retro_gamer_core.training.time_budget import Budget

#: Shares of the training after which a game is recorded; the first is before it begins.
MOMENTS = (0.0, 0.01, 0.03, 0.1, 0.3)

#: An evaluation that comes so much before a moment (as a part of it) takes its place.
_CLOSE = 0.8

#: A game is cut off after this share of the turns, or of the time, that the whole training will have …
LARGEST_SHARE = 0.002

#: … but for the last one, which shows what was learned.
LARGEST_SHARE_AT_THE_END = 0.008

#: Before training, each episode of it is taken for so many turns.
_TURNS_OF_AN_EPISODE = 30

#: So many turns are always played.
FEWEST_TURNS = 50


class _NoMore(Exception):
    """Somebody asked to stop, or there is enough of the game."""


@dataclass
class MomentsTold:
    """How many of the moments are over, and turns of training when the last game was recorded ``at_the_end``."""

    moments_over: int = 0
    ended_at: int = 0


class RecordedGames:
    """Decides when to record a game, and plays it.

    Args:
        config: of the run.
        create_game: makes a fresh game.

    Attributes:
        wanted: whether anybody wants to hear of them.
    """

    def __init__(self, config: RunConfig, create_game: Callable[[], Game]) -> None:
        self.wanted = False
        self._config = config
        self._create_game = create_game
        self._score_key = config.metadata.score or "score"
        self._told = MomentsTold()

    def due(self, share: float) -> bool:
        """Whether to record a game after this share of the training."""
        over = self._told.moments_over
        return self.wanted and over < len(MOMENTS) and share >= MOMENTS[over]

    def missing_at_the_end(self, turns: int) -> bool:
        """Whether a game is to be recorded at the end of training, after so many turns."""
        return self.wanted and turns > 0 and turns != self._told.ended_at

    def recorder(self) -> Recorder | None:
        """What takes down a game of an evaluation, if anybody wants it."""
        return Recorder() if self.wanted else None

    def of_evaluation(self, recorder: Recorder | None, seed: int, at: dict[str, Any]) -> Recording | None:
        """The game of an evaluation; ``at`` says when that was, as in ``Recording``."""
        if recorder is None:
            return None
        self._over(at["share"] / _CLOSE)
        return recorder.recording(self._config.game, seed, self._score_key, at)

    def play(
        self,
        player: Player,
        loop: TrainingLoop,
        seed: int,
        at: dict[str, Any],
        *,
        budget: Budget,
        stop: Stop,
    ) -> Recording | None:
        """Play the game of this moment. None as soon as somebody asks to stop, and where it raises an error."""
        recorder, seconds_left = Recorder(), budget.seconds_left
        share = LARGEST_SHARE_AT_THE_END if at["name"] == "end" else LARGEST_SHARE

        def each_turn(games_ended: int) -> None:
            taken = seconds_left - budget.seconds_left if budget.is_limited else 0.0
            too_long = taken > share * budget.seconds and recorder.turns >= FEWEST_TURNS
            if stop.asked or too_long:
                raise _NoMore

        try:
            play_games(
                greedy(player.learner, seed, recorder),
                self._create_game,
                player,
                1,
                max_turns=self._most_turns(loop, at["share"], share, budget),
                seed=seed,
                score_key=self._score_key,
                each_turn=each_turn,
                recorder=recorder,
            )
        except _NoMore:
            if stop.asked:
                return None
        self._over(at["share"])
        if at["name"] == "end":
            self._told.ended_at = loop.turns
        return recorder.recording(self._config.game, seed, self._score_key, at)

    def state_dict(self) -> dict[str, Any]:
        """What has been recorded so far, for saved states and checkpoints."""
        return asdict(self._told)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        self._told = restored(MomentsTold, state)

    def _over(self, share: float) -> None:
        self._told.moments_over = max(self._told.moments_over, bisect_right(MOMENTS, share))

    def _most_turns(self, loop: TrainingLoop, played: float, share: float, budget: Budget) -> int:
        settings = self._config.training
        if loop.turns and played:
            expected = loop.turns / played
        elif budget.turns is not None:
            expected = budget.turns
        elif budget.is_limited:  # cut off by its time
            return settings.max_turns_per_episode
        else:
            expected = _TURNS_OF_AN_EPISODE * settings.training_episodes
        return min(settings.max_turns_per_episode, max(FEWEST_TURNS, round(share * expected)))
