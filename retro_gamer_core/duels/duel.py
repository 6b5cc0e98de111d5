"""A duel: two runs train in turns, each against frozen snapshots of the other, and matches say who is how strong.

Everything is written down as soon as it is done, and nothing that is written down is done again. So a duel
goes on where it was stopped simply by being played once more from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from retro_gamer_core.duels.directory import DuelDirectory, DuelRecord, TrainingStep
from retro_gamer_core.duels.matches import (
    GAMES_OF_A_PAIRING,
    Participant,
    Progress,
    compare,
    opponents,
    pairings,
    play_matches,
    to_compare,
)
from retro_gamer_core.duels.opponent import Snapshot, freeze, seated
from retro_gamer_core.duels.ratings import Rating, Result, rate
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
_NAMED = 4
"""So many of the strongest are told of after each round."""
_SEEDS = {_TABLE: 0, _COMPARISON: 1}


class Stopped(Exception):
    """Somebody asked to stop. Everything is saved."""


@dataclass
class Duel:
    """Plays a duel, or goes on with it.

    Args:
        sides: see ``open_sides``.
        directory: where it is kept; hold it meanwhile.
        rounds: how many in all, those of earlier sessions included.
        episodes: how many each side trains in a round.
        opponents: ``matches.POOL`` or ``matches.NEWEST``.
        matches: games of each pairing in the comparison at the end.
        tell: is told in a line what is done next.
        listening: makes what hears a training from one episode to another.
        stop: whether somebody asked to stop.
    """

    sides: tuple[Side, Side]
    directory: DuelDirectory
    rounds: int
    episodes: int
    opponents: str
    matches: int
    tell: Callable[[str], None]
    listening: Callable[[int, int], AbstractContextManager[Any]]
    stop: StopRequest

    def __post_init__(self) -> None:
        self.record = _record_of(self.sides, self.directory)

    def play(self) -> tuple[Progress, Progress]:
        """Play all rounds, and compare the last snapshots with the first.

        Raises:
            Stopped: somebody asked to. The same call goes on.
            RetroGamerError: whatever training and games may raise.
        """
        for round_ in range(self.rounds + 1):
            for side, other in (self.sides, self.sides[::-1]):
                if not any(snapshot.round == round_ for snapshot in self.record.of(side.name)):
                    if round_ > 0:
                        self._train(side, other, round_)
                    self._freeze(side, round_)
            until = ([s for s in self.record.of(side) if s.round <= round_] for side in self.record.sides)
            if self._play_all(_TABLE, pairings(*until), GAMES_OF_A_PAIRING):
                strongest = [f"{name} ({each.elo:.0f})" for name, each in self.ratings().items()][:_NAMED]
                self.tell(f"  the strongest now: {', '.join(strongest)}")
            self.directory.write_ratings(self.ratings())
        return self._compare()

    def ratings(self) -> dict[str, Rating]:
        """How strong everybody is, the strongest first."""
        return rate(self.directory.matches(_TABLE))

    def _train(self, side: Side, other: Side, round_: int) -> None:
        """Let a side train, or go on training, until the end of its step, or until somebody asks to stop.

        Games that end in the same turn as the last episode are counted too, so it may be a few more. There is no
        evaluation on the way: its figures would go up and down with the opponent. Whatever else a training does
        is done: the log, saved states, checkpoints.
        """
        step = self._step(side, other, round_)
        against = [snapshot for snapshot in self.record.of(other.name) if snapshot.name in step.against]
        config, game = load_run(side.run)  # anew: training may have completed it since
        in_all = step.until + (self.rounds - round_) * self.episodes
        # Never quite reached: a run that is finished is put aside when it goes on.
        episodes = max(in_all, config.training.training_episodes) + config.training.games_in_step
        training = replace(config.training, training_episodes=episodes, evaluate_every=0)
        config = replace(config, training=training)
        with seated({other.path: [self.directory.file(snapshot) for snapshot in against]}):
            trainer = Trainer(side.run, config, game.factory, installed_plugins(), source=game.source_root)
            trainer.load_newest()
            begun = trainer.loop.episodes
            if begun < step.until:
                others = f" and {len(against) - 1} before it" if len(against) > 1 else ""
                what = f"{side.name} trains against {against[-1].name}{others}"
                self.tell(f"Round {round_} of {self.rounds}: {what}.")
                with self.listening(begun, step.until) as progress:
                    trainer.train([progress], _StopAfter(self.stop, trainer, step.until))
        self._stop_if_asked()

    def _step(self, side: Side, other: Side, round_: int) -> TrainingStep:
        """The step that was begun, or a new one."""
        step = self.record.training
        if step is None or (step.side, step.round) != (side.name, round_):
            before = self.record.of(side.name)[-1]
            against = opponents(self.record.of(other.name), self.opponents)
            step = TrainingStep(
                side.name,
                round_,
                before.episode + self.episodes,
                tuple(snapshot.name for snapshot in against),
            )
            _give_up_running_games(side.run)
            self._remember(replace(self.record, training=step))
        return step

    def _freeze(self, side: Side, round_: int) -> None:
        snapshot = Snapshot(side.name, round_, 0, None)
        if side.run.newest_checkpoint() is not None:
            stem, game = f"{quote(side.name, safe=' ')}-{round_}", any_game(side.game.factory, side.game.name)
            file, episode = freeze(side.run, self.directory.snapshots, stem, game)
            snapshot = Snapshot(side.name, round_, episode, file.name)
        self._remember(replace(self.record, snapshots=(*self.record.snapshots, snapshot), training=None))

    def _play_all(self, purpose: str, pairs: Iterable[tuple[Snapshot, Snapshot]], games: int) -> bool:
        """Play those matches that have not been played yet. Returns whether there were any."""
        played = {(result.first, result.second, result.games) for result in self.directory.matches(purpose)}
        missing = [(a, b) for a, b in pairs if (a.name, b.name, games) not in played]
        if missing:
            self.tell(f"  matches: {len(missing)} pairing{'s' * (len(missing) > 1)}, {games} games each")
        for a, b in missing:
            pair = zip(self.sides, (a, b), strict=True)
            one, other = (
                Participant(side, snapshot, self.directory.file(snapshot)) for side, snapshot in pair
            )
            result = play_matches(one, other, games, seed=_SEEDS[purpose], each_game=self._stop_if_asked)
            self.directory.add_matches(purpose, result)
        return bool(missing)

    def _compare(self) -> tuple[Progress, Progress]:
        first, second = (self.record.of(side) for side in self.record.sides)
        pairs = to_compare(first, second)
        self._play_all(_COMPARISON, pairs, self.matches)
        results: dict[tuple[str, str], Result] = {
            (result.first, result.second): result
            for result in self.directory.matches(_COMPARISON)
            if result.games == self.matches
        }
        return compare(first, second, results)

    def _remember(self, record: DuelRecord) -> None:
        self.directory.write(record)
        self.record = record

    def _stop_if_asked(self) -> None:
        if self.stop.asked:
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
    return " against ".join(f"{name} ({run})" for name, run in zip(record.sides, record.runs, strict=True))


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
