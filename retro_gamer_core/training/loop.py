"""The training loop: act, learn while the games play their turn, remember; again.

The loop knows no algorithm, no network and no file. It is a generator that yields what happened
and leaves logging, checkpoints and pictures to whoever listens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.contracts import ask
from retro_gamer_core.errors import LearningDiverged
from retro_gamer_core.events import EpisodeFinished
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.n_step import NStepAccumulator
from retro_gamer_core.playing.vector import FinishedGame
from retro_gamer_core.runs.plain_values import restored_from
from retro_gamer_core.streams import stream

if TYPE_CHECKING:
    from retro_gamer_core.configuration import TrainingSettings
    from retro_gamer_core.contracts import Encoder, Learner, Memory
    from retro_gamer_core.observation import ObservationSpec
    from retro_gamer_core.playing.frames import CharacterCodes
    from retro_gamer_core.playing.vector import VectorEnv
    from retro_gamer_core.training.mirroring import Mirroring
    from retro_gamer_core.training.run_monitor import RunMonitor

#: Games turned side by side are given up and begun together again after so many turns, which
#: bounds what a resume has to play again: about a second on snake, half a minute on beast.
TURNS_BETWEEN_RESETS = 100_000

#: But never before a game could have reached its turn limit so often: long games must count, too.
LONGEST_GAMES_BETWEEN_RESETS = 4


@dataclass(frozen=True)
class GameRaised:
    """A game's own code raised an error; its episode is over, the run goes on."""

    episode: int
    game: FinishedGame
    error: BaseException


@dataclass(frozen=True)
class NewCharacters:
    """Characters appeared on the board that are not in the character set; they look empty so far."""

    characters: tuple[str, ...]


Event = EpisodeFinished | GameRaised | NewCharacters


@dataclass
class LoopCounts:
    """What a loop counts; it is saved."""

    turns: int
    updates: int
    episodes: int
    learning_counted_from: int = 0
    turns_not_learned_from: int = 0
    losses_sum: float = 0.0
    losses_count: int = 0
    uncounted: list[FinishedGame] = field(default_factory=list)


