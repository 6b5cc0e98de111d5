"""Every hook a plugin can answer. The whole contract of a plugin fits on this page.

A plugin is a module, named by an entry point in the group ``retro_gamer``::

    [project.entry-points."retro_gamer"]
    my_plugin = "my_plugin"

It answers a hook by defining a function of that name, marked with ``@hookimpl``, that takes any
of the arguments shown here. What it yields is cheap to make: see ``retro_gamer_core.parts``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

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


@hookspec
def retro_gamer_encoders() -> Iterable[Part]:
    """Ways of seeing: from a frame of a game to what the learner observes.

    Example::

        @hookimpl
        def retro_gamer_encoders():
            yield Part("stripes", "Sees the board as vertical stripes.", "my_plugin.stripes:Stripes")
    """


@hookspec
def retro_gamer_networks() -> Iterable[Part]:
    """Networks: from an observation to one number for each action.

    Example::

        @hookimpl
        def retro_gamer_networks():
            yield Part("tiny", "One hidden layer of eight.", "my_plugin.tiny:build")
    """


@hookspec
def retro_gamer_memories() -> Iterable[Part]:
    """Replay memories: what is remembered, and what is drawn from it.

    Example::

        @hookimpl
        def retro_gamer_memories():
            yield Part("recent", "Draws recent turns more often.", "my_plugin.recent:RecentMemory")
    """


@hookspec
def retro_gamer_learners() -> Iterable[Part]:
    """Algorithms: how to act, and how to learn from what was remembered.

    Example::

        @hookimpl
        def retro_gamer_learners():
            yield Part("sarsa", "Learns from the action really taken.", "my_plugin.sarsa:build")
    """


@hookspec
def retro_gamer_loggers() -> Iterable[Part]:
    """Loggers: who hears what happens in training.

    Example::

        @hookimpl
        def retro_gamer_loggers():
            yield Part("beep", "Rings the bell at each checkpoint.", "my_plugin.beep:Beep")
    """


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
