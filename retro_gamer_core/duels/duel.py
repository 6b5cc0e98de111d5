"""A duel: two runs train in turns, each against frozen snapshots of the other, and matches say who is how strong.

Everything is written down as soon as it is done, and nothing that is written down is done again. So a duel
goes on where it was stopped simply by being played once more from its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from retro_gamer_core.duels.directory import DuelDirectory, DuelRecord, TrainingStep
from retro_gamer_core.duels.matches import Participant, play_matches
from retro_gamer_core.duels.opponent import seated
from retro_gamer_core.duels.pairings import (
    GAMES_OF_A_PAIRING,
    Progress,
    compare,
    opponents,
    pairings,
    to_compare,
)
from retro_gamer_core.duels.ratings import Rating, Result, rate
from retro_gamer_core.duels.snapshots import Snapshot, freeze
from retro_gamer_core.errors import CheckpointDamaged, RetroGamerError
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.refusals import damage_explained
from retro_gamer_core.runs.saved_state import read_state, write_state
from retro_gamer_core.training.loading import load_run
from retro_gamer_core.training.trainer import Trainer

if TYPE_CHECKING:
    from retro_gamer_core.duels.sides import Side
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.interrupts import Stop, StopRequest

#: What matches are played for: the table, and the comparison at the end. Each has its own games.
_TABLE, _COMPARISON = "table", "comparison"
_SEEDS = {_TABLE: 0, _COMPARISON: 1}


@dataclass(frozen=True)
class DuelSettings:
    """How long and against whom.

    Args:
        rounds: how many in all, those of earlier sessions included.
        episodes: how many each side trains in a round.
        opponents: ``pairings.POOL`` or ``pairings.NEWEST``.
        matches: games of each pairing in the comparison at the end.
    """

    rounds: int
    episodes: int
    opponents: str
    matches: int


class Audience(Protocol):
    """Whoever watches a duel."""

    def training(
        self, round_: int, side: str, against: list[Snapshot], begun: int, until: int
    ) -> AbstractContextManager[Any]:
        """A side trains from the episode ``begun`` to the episode ``until``; gives a listener for that."""

    def matches(self, pairings: list[tuple[Snapshot, Snapshot]], games: int) -> None:
        """So many matches of each of these pairings are about to be played."""

    def rated(self, round_: int, ratings: dict[str, Rating]) -> None:
        """The table after a round."""


class Stopped(Exception):
    """Somebody asked to stop. Everything is saved."""


class Duel:
    """Plays a duel, or goes on with it.

    Args:
        sides: see ``open_sides``.
        directory: where it is kept; hold it meanwhile.
        settings: how long and against whom.
        audience: hears how it goes.
        stop: whether somebody asked to stop.
    """

    def __init__(
        self,
        sides: tuple[Side, Side],
        directory: DuelDirectory,
        settings: DuelSettings,
        audience: Audience,
        stop: StopRequest,
    ) -> None:
        self._sides = {side.name: side for side in sides}
        self._first, self._second = sides
        self._directory = directory
        self._settings = settings
        self._audience = audience
        self._stop = stop
        self.record = _record_of(sides, directory)

    def play(self) -> tuple[Progress, Progress]:
        """Play all rounds, and compare the last snapshots with the first.

        Raises:
            Stopped: somebody asked to. The same call goes on.
            RetroGamerError: whatever training and games may raise.
        """
        for round_ in range(self._settings.rounds + 1):
            for side, other in ((self._first, self._second), (self._second, self._first)):
                if self.record.after(side.name, round_) is None:
                    if round_ > 0:
                        self._train(side, other, round_)
                    self._freeze(side, round_)
            if self._play_all(_TABLE, self._pairings(round_), GAMES_OF_A_PAIRING):
                self._audience.rated(round_, self.ratings())
            self._directory.write_ratings(self.ratings())
        return self._compare()

    def ratings(self) -> dict[str, Rating]:
        """How strong everybody is, the strongest first."""
        return rate(self._directory.matches(_TABLE))

    def participant(self, snapshot: Snapshot) -> Participant:
        """A snapshot, ready to take part."""
        return Participant(self._sides[snapshot.side], snapshot, self._directory.file(snapshot))

    def _train(self, side: Side, other: Side, round_: int) -> None:
        """Let a side train, or go on training, until the end of its step, or until somebody asks to stop.

        Games that end in the same turn as the last episode are counted too, so it may be a few more. There is no
        evaluation on the way: its figures would go up and down with the opponent. Whatever else a training does
        is done: the log, saved states, checkpoints.
        """
        step = self._step(side, other, round_)
        against = [snapshot for snapshot in self.record.of(other.name) if snapshot.name in step.against]
        config, game = load_run(side.run)  # anew: training may have completed it since
        in_all = step.until + (self._settings.rounds - round_) * self._settings.episodes
        # Never quite reached: a run that is finished is put aside when it goes on.
        episodes = max(in_all, config.training.training_episodes) + config.training.games_in_step
        training = replace(config.training, training_episodes=episodes, evaluate_every=0)
        config = replace(config, training=training)
        with seated({other.path: [self._directory.file(snapshot) for snapshot in against]}):
            trainer = Trainer(side.run, config, game.factory, installed_plugins(), source=game.source_root)
            trainer.load_newest()
            begun = trainer.loop.episodes
            if begun < step.until:
                with self._audience.training(round_, side.name, against, begun, step.until) as progress:
                    trainer.train([progress], _StopAfter(self._stop, trainer, step.until))
        self._stop_if_asked()

    def _step(self, side: Side, other: Side, round_: int) -> TrainingStep:
        """The step that was begun, or a new one."""
        step = self.record.training
        if step is None or (step.side, step.round) != (side.name, round_):
            before = self.record.of(side.name)[-1]
            against = opponents(self.record.of(other.name), self._settings.opponents)
            step = TrainingStep(
                side.name,
                round_,
                before.episode + self._settings.episodes,
                tuple(snapshot.name for snapshot in against),
            )
            _give_up_running_games(side.run)
            self._remember(replace(self.record, training=step))
        return step

    def _freeze(self, side: Side, round_: int) -> None:
        newest = side.run.newest_checkpoint()
        if newest is None:
            self._remember(self.record.with_snapshot(Snapshot(side.name, round_, 0, None)))
            return
        stem, game = f"{quote(side.name, safe=' ')}-{round_}", any_game(side.game.factory, side.game.name)
        file, episode = freeze(side.run, self._directory.snapshots, stem, game)
        self._remember(self.record.with_snapshot(Snapshot(side.name, round_, episode, file.name)))

    def _pairings(self, round_: int) -> list[tuple[Snapshot, Snapshot]]:
        until = [
            [snapshot for snapshot in self.record.of(side) if snapshot.round <= round_]
            for side in self.record.sides
        ]
        return pairings(*until)

    def _play_all(self, purpose: str, pairs: Iterable[tuple[Snapshot, Snapshot]], games: int) -> bool:
        """Play those matches that have not been played yet. Returns whether there were any."""
        played = {(result.first, result.second, result.games) for result in self._directory.matches(purpose)}
        missing = [(a, b) for a, b in pairs if (a.name, b.name, games) not in played]
        if missing:
            self._audience.matches(missing, games)
        for a, b in missing:
            one, other, seed = self.participant(a), self.participant(b), _SEEDS[purpose]
            result = play_matches(one, other, games, seed=seed, each_game=self._stop_if_asked)
            self._directory.add_matches(purpose, result)
        return bool(missing)

    def _compare(self) -> tuple[Progress, Progress]:
        first, second = (self.record.of(side) for side in self.record.sides)
        pairs = to_compare(first, second)
        self._play_all(_COMPARISON, pairs, self._settings.matches)
        results: dict[tuple[str, str], Result] = {
            (result.first, result.second): result
            for result in self._directory.matches(_COMPARISON)
            if result.games == self._settings.matches
        }
        return compare(first, second, results)

    def _remember(self, record: DuelRecord) -> None:
        self._directory.write(record)
        self.record = record

    def _stop_if_asked(self) -> None:
        if self._stop.asked:
            raise Stopped


def _record_of(sides: tuple[Side, Side], directory: DuelDirectory) -> DuelRecord:
    """What is remembered of this duel, or a fresh record.

    Raises:
        RetroGamerError: the directory holds a duel of others.
    """
    now = DuelRecord((sides[0].name, sides[1].name), (sides[0].path, sides[1].path))
    then = directory.read()
    if then is None:
        directory.write(now)
        return now
    if (then.sides, then.runs) != (now.sides, now.runs):
        raise RetroGamerError(
            f"{directory.path} holds another duel: {_shown(then)}",
            why=f"this one is {_shown(now)}, and the two must not be mixed up",
            hint="choose another directory with --output, or name the same runs in the same order",
        )
    return then


def _shown(record: DuelRecord) -> str:
    one, other = (f"{name} ({run})" for name, run in zip(record.sides, record.runs, strict=True))
    return f"{one} against {other}"


def _give_up_running_games(run: RunDirectory) -> None:
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


class _StopAfter:
    """A stop request that is made when somebody makes it, and after so many episodes."""

    def __init__(self, stop: Stop, trainer: Trainer, until: int) -> None:
        self._stop, self._loop, self._until = stop, trainer.loop, until

    @property
    def asked(self) -> bool:
        return self._stop.asked or self._loop.episodes >= self._until
