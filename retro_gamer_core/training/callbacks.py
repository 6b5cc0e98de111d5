"""Everyone who hears what happens in training: loggers, life-cycle hooks of plugins, callbacks.

Whoever raises an error, or calls ``exit()``, is named once and not called again; training goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import getattr_static
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.events import AlarmRaised, CheckpointSaved, EpisodeFinished, Evaluated, Outcome, RunInfo
from retro_gamer_core.playing.replay import Recording
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.runs.saved_state import refuse_unsaveable

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Listener, Logger
    from retro_gamer_core.plugins.registry import Plugins

Event = EpisodeFinished | CheckpointSaved | AlarmRaised | Evaluated | Recording | Outcome

#: The method of listeners that hears of an event (its hook is called ``retro_gamer_`` and that), and what
#: the hook calls it; "" where there is no hook.
_TOLD_AS: dict[type[Event], tuple[str, str]] = {
    EpisodeFinished: ("episode_finished", "episode"),
    CheckpointSaved: ("checkpoint_saved", "checkpoint"),
    AlarmRaised: ("alarm_raised", "alarm"),
    Evaluated: ("evaluated", "evaluation"),
    Recording: ("game_recorded", ""),
    Outcome: ("training_finished", "outcome"),
}

#: Methods that listeners may do without.
_NOT_ALL_HAVE = ("alarm_raised", "evaluated", "game_recorded")


class Callbacks:
    """Passes each event on to the loggers and to the plugins that answer its hook.

    Args:
        run: what is being trained.
        loggers: by name; those that keep a state are asked for it by ``state_dict``.
        plugins: whose life-cycle hooks are called.
        further: listeners that belong to this session only, such as a progress bar.
    """

    def __init__(
        self, run: RunInfo, loggers: dict[str, Logger], plugins: Plugins, further: Iterable[Listener] = ()
    ) -> None:
        self._run = run
        self._loggers = loggers
        self._plugins = plugins
        self._listeners: dict[str, Listener] = {
            **loggers,
            **{f"{type(one).__name__} {i}": one for i, one in enumerate(further)},
        }

    def training_started(self, choices: list[str]) -> None:
        for name in list(self._listeners):
            self._ask(name, "training_started", self._run, choices)
        self._announce("training_started")

    def note(self, line: str) -> None:
        for name in list(self._listeners):
            self._ask(name, "note", line)

    def tell(self, event: Event) -> None:
        """Tell everybody of an event; of an alarm, those that know no alarms by a note."""
        method, argument = _TOLD_AS[type(event)]
        for name, listener in list(self._listeners.items()):
            if method not in _NOT_ALL_HAVE or getattr_static(listener, method, None):
                self._ask(name, method, event)
            elif isinstance(event, AlarmRaised):
                self._ask(name, "note", event.line)
        if argument:
            self._announce(method, **{argument: event})

    @property
    def want_recordings(self) -> bool:
        """Whether anybody has ``game_recorded``."""
        return any(getattr_static(one, "game_recorded", None) for one in self._listeners.values())

    def state_dict(self) -> dict[str, Any]:
        """Where each logger stands. One whose state cannot be saved is dropped, as any that fails."""
        states = {}
        for name in self._loggers:
            state = self._ask(name, "state_dict")
            try:
                refuse_unsaveable(state, f"state_dict of the logger {name}")
            except (Exception, SystemExit) as error:
                self._drop(name, error)
            else:
                states[name] = state
        return {name: state for name, state in states.items() if state is not None}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take each logger back to where it stood; one that was not there then goes on as it is."""
        for name in self._loggers:
            if name in state:
                self._ask(name, "load_state_dict", state[name])

    def _ask(self, name: str, what: str, *arguments: Any) -> Any:
        """Call one listener, if it is still there; when that fails, it is dropped and the others hear why."""
        if name not in self._listeners:
            return None
        try:
            return getattr(self._listeners[name], what)(*arguments)
        except (Exception, SystemExit) as error:
            self._drop(name, error)
            return None

    def _drop(self, name: str, error: BaseException) -> None:
        del self._listeners[name]
        told = error.problem if isinstance(error, RetroGamerError) else None
        why = f"{told.what} ({told.where})" if told and told.where else in_words(error)
        self.note(f"the logger {name} failed and is not used any more: {why}")

    def _announce(self, event: str, **arguments: Any) -> None:
        for line in self._plugins.announce(f"retro_gamer_{event}", run=self._run, **arguments):
            self.note(line)


@dataclass
class FunctionsAsListener:
    """The two callbacks of ``DQNTrainer.train`` as a listener."""

    on_checkpoint: Callable[[dict[str, Any]], None] | None
    on_episode: Callable[[], None] | None

    def training_started(self, run: RunInfo, choices: list[str]) -> None: ...

    def note(self, line: str) -> None: ...

    def training_finished(self, outcome: Outcome) -> None: ...

    def episode_finished(self, episode: EpisodeFinished) -> None:
        if self.on_episode:
            self.on_episode()

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        if self.on_checkpoint:
            self.on_checkpoint(
                {
                    "episode": checkpoint.episode,
                    "avg_reward": checkpoint.average_reward,
                    "avg_steps": checkpoint.average_turns,
                    "avg_loss": checkpoint.average_loss or 0.0,
                    "epsilon": checkpoint.epsilon,
                }
            )
