"""One session of training: plays and learns until all is played, time is up or somebody asks to stop."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from retro_gamer_core.contracts import ask
from retro_gamer_core.errors import GameError
from retro_gamer_core.events import EpisodeFinished, Evaluated, Outcome, Reason, RunInfo
from retro_gamer_core.training.callbacks import Callbacks
from retro_gamer_core.training.interrupts import Stop, StopRequest
from retro_gamer_core.training.loop import Event, GameRaised, NewCharacters
from retro_gamer_core.training.new_characters import meet_new_characters
from retro_gamer_core.training.time_budget import Budget, StopInTime, explain_budget, fit_learner

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Listener
    from retro_gamer_core.playing.replay import Recording
    from retro_gamer_core.training.trainer import Trainer


class Session:
    """Trains what a trainer has built, from where it stands.

    Args:
        trainer: the run and its parts.
        listeners: hear of this session only.
        interrupt: asks to stop after the turn; what would come after the last turn is left out, too.
        budget: where its time or its turns are limited, they take the place of the number of episodes.
    """

    def __init__(
        self, trainer: Trainer, listeners: Iterable[Listener], interrupt: Stop, budget: Budget
    ) -> None:
        self._trainer = trainer
        self._loop, self._keeper, self._evaluation = trainer.loop, trainer.keeper, trainer.evaluation
        self._recorded = trainer.recorded
        self._interrupt, self._budget = interrupt, budget
        self._told_to_stop = StopRequest()
        self._stop = StopInTime(budget, interrupt, self._told_to_stop)
        settings = trainer.config.training
        self._episode_limit = sys.maxsize if budget.is_limited else settings.training_episodes
        run = RunInfo(trainer.run.path, trainer.config.game, settings.drawn_seed, self._told_to_stop.ask)
        self._callbacks = Callbacks(run, trainer.loggers, trainer.plugins, listeners)
        self._recorded.wanted = self._callbacks.want_recordings

    def train(self) -> Outcome:
        """See ``Trainer.train``."""
        self._budget.begin()
        episodes = None if self._budget.is_limited else self._episode_limit
        self._trainer.alarms.monitor.begin(episodes, lambda: self._budget.share_spent, self._budget.turns)
        self._begin()
        reason: Reason = "failed"
        try:
            self._play()
            reason = self._reason_of_the_end
        except KeyboardInterrupt:
            reason = "interrupted"
            raise
        finally:
            self._keeper.stop_clock()
            ask(self._loop.memory, "close")
            outcome = Outcome(reason, self._loop.episodes, self._loop.turns, self._keeper.seconds)
            self._callbacks.tell(outcome)
        return outcome

    @property
    def _finished(self) -> bool:
        return self._loop.episodes >= self._episode_limit

    @property
    def _all_played(self) -> bool:
        """Whether all episodes or turns that were asked for have been played; not so where only time is up."""
        return self._finished or (self._budget.turns is not None and self._budget.is_spent)

    @property
    def _reason_of_the_end(self) -> Reason:
        if self._all_played and not self._evaluation.missing_at_the_end(self._loop.turns):
            return "finished"
        if self._interrupt.asked:
            return "interrupted"
        return "stopped" if self._told_to_stop.asked else "time is up"

    def _begin(self) -> None:
        """Put the files in order, and tell everybody what begins and where it goes on from."""
        trainer, found = self._trainer, self._trainer.take_found()
        self._keeper.make_room(found, finished=self._finished)
        trainer.write_found_out()
        changed_parts = self._keeper.renew_lock()
        if self._budget.turns is not None:
            ask(self._loop.learner, "fit_to_turns", self._budget.turns)  # what came of it is explained below
        if found.saved:
            self._callbacks.load_state_dict(found.saved.told.loggers)
        self._callbacks.training_started([*trainer.explain(), *explain_budget(self._budget)])
        if found.saved:
            self._callbacks.note(f"resumed from {found.saved.path.name}, after episode {self._loop.episodes}")
        for note in (*found.notes, *changed_parts):
            self._callbacks.note(note)
        self._keeper.start_clock()

    def _play(self) -> None:
        failures = self._trainer.failures
        if (
            self._evaluation_due and not self._all_played
        ):  # given up when somebody stopped in the middle of it
            self._evaluate(self._evaluation.now, self._interrupt)
        elif self._recording_due and not self._all_played:
            self._record("during" if self._loop.turns else "before", self._interrupt)
        nothing_to_play = (self._all_played and not self._finished) or (
            self._interrupt.asked and (self._evaluation_due or self._recording_due)  # given up once more
        )
        try:
            # An evaluation or a recorded game belongs to its turn: until it has been made, no other turn is played.
            for event in () if nothing_to_play else self._loop.play(self._episode_limit):
                if event is not None:
                    self._hear(event)
                elif self._stop.asked or self._finished or failures.too_many:
                    break
                elif turns := self._budget.expected_turns(self._loop.turns, self._loop.updates):
                    self._callbacks.note(fit_learner(self._loop.learner, turns))
                elif self._evaluation_due:
                    self._evaluate(self._evaluation.now, self._stop)
                    if self._interrupt.asked:
                        break
                elif self._recording_due:
                    self._record("during", self._stop)
                    if self._stop.asked:
                        break
                elif self._keeper.seconds_since_state >= self._trainer.seconds_between_states:
                    with self._budget.timing("saving"):
                        self._save_state()
        except GameError:
            # No game can be made. The turn is not whole, so going on begins at the last saved state.
            self._keeper.save_last(self._loop, finished=self._finished)
            raise
        self._save_all()
        if failures.too_many:
            raise failures.as_error(self._trainer.run.path)
        if not self._interrupt.asked:
            evaluated = self._evaluate(self._evaluation.at_the_end, self._interrupt)
            recorded = False
            if self._recorded.missing_at_the_end(self._loop.turns) and not self._interrupt.asked:
                recorded = self._record("end", self._interrupt, best=bool(evaluated and evaluated.is_best))
            if self._evaluation.verdict:
                self._callbacks.note(self._evaluation.verdict)
            if (self._evaluation.verdict or recorded) and (
                self._all_played or self._trainer.finished
            ):  # so that it is not made again
                self._save_all()

    def _hear(self, event: Event) -> None:
        trainer = self._trainer
        match event:
            case EpisodeFinished():
                trainer.failures.count(event)
                self._keeper.count(event)
                self._callbacks.tell(event)
                for alarm in trainer.alarms.episode_finished(event):
                    self._callbacks.tell(alarm)
                if event.number % trainer.config.training.checkpoint_every == 0 or self._finished:
                    self._callbacks.tell(self._keeper.save_checkpoint(self._loop, event))
            case GameRaised():
                self._callbacks.note(trainer.failures.hear(event, games_in_step=self._loop.games.num_envs))
            case NewCharacters():
                self._callbacks.note(meet_new_characters(event.characters, trainer))

    @property
    def _evaluation_due(self) -> bool:
        return self._evaluation.due(self._loop.turns) and self._budget.has_time_for("evaluation")

    def _evaluate(self, evaluate: Callable[..., Evaluated | None], stop: Stop) -> Evaluated | None:
        recorder = self._evaluation.recorder = self._recorded.recorder()
        with self._budget.timing("evaluation", lambda: self._evaluation.longer_at_the_end(self._loop.turns)):
            evaluated = evaluate(self._trainer.player, self._loop, self._keeper, stop)
        if evaluated is None:
            return None
        self._callbacks.tell(evaluated)
        moment = self._moment("evaluation", best=evaluated.is_best)
        self._tell_of(self._recorded.of_evaluation(recorder, self._evaluation.seed, moment))
        alarms = self._trainer.alarms.evaluated(evaluated)
        for alarm in alarms:
            self._callbacks.tell(alarm)
        if alarms:  # told once, even where nothing else is saved after this
            self._save_state()
        return evaluated

    @property
    def _share_played(self) -> float:
        return (
            self._budget.share_spent if self._budget.is_limited else self._loop.episodes / self._episode_limit
        )

    @property
    def _recording_due(self) -> bool:
        return self._recorded.due(self._share_played)

    def _record(self, name: str, stop: Stop, *, best: bool = False) -> bool:
        """Play a game that is recorded, and tell of it. False if it was given up."""
        moment = self._moment(name, best=best)
        recording = self._recorded.play(
            self._trainer.player, self._loop, self._evaluation.seed, moment, budget=self._budget, stop=stop
        )
        self._tell_of(recording)
        return recording is not None

    def _moment(self, name: str, *, best: bool) -> dict[str, Any]:
        return {
            "name": name,
            "episode": self._loop.episodes,
            "total_turns": self._loop.turns,
            "seconds": self._keeper.seconds,
            "share": min(1.0, self._share_played),
            "best": best,
        }

    def _tell_of(self, recording: Recording | None) -> None:
        if recording is not None:
            self._callbacks.tell(recording)
            self._recorded.wanted = self._callbacks.want_recordings  # one that failed is not asked again

    def _save_all(self) -> None:
        self._keeper.save_last(self._loop, finished=self._finished)
        self._save_state()

    def _save_state(self) -> None:
        self._keeper.save_state(self._loop, self._callbacks)