class TrainingLoop(LoopCounts):
    """Plays and learns until told to stop.

    Args:
        games: the games that are played side by side.
        learner: chooses actions and learns from batches.
        memory: what transitions are kept in.
        settings: the loop's own settings.
        spec: what is observed.
        characters: the character codes that the games share.
        monitor: is told of every reward and every update.
        mirroring: in which mirror image of itself each batch is learned from.
    """

    def __init__(
        self,
        games: VectorEnv,
        learner: Learner,
        memory: Memory,
        settings: TrainingSettings,
        spec: ObservationSpec,
        characters: CharacterCodes,
        monitor: RunMonitor,
        mirroring: Mirroring,
    ) -> None:
        super().__init__(turns=0, updates=0, episodes=0)
        self.games = games
        self.learner = learner
        self.memory = memory
        self.characters = characters
        self.mirroring = mirroring
        self._settings = settings
        self._monitor = monitor
        self._accumulator = NStepAccumulator(settings.n_step, settings.gamma, games.num_envs, spec)
        self._sampling = np.random.default_rng(stream(settings.drawn_seed, "sampling"))
        self._chance = Chance(stream=stream(settings.drawn_seed, "parts"))
        self._begun = False

    def play(self, episode_limit: int) -> Iterator[Event | None]:
        """Play turn after turn. Yields what happened, and None at the end of each turn.

        The state is whole at every None, so that is where to stop and save. Episodes beyond
        ``episode_limit`` that end in the same turn as the last one are counted when playing goes on.

        What a learner or memory draws from Python's or numpy's global generators is its own, too: between
        two yields a ``Chance`` of theirs is in place, which is saved with everything else.
        """
        events = self._play(episode_limit)
        while True:
            with self._chance:
                event = next(events)
            yield event

    def _play(self, episode_limit: int) -> Iterator[Event | None]:
        if not self._begun:
            self.games.reset()
            self._begun = True
        yield from self._count(episode_limit)
        while True:
            if self.episodes < episode_limit:
                yield from self._turn(episode_limit)
            if self.games.num_envs > 1 and self.games.turns_since_reset >= self._turns_between_resets:
                self._accumulator.drop()
                self.games.reset()
            yield None

    @property
    def _turns_between_resets(self) -> int:
        longest = self.games.num_envs * self._settings.max_turns_per_episode
        return max(TURNS_BETWEEN_RESETS, LONGEST_GAMES_BETWEEN_RESETS * longest)

    def continue_with_empty_memory(self, *, turns: int, episodes: int) -> None:
        """Go on from a checkpoint, which holds weights but no memories: play first, then learn."""
        self.turns, self.episodes = turns, episodes
        self.learning_counted_from = turns

    def extend_characters(self, codes: np.ndarray, encoder: Encoder, characters: CharacterCodes) -> None:
        """See more characters from now on; ``codes: uint8[256]`` maps old cell codes to new."""
        self.memory.recode(codes)
        self._accumulator.recode(codes)
        self.mirroring.see_with(encoder)
        if not self.games.change_encoder(encoder, characters):
            self._accumulator.drop()
        self.characters = characters

    def _turn(self, episode_limit: int) -> Iterator[Event]:
        games, learner = self.games, self.learner
        steps = games.time_steps()
        actions = learner.act(steps)
        games.step_async(actions)
        self._learn_as_due()
        turn = games.step_wait()
        self._monitor.notice_rewards(turn.rewards)
        transitions = self._accumulator.add(steps, actions, turn)
        if len(transitions):
            self.memory.add(transitions)
            ask(learner, "observe", transitions)
        self.turns += games.num_envs
        ask(learner, "turns_played", games.num_envs)
        if self.characters.unknown:
            yield NewCharacters(tuple(self.characters.unknown))
            self.characters.unknown.clear()
        self.uncounted.extend(turn.finished)
        yield from self._count(episode_limit)

    def _count(self, episode_limit: int) -> Iterator[Event]:
        """Count the games that ended, up to the limit."""
        while self.uncounted and self.episodes < episode_limit:
            game = self.uncounted.pop(0)
            self.episodes += 1
            ask(self.learner, "episode_finished")
            if game.error is not None:
                yield GameRaised(self.episodes, game, game.error)
            yield self._episode_finished(game)

    def _learn_as_due(self) -> None:
        """The updates that the turn before has made due: a fixed ratio of turns, however many games there are.

        The games are turned meanwhile, if they are in a process of their own; so it always lags by this turn.
        """
        settings = self._settings
        watched = self.turns - self.learning_counted_from
        if watched <= settings.learning_starts or len(self.memory) < settings.batch_size:
            return
        self.turns_not_learned_from += self.games.num_envs
        while self.turns_not_learned_from >= settings.train_every:
            self.turns_not_learned_from -= settings.train_every
            batch = self.mirroring(self.memory.sample(settings.batch_size, self._sampling))
            result = self.learner.learn(batch)
            loss = float(result.loss)
            if not isfinite(loss):
                raise _diverged(self.updates + 1)
            self.memory.update_priorities(batch.keys, result.td_errors)
            self.updates += 1
            self._monitor.notice_update(result)
            self.losses_sum += loss
            self.losses_count += 1

    def check_learner(self) -> None:
        """To be called before anything is saved, so that what is saved can be played with.

        Weights may have been spoilt by the very last update, whose loss was still a number.

        Raises:
            LearningDiverged: what the learner makes of the running games is no number.
        """
        if self._begun:
            values = self.learner.q_values(self.games.observations)
            if not np.isfinite(values).any(axis=1).all():  # a network may forbid single actions with -inf
                raise _diverged(self.updates)

    def _episode_finished(self, game: FinishedGame) -> EpisodeFinished:
        average_loss = self.losses_sum / self.losses_count if self.losses_count else None
        self.losses_sum, self.losses_count = 0.0, 0
        told = ask(self.learner, "statistics") or {}
        statistics = {str(name): float(value) for name, value in told.items()}
        return EpisodeFinished(
            number=self.episodes,
            total_reward=game.total_reward,
            turns=game.turns,
            epsilon=statistics.get("epsilon", 0.0),
            average_loss=average_loss,
            ended=game.ended,
            total_turns=self.turns,
            statistics=statistics,
        )

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly here."""
        return {
            **{each.name: getattr(self, each.name) for each in fields(LoopCounts)},
            "uncounted": [asdict(replace(game, error=None)) for game in self.uncounted],
            "sampling": self._sampling.bit_generator.state,
            "chance": self._chance.state_dict(),
            "accumulator": self._accumulator.state_dict(),
            "games": self.games.state_dict(),
            "learner": self.learner.state_dict(),
            "memory": self.memory.state_dict(),
            "mirroring": self.mirroring.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        """Go on exactly where ``state_dict`` was taken.

        Returns False when the running games could not be played again the same (see
        ``VectorEnv.load_state_dict``); everything else is as it was.
        """
        vars(self).update(vars(restored_from(LoopCounts, state)))
        self._sampling.bit_generator.state = state["sampling"]
        if "chance" in state:  # states of before have none
            self._chance.load_state_dict(state["chance"])
        if "mirroring" in state:  # nor this
            self.mirroring.load_state_dict(state["mirroring"])
        self._accumulator.load_state_dict(state["accumulator"])
        self.learner.load_state_dict(state["learner"])
        self.memory.load_state_dict(state["memory"])
        same_games = self.games.load_state_dict(state["games"])
        if same_games:
            self.characters.unknown.clear()  # they were told of when these turns were first played
        else:
            self._accumulator.drop()
        self._begun = True
        return same_games


def _diverged(update: int) -> LearningDiverged:
    return LearningDiverged(
        f"the learner's guesses are no numbers any more (update {update:,})",
        why="its values have grown without end; what was saved before is still good, and nothing has been "
        "saved since",
        hint="a lower learning_rate in config.toml, or double = true; with an encoder or network of your own, "
        "look for a division by zero in it first",
    )
