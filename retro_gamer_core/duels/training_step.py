"""One step of a duel: one side trains so many episodes more, against frozen snapshots of the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.duels.seats import seated
from retro_gamer_core.errors import CheckpointDamaged
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.refusals import damage_explained
from retro_gamer_core.runs.saved_state import read_state, write_state
from retro_gamer_core.training.loading import load_run
from retro_gamer_core.training.trainer import Trainer

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Listener
    from retro_gamer_core.duels.sides import Side
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.interrupts import Stop

#: Shows how a training goes: given how far it is and how far it will go, in episodes.
ShowTraining = Callable[[int, int], AbstractContextManager["Listener"]]


class _StopAfter:
    """A stop request that is made when somebody makes it, and after so many episodes."""

    def __init__(self, stop: Stop, trainer: Trainer, until: int) -> None:
        self._stop, self._loop, self._until = stop, trainer.loop, until

    @property
    def asked(self) -> bool:
        return self._stop.asked or self._loop.episodes >= self._until


def train_until(
    side: Side,
    until: int,
    in_all: int,
    other: Path,
    against: Sequence[Path | None],
    *,
    show: ShowTraining,
    stop: Stop,
) -> int:
    """Train, or go on training, until so many episodes have been played, or somebody asks to stop.

    Args:
        in_all: how many there will be when the duel is over; ``training_episodes`` is raised to it, this time.
        other, against: the other run, and the files that play it here; see ``seated``.

    Games that end in the same turn as the last episode are counted too, so it may be a few more. Returns how
    many. There is no evaluation on the way: its figures would go up and down with the opponent. Whatever else a
    training does is done: the log, saved states, checkpoints.

    Raises: whatever ``Trainer.train`` raises.
    """
    config, game = load_run(side.run)  # anew: training may have completed it since
    # Never quite reached: a run that is finished is put aside when it goes on.
    episodes = max(in_all, config.training.training_episodes) + config.training.games_in_step
    training = replace(config.training, training_episodes=episodes, evaluate_every=0)
    with seated({other: against}):
        trainer = Trainer(
            side.run,
            replace(config, training=training),
            game.factory,
            installed_plugins(),
            source=game.source_root,
        )
        trainer.load_newest()
        if trainer.loop.episodes < until:
            with show(trainer.loop.episodes, until) as progress:
                trainer.train([progress], _StopAfter(stop, trainer, until))
    return trainer.loop.episodes


def give_up_running_games(run: RunDirectory) -> None:
    """Let training go on with fresh games, and with everything else as it stood.

    A saved state says how to play the running games again. Against another opponent they would not come out
    the same, and playing them again to find that out takes longer than a whole step may.
    """
    states = run.newest_states()
    if not states:
        return
    with run.hold():
        try:
            with damage_explained(states[0]):
                state = read_state(states[0])
                games = state["loop"]["games"]
                games["actions"] = games["actions"][:0]
        except CheckpointDamaged:
            return  # training will say so, and take the one before
        write_state(states[0], state)
