"""Every hook a plugin can answer. The whole contract of a plugin fits on this page.

A plugin is a module, named by an entry point in the group ``retro_gamer``::

    [project.entry-points."retro_gamer"]
    my_plugin = "my_plugin"

It answers a hook by defining a function of that name, marked with ``@hookimpl``, that takes any
of the arguments shown here. What it yields is cheap to make: see ``retro_gamer_core.parts``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pluggy

from retro_gamer_core.kinds import KINDS, Kind

if TYPE_CHECKING:
    from retro_gamer_core.events import (
        AlarmRaised,
        CheckpointSaved,
        EpisodeFinished,
        Evaluated,
        Outcome,
        RunInfo,
    )
    from retro_gamer_core.parts import Command, GameDescription, Part, Recipe

hookspec = pluggy.HookspecMarker("retro_gamer")
hookimpl = pluggy.HookimplMarker("retro_gamer")


def _offering(kind: Kind) -> Callable[[], Iterable[Part]]:
    """The hook by which plugins offer parts of a kind."""

    def offer() -> Iterable[Part]: ...

    offer.__name__ = kind.hook
    offer.__doc__ = f"""{kind.meaning}

    Example::

        @hookimpl
        def {kind.hook}():
            yield {kind.example}
    """
    return hookspec(offer)


globals().update({kind.hook: _offering(kind) for kind in KINDS.values()})


@hookspec
def retro_gamer_games() -> Iterable[GameDescription]:
    """Descriptions of games whose own package carries none.

    Example::

        @hookimpl
        def retro_gamer_games():
            yield GameDescription("pong", "their_games.pong", {"actions": ["w", "s"], "reward": "score"})
    """


@hookspec
def retro_gamer_recipes() -> Iterable[Recipe]:
    """Named sets of configuration values for ``retro-gamer create --recipe``.

    Example::

        @hookimpl
        def retro_gamer_recipes():
            yield Recipe("tiny", "A network small enough to print.", "my_plugin.recipes:tiny")
    """


@hookspec
def retro_gamer_commands() -> Iterable[Command]:
    """Further subcommands of ``retro-gamer``.

    Example::

        @hookimpl
        def retro_gamer_commands():
            yield Command("plot", "Draw the learning curve.", "my_plugin.plotting:plot")
    """


@hookspec
def retro_gamer_training_started(run: RunInfo) -> None:
    """Training is about to play its first turn (also after a resume).

    Example::

        @hookimpl
        def retro_gamer_training_started(run):
            print("training", run.directory)
    """


@hookspec
def retro_gamer_episode_finished(run: RunInfo, episode: EpisodeFinished) -> None:
    """An episode ended. Called at episode rate: keep it quick.

    Example::

        @hookimpl
        def retro_gamer_episode_finished(run, episode):
            print(episode.number, episode.total_reward)
    """


@hookspec
def retro_gamer_checkpoint_saved(run: RunInfo, checkpoint: CheckpointSaved) -> None:
    """A checkpoint is on disk, whole.

    Example::

        @hookimpl
        def retro_gamer_checkpoint_saved(run, checkpoint):
            print("saved", checkpoint.path)
    """


@hookspec
def retro_gamer_evaluated(run: RunInfo, evaluation: Evaluated) -> None:
    """Some games were played without random keys, to see how good it is by now.

    Example::

        @hookimpl
        def retro_gamer_evaluated(run, evaluation):
            print(evaluation.episode, evaluation.score, evaluation.is_best)
    """


@hookspec
def retro_gamer_alarm_raised(run: RunInfo, alarm: AlarmRaised) -> None:
    """Something is wrong with how training goes. Each alarm is raised once in a run.

    Example::

        @hookimpl
        def retro_gamer_alarm_raised(run, alarm):
            print(alarm.code, alarm.number)
    """


@hookspec
def retro_gamer_training_finished(run: RunInfo, outcome: Outcome) -> None:
    """Training stopped: finished, out of time, interrupted or failed. Everything is saved by now.

    Example::

        @hookimpl
        def retro_gamer_training_finished(run, outcome):
            print(outcome.reason)
    """


_ARGUMENTS = {
    name: tuple(inspect.signature(hook).parameters)
    for name, hook in list(globals().items())
    if name.startswith("retro_gamer_")
}


def hooks() -> dict[str, tuple[str, ...]]:
    """Every hook by its name, with its arguments: one for each kind of part, then those that stand above."""
    return {kind.hook: () for kind in KINDS.values()} | _ARGUMENTS
