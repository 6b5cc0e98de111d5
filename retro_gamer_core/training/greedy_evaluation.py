"""How good is it by now? Every so many turns some games are played without exploring, which training does not notice.

All evaluations of a run play the same games, so that their figures can be compared. The last one plays
fresh games instead: who was chosen for doing best in some games tends to do worse in others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.evaluation.games import PlayedGame, greedy, play_at_random, play_games
from retro_gamer_core.events import Evaluated
from retro_gamer_core.playing.replay import Recorder
from retro_gamer_core.policies.best_policy import BestPolicy, Means
from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.streams import seed_before_names, stream_seed

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.policies.player import Player
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.interrupts import Stop
    from retro_gamer_core.training.loop import TrainingLoop
    from retro_gamer_core.training.run_keeper import RunKeeper

#: For each turn of an evaluation, so many are trained before the next one.
TRAINED_FOR_EACH = 20

#: The most games in which the last policy and the best one are compared in the end.
GAMES_AT_THE_END = 30

#: So much of a short training may be played once more in the end.
_LARGEST_SHARE = 1 / 5

#: Beside the seed of runs that were begun before streams had names.
_BEFORE = {"evaluation": 3, "final evaluation": 4}


@dataclass
class EvaluationRecord:
    """What one evaluation must know of those before it.

    Args:
        turns_then: turns of training at the last one; ``cost``: the turns that it took itself.
        length: the mean turns of its games; 0 before the first.
        best, random: the means of the best one so far, and of random play.
        ended_at: turns of training when the last policy and the best one were compared ``at_the_end``.
        named_streams: whether the games have the seeds that they have since streams have names.
    """

    turns_then: int = 0
    cost: int = 0
    length: float = 0.0
    best: Means | None = None
    random: Means | None = None
    ended_at: int = 0
    named_streams: bool = False


class _GivenUp(Exception):
    """Somebody asked to stop in the middle of an evaluation."""


class GreedyEvaluation:
    """Evaluates what is being trained, and keeps the best of it.

    Args:
        run: where ``best.pt`` belongs.
        config: its training settings say how often, and in how many games.
        create_game: makes a fresh game.
        plugins: where parts come from.

    Attributes:
        recorder: takes down game 0 of ``now``, where somebody wants it.
    """

    def __init__(
        self, run: RunDirectory, config: RunConfig, create_game: Callable[[], Game], plugins: Plugins
    ) -> None:
        self._settings = config.training
        self._score_key = config.metadata.score or "score"
        self._create_game = create_game
        self._kept = BestPolicy(run, create_game, plugins)
        self._record = EvaluationRecord(named_streams=True)
        self.verdict = ""
        self.recorder: Recorder | None = None

    def due(self, turns: int) -> bool:
        """Whether to evaluate after so many turns of training.

        After each multiple of ``evaluate_every``, but not before ``TRAINED_FOR_EACH`` times the turns have
        been trained that the last evaluation took.
        """
        every, record = self._settings.evaluate_every, self._record
        if not every:
            return False
        earliest = record.turns_then + max(1, TRAINED_FOR_EACH * record.cost)
        return turns >= -(-earliest // every) * every

    def missing_at_the_end(self, turns: int) -> bool:
        """Whether training that ends after so many turns is still to be evaluated ``at_the_end``."""
        return bool(self._settings.evaluate_every and turns and self._record.ended_at != turns)

    def now(self, player: Player, loop: TrainingLoop, keeper: RunKeeper, stop: Stop) -> Evaluated | None:
        """Evaluate, and save what is the best so far as ``best.pt``.

        Given up (None) as soon as somebody asks to stop; it is still due when training goes on, then.
        """
        games = self._settings.evaluation_games
        seed = self._seed("evaluation")
        try:
            played = self._play(player, games, seed, stop, self.recorder)
            self._measure_random_play(player, games, stop)
        except _GivenUp:
            return None
        means = Means.of(played, loop.episodes, loop.turns)
        is_best = means.better_than(self._record.best)
        self._remember(means, len(played), best=means if is_best else self._record.best)
        kept = self._kept.means()
        # Turns that were lost and are played again may have left a better one than there is by now.
        if is_best and not (kept and kept.better_than(means)):
            self._keep(means, loop, keeper)
        return self._told(means, played, player, keeper.seconds, is_best=is_best)

    def at_the_end(
        self, player: Player, loop: TrainingLoop, keeper: RunKeeper, stop: Stop
    ) -> Evaluated | None:
        """Compare the last policy with ``best.pt`` in fresh games; the better one stays, or becomes, ``best.pt``.

        As many games are played as a twentieth of the turns of the whole training allows, 30 at most; after a
        short one as many as a fifth allows, ``evaluation_games`` at most, as one or two would say nothing. What
        came of it is in ``verdict``. None if it has been made, and as soon as somebody asks to stop.
        """
        self.verdict = ""
        if not self.missing_at_the_end(loop.turns):
            return None
        games, seed = self._games_at_the_end(loop.turns), self._seed("final evaluation")
        try:
            played = self._play(player, games, seed, stop)
            last = Means.of(played, loop.episodes, loop.turns)
            before = self._play_the_best(player, games, seed, stop)
            self._measure_random_play(player, min(games, self._settings.evaluation_games), stop)
        except _GivenUp:
            return None
        is_best = last.better_than(before)
        self._remember(last, games, best=last if is_best else before)
        self._record.ended_at = loop.turns
        if is_best:
            self._keep(last, loop, keeper)
        self.verdict = self._verdict(last, before, games)
        return self._told(last, played, player, keeper.seconds, is_best=is_best)

    def longer_at_the_end(self, turns: int) -> float:
        """How many times as many games are played ``at_the_end``, where two policies take part, as ``now``."""
        return 2 * self._games_at_the_end(turns) / self._settings.evaluation_games

    def state_dict(self) -> dict[str, Any]:
        """What is remembered, for saved states and checkpoints."""
        return asdict(self._record)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        self._record = restored(EvaluationRecord, state)

    def _seed(self, of: str) -> int:
        seed = self._settings.seed or 0
        return stream_seed(seed, of) if self._record.named_streams else seed_before_names(seed, _BEFORE[of])

    @property
    def seed(self) -> int:
        """Of the games that are played by every ``now``."""
        return self._seed("evaluation")

    def _how(self, seed: int, stop: Stop) -> dict[str, Any]:
        def give_up_if_asked(games_ended: int) -> None:
            if stop.asked:
                raise _GivenUp

        return {
            "max_turns": self._settings.max_turns_per_episode,
            "seed": seed,
            "score_key": self._score_key,
            "each_turn": give_up_if_asked,
        }

    def _play(
        self, player: Player, games: int, seed: int, stop: Stop, recorder: Recorder | None = None
    ) -> list[PlayedGame]:
        choose = greedy(player.learner, seed, recorder)
        how = self._how(seed, stop)
        return play_games(choose, self._create_game, player, games, recorder=recorder, **how)

    def _play_the_best(self, player: Player, games: int, seed: int, stop: Stop) -> Means | None:
        best, then = self._kept.player(), self._kept.means()
        if best is None or then is None:
            return None
        return Means.of(self._play(best, games, seed, stop), then.episode, then.total_turns)

    def _keep(self, means: Means, loop: TrainingLoop, keeper: RunKeeper) -> None:
        keeper.save_best(loop)
        self._kept.replaced_by(means)

    @property
    def _random(self) -> Means:
        """The means of random play, which is measured before anything is compared with it."""
        if self._record.random is None:
            raise RuntimeError("random play has not been measured yet")
        return self._record.random

    def _measure_random_play(self, player: Player, games: int, stop: Stop) -> None:
        if self._record.random is None:
            how = self._how(self._seed("evaluation"), stop)
            self._record.random = Means.of(play_at_random(self._create_game, player, games, **how), 0, 0)

    def _games_at_the_end(self, turns: int) -> int:
        length = self._record.length or self._settings.max_turns_per_episode
        most = turns / (2 * length)
        few = min(self._settings.evaluation_games, int(most * _LARGEST_SHARE))
        return max(1, few, min(GAMES_AT_THE_END, int(most / TRAINED_FOR_EACH)))

    def _remember(self, means: Means, games: int, *, best: Means | None) -> None:
        record = self._record
        at_random = self._random.turns if record.turns_then == 0 else 0  # only the first time
        record.cost = round(games * (means.turns + at_random))
        record.turns_then, record.length, record.best = means.total_turns, means.turns, best

    def _told(
        self, means: Means, played: Sequence[PlayedGame], player: Player, seconds: float, *, is_best: bool
    ) -> Evaluated:
        pressed = np.sum([game.actions for game in played], axis=0)
        random = self._random
        return Evaluated(
            episode=means.episode,
            total_turns=means.total_turns,
            total_seconds=seconds,
            score=means.score,
            total_reward=means.total_reward,
            turns=means.turns,
            random_score=random.score,
            random_reward=random.total_reward,
            most_frequent_action=player.metadata.keys[int(pressed.argmax())],
            most_frequent_share=float(pressed.max() / max(1, pressed.sum())),
            is_best=is_best,
            games=len(played),
            results=tuple(game.score for game in played if game.score is not None)
            or tuple(game.total_reward for game in played),
        )

    def _verdict(self, last: Means, before: Means | None, games: int) -> str:
        """What ``best.pt`` is in the end, in a sentence."""
        best = last if before is None or last.better_than(before) else before
        reached = f"{best.in_words} in {games} fresh game{'s' * (games > 1)}"
        random = f"random play reaches {self._random.figure:,.1f}"
        if best is before:
            other = f"the last one, {last.figure:,.1f}"
        elif before:
            other = f"the best one until then, after episode {before.episode:,}, {before.figure:,.1f}"
        else:
            other = "nothing was evaluated before"
        return f"best.pt is the policy after episode {best.episode:,}: {reached}; {other}; {random}"
