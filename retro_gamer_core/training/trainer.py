"""Trains one run: puts its parts together, goes on where it stopped, and loses nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.errors import GameError
from retro_gamer_core.events import EpisodeFinished, Evaluated, Outcome, RunInfo
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.policies.player import build_player, lock_parts
from retro_gamer_core.runs.numbered_files import explain_thinning
from retro_gamer_core.training.alarms import AlarmWatch
from retro_gamer_core.training.assembly import build_loop
from retro_gamer_core.training.audience import Audience
from retro_gamer_core.training.config_completion import complete_config
from retro_gamer_core.training.game_failures import GameFailures
from retro_gamer_core.training.greedy_evaluation import GreedyEvaluation
from retro_gamer_core.training.interrupts import Stop, StopRequest
from retro_gamer_core.training.loop import Event, GameRaised, NewCharacters
from retro_gamer_core.training.new_characters import NewCharacterRule
from retro_gamer_core.training.resuming import (
    Saved,
    SavedCheckpoint,
    SavedState,
    characters_to_return_to,
    newest_saved,
)
from retro_gamer_core.training.run_keeper import RunKeeper
from retro_gamer_core.training.time_budget import StopInTime, TimeBudget, explain_budget, fit_learner

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.contracts import Listener, Logger
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.run_directory import RunDirectory

#: A killed process loses at most about this much work: seconds between two saved states.
SECONDS_BETWEEN_STATES = 30.0


class Trainer:
    """Trains the run in a directory.

    Args:
        run: the directory; it must hold ``config.toml``.
        config: what that file says. Its metadata is completed from the game (board size, and a
            character set that has to be discovered), and a missing seed is drawn.
        create_game: makes a fresh game.
        plugins: where parts come from.
        source: the directory of the game's own files, to name the student's line when it raises.
        seconds_between_states: how often everything is saved, for the case that the process is killed.

    Building a trainer writes nothing; ``train`` does.
    """

    def __init__(
        self,
        run: RunDirectory,
        config: RunConfig,
        create_game: Callable[[], Game],
        plugins: Plugins,
        *,
        source: Path | None = None,
        seconds_between_states: float = SECONDS_BETWEEN_STATES,
    ) -> None:
        completed = complete_config(config, create_game)
        self.run = run
        self.config = completed.config
        self._choices, self._found_out = completed.choices, completed.found_out
        self._create_game = create_game
        self._any_game = partial(any_game, create_game)
        self._plugins = plugins
        self._seconds_between_states = seconds_between_states
        self._alarms = AlarmWatch(self.config)
        self._budget = TimeBudget()
        self._build()
        self._loggers: dict[str, Logger] = {
            choice.name: plugins.build(plugins.find_part("logger", choice.name), run.path, **choice.options)
            for choice in self.config.loggers
        }
        self._evaluation = GreedyEvaluation(run, self.config, create_game, plugins)
        self._keeper = RunKeeper(
            run, self.config, lock_parts(self.config, plugins), self._alarms, self._evaluation
        )
        self._failures = GameFailures(source, self.config.training.training_episodes)
        self._new_characters = NewCharacterRule(run, self.config, self._any_game, plugins)
        self.started_from: str | None = None
        self._leaves_later_behind = False
        self._damaged: list[Path] = []
        self._logged: dict[str, Any] = {}
        self._notes: list[str] = []

    def _build(self) -> None:
        config, device = self.config, self.config.training.device
        self.player = build_player(config, config.metadata, self._any_game, self._plugins, device=device)
        self.loop = build_loop(config, self.player, self._create_game, self._plugins, self._alarms.monitor)

    @property
    def finished(self) -> bool:
        """Whether all episodes have been played; while time is the limit, there is always one more."""
        return self.loop.episodes >= self._episode_limit

    @property
    def last_evaluation_missing(self) -> bool:
        """Whether all episodes have been played and the evaluation after them was interrupted; ``train`` makes it."""
        played = self.loop.episodes >= self.config.training.training_episodes
        return played and self._evaluation.missing_at_the_end(self.loop.turns)

    @property
    def _episode_limit(self) -> int:
        return sys.maxsize if self._budget.is_limited else self.config.training.training_episodes

    def explain(self) -> list[str]:
        """Every decision that was taken, each in a sentence."""
        settings, metadata = self.config.training, self.config.metadata
        memory = self.loop.memory
        width, height = metadata.board_size or self._any_game().board_size
        return [
            f"game {self.config.game}: {width}×{height} cells; the reward of a "
            f'turn is the change of state["{metadata.reward}"]',
            *self._choices,
            *self.player.explain(),
            *(memory.explain() if hasattr(memory, "explain") else []),
            f"learning: one update from {settings.batch_size} remembered turns every {settings.train_every} "
            f"turns, after the first {settings.learning_starts:,}; a reward counts {settings.gamma:g} as much "
            f"for each turn it lies ahead; {settings.n_step} turn(s) of real rewards in each guess",
            f"{settings.games_in_step} game(s) in step, seed {settings.seed}",
            *self.loop.games.explain(),
            f"a checkpoint every {settings.checkpoint_every:,} episodes; "
            + explain_thinning(settings.keep_checkpoints),
            *explain_budget(self._budget),
        ]

    def load_checkpoint(self, path: Path | str) -> None:
        """Go on from the weights of a checkpoint; what was remembered since is not in it.

        Raises:
            CheckpointDamaged, CheckpointIncompatible: nothing has been changed.
        """
        path = Path(path)
        self._go_on_from(SavedCheckpoint.read(path, self.player.learner.read_checkpoint))

    def load_newest(self) -> bool:
        """Go on from the newest saved state, else from the newest checkpoint. False if there is neither.

        A damaged file is passed over with a note, and the one before it is taken.

        Raises:
            CheckpointIncompatible: the configuration has changed too much.
        """
        found = newest_saved(self.run, self.player.learner)
        self._damaged += found.damaged
        self._notes += found.notes
        if found.saved is None:
            return False
        self._go_on_from(found.saved)
        return True

    def _go_on_from(self, saved: Saved) -> None:
        characters = characters_to_return_to(saved, self.config, self.run)
        if characters is not None:
            self.config.metadata.character_set = characters
        if characters is not None or self.loop.turns:  # nothing of what has been played since may stay
            self._build()
        self._notes += saved.load_into(self.loop, self.config)
        self._keeper.go_on_from(saved)
        self.started_from = saved.path.name
        match saved:
            case SavedState():
                self._logged = saved.contents["loggers"]
            case SavedCheckpoint():
                self._leaves_later_behind = True

    def train(
        self,
        listeners: Iterable[Listener] = (),
        stop: Stop | None = None,
        budget: TimeBudget | None = None,
    ) -> Outcome:
        """Play and learn until all episodes are played or somebody asks to stop. Saves before it returns.

        With a budget, its time takes the place of the number of episodes.

        Raises:
            RunBusy: another process is training this run.
            GameError: the game fails every time, or none can be made any more; what was learned is saved.
        """
        stop = stop or StopRequest()
        self._budget = budget or TimeBudget()
        with self.run.hold():
            self._budget.begin()
            if self._budget.is_limited:
                self._alarms.monitor.begin(None, lambda: self._budget.share_spent)
            else:
                self._alarms.monitor.begin(self.config.training.training_episodes)
            self._make_room()
            audience = self._begin(listeners)
            reason: Literal["finished", "time is up", "interrupted", "failed"] = "failed"
            try:
                self._play(audience, stop)
                complete = self.finished and not self.last_evaluation_missing
                reason = "finished" if complete else "interrupted" if stop.asked else "time is up"
            except KeyboardInterrupt:
                reason = "interrupted"
                raise
            finally:
                self._keeper.stop_clock()
                outcome = Outcome(reason, self.loop.episodes, self.loop.turns, self._keeper.seconds)
                audience.training_finished(outcome)
        return outcome

    def _make_room(self) -> None:
        restarted_at = None
        if self._leaves_later_behind and self.started_from is not None:
            restarted_at = (self.started_from, self.loop.episodes)
        self._keeper.make_room(damaged=self._damaged, finished=self.finished, restarted_at=restarted_at)
        self._damaged, self._leaves_later_behind = [], False

    def _begin(self, listeners: Iterable[Listener]) -> Audience:
        if self._found_out:
            edit_config(self.run.config, self._found_out)
            self._found_out = {}
        self._notes += self._keeper.renew_lock()
        info = RunInfo(self.run.path, self.config.game, self.config.training.drawn_seed)
        audience = Audience(info, self._loggers, self._plugins, listeners)
        audience.load_state_dict(self._logged)
        audience.training_started(self.explain())
        if self.started_from:
            audience.note(f"resumed from {self.started_from}, after episode {self.loop.episodes}")
        for note in self._notes:
            audience.note(note)
        # A second call goes on from here, and not once more from what was loaded.
        self.started_from, self._logged = None, {}
        self._notes.clear()
        self._keeper.start_clock()
        return audience

    def _play(self, audience: Audience, stop: Stop) -> None:
        keeper, failures, budget = self._keeper, self._failures, self._budget
        if self._evaluation_due and not self.finished:  # given up when somebody stopped in the middle of it
            self._evaluate(self._evaluation.now, audience, stop)
        given_up_again = stop.asked and self._evaluation_due
        try:
            # An evaluation belongs to its turn: until it has been made, no other turn is played.
            for event in () if given_up_again else self.loop.play(self._episode_limit):
                if event is not None:
                    self._hear(event, audience)
                elif stop.asked or self.finished or failures.too_many or budget.is_spent:
                    break
                elif turns := budget.expected_turns(self.loop.turns, self.loop.updates):
                    audience.note(fit_learner(self.loop.learner, turns))
                elif self._evaluation_due:
                    self._evaluate(self._evaluation.now, audience, StopInTime(stop, budget))
                    if stop.asked:
                        break
                elif keeper.seconds_since_state >= self._seconds_between_states:
                    with budget.timing("saving"):
                        keeper.save_state(self.loop, audience.state_dict())
        except GameError:
            # No game can be made. The turn is not whole, so going on begins at the last saved state.
            keeper.save_last(self.loop, finished=self.finished)
            raise
        keeper.save_last(self.loop, finished=self.finished)
        keeper.save_state(self.loop, audience.state_dict())
        if failures.too_many:
            raise failures.as_error(self.run.path)
        if not stop.asked:
            self._evaluate(self._evaluation.at_the_end, audience, stop)
            if self._evaluation.verdict:
                audience.note(self._evaluation.verdict)
                if (
                    self.loop.episodes >= self.config.training.training_episodes
                ):  # so that it is not made again
                    keeper.save_last(self.loop, finished=self.finished)
                    keeper.save_state(self.loop, audience.state_dict())

    @property
    def _evaluation_due(self) -> bool:
        return self._evaluation.due(self.loop.turns) and self._budget.has_time_for("evaluation")

    def _evaluate(self, evaluate: Callable[..., Evaluated | None], audience: Audience, stop: Stop) -> None:
        with self._budget.timing("evaluation", lambda: self._evaluation.longer_at_the_end(self.loop.turns)):
            evaluated = evaluate(self.player, self.loop, self._keeper, stop)
        if evaluated is not None:
            audience.evaluated(evaluated)
            alarms = self._alarms.evaluated(evaluated)
            for alarm in alarms:
                audience.alarm_raised(alarm)
            if alarms:  # told once, even where nothing else is saved after this
                self._keeper.save_state(self.loop, audience.state_dict())

    def _hear(self, event: Event, audience: Audience) -> None:
        match event:
            case EpisodeFinished():
                self._failures.count(event)
                self._keeper.count(event)
                audience.episode_finished(event)
                for alarm in self._alarms.episode_finished(event):
                    audience.alarm_raised(alarm)
                if event.number % self.config.training.checkpoint_every == 0 or self.finished:
                    audience.checkpoint_saved(self._keeper.save_checkpoint(self.loop, event))
            case GameRaised():
                audience.note(self._failures.hear(event, games_in_step=self.loop.games.num_envs))
            case NewCharacters():
                audience.note(self._new_characters.meet(event.characters, self.player, self.loop))
