"""How a duel is shown while it goes on."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from retro_gamer_core.cli.printing import warn
from retro_gamer_core.terminal.progress import LiveProgress, Notes
from retro_gamer_core.terminal.training_goal import EpisodeGoal

if TYPE_CHECKING:
    from retro_gamer_core.duels.ratings import Rating
    from retro_gamer_core.duels.snapshots import Snapshot
    from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, RunInfo

#: So many of the strongest are named after each round.
_NAMED = 4


class DuelProgress:
    """Tells what is being done, in a line for each step.

    Args:
        rounds: how many there are in all.
    """

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds

    def training(
        self, round_: int, side: str, against: list[Snapshot], begun: int, until: int
    ) -> AbstractContextManager[Any]:
        others = f" and {len(against) - 1} before it" if len(against) > 1 else ""
        warn(f"Round {round_} of {self._rounds}: {side} trains against {against[-1].name}{others}.")
        return _LiveStep(EpisodeGoal(begun, until)) if sys.stderr.isatty() else _QuietStep()

    def matches(self, pairings: list[tuple[Snapshot, Snapshot]], games: int) -> None:
        warn(f"  matches: {len(pairings)} pairing{'s' * (len(pairings) > 1)}, {games} games each")

    def rated(self, round_: int, ratings: dict[str, Rating]) -> None:
        named = list(ratings.items())[:_NAMED]
        warn("  the strongest now: " + ", ".join(f"{name} ({rating.elo:.0f})" for name, rating in named))


class _Step(Notes):
    """A training in a duel: no heading, and no notes on going on, which it does in every round."""

    _begun = False

    def training_started(self, run: RunInfo, choices: list[str]) -> None: ...

    def episode_finished(self, episode: EpisodeFinished) -> None:
        self._begun = True
        super().episode_finished(episode)

    def note(self, line: str) -> None:
        if self._begun:
            super().note(line)

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None: ...


class _QuietStep(_Step, AbstractContextManager["_QuietStep"]):
    """Where there is no terminal: notes and warnings only."""

    def __exit__(self, *error: object) -> None:
        pass


class _LiveStep(_Step, LiveProgress):
    """A bar that moves."""
