"""Who plays whom, and the games: the snapshots that a side trains against, matches after a round, and comparisons.

Who trains against the newest opponent alone learns what beats that one, and may forget what beat those
before it: then the two go round in a circle, like rock, paper and scissors. So half of the games are
against older ones, unless asked otherwise (fictitious play: Heinrich, Lanctot and Silver 2015; a pool of
older selves: Bansal et al. 2018, "Emergent Complexity via Multi-Agent Competition").

A match is a game without exploration; half of them are played in each side's own training game.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.duels.opponent import Chooser, RandomKeys, Snapshot, load, seated
from retro_gamer_core.duels.ratings import Result, Share
from retro_gamer_core.duels.sides import Side, not_asked, winner_of
from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.plugins.diagnosis import in_words

if TYPE_CHECKING:
    from retro.game import Game

#: With ``--opponents``: everybody so far, half of the games against the newest; or the newest alone.
POOL, NEWEST = "pool", "newest"

#: A new snapshot plays so many of the other side: the first, the newest, and an even spread between them.
MOST_RIVALS = 6

#: Games of each pairing, half of them in each side's training game.
GAMES_OF_A_PAIRING = 20

#: So many games are played to see whether one side asks for the other.
_ATTEMPTS = 5


def opponents(snapshots: Sequence[Snapshot], how: str) -> list[Snapshot]:
    """Those whom a side trains against, of all snapshots of the other; the newest last."""
    return list(snapshots) if how == POOL else [snapshots[-1]]


def rivals(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """Those who play a new snapshot, of all snapshots of the other side."""
    last = len(snapshots) - 1
    chosen = {round(i * last / (MOST_RIVALS - 1)) for i in range(MOST_RIVALS)}
    return [snapshots[i] for i in sorted(chosen)]


def pairings(first: Sequence[Snapshot], second: Sequence[Snapshot]) -> list[tuple[Snapshot, Snapshot]]:
    """The matches after a round: the newest of each side against ``rivals`` of the other.

    Args:
        first, second: the snapshots of each side up to that round.
    """
    return [
        *((first[-1], rival) for rival in rivals(second)),
        *((rival, second[-1]) for rival in rivals(first) if rival is not first[-1]),
    ]


@dataclass(frozen=True)
class Progress:
    """How one side has come on, against the first snapshot of the other.

    Args:
        side: its name.
        rival: the first snapshot of the other side that had learned anything.
        first, last: the side's own.
        then, now: how often ``first`` and ``last`` have beaten ``rival``.
    """

    side: str
    rival: Snapshot
    first: Snapshot
    last: Snapshot
    then: Share
    now: Share

    @property
    def better(self) -> bool:
        """Whether it wins more often now."""
        return self.now.value > self.then.value

    @property
    def surely(self) -> bool:
        """Whether the intervals lie apart, so that this is hardly luck."""
        (then_low, then_high), (low, high) = self.then.ci95, self.now.ci95
        return low > then_high or high < then_low


def first_trained(snapshots: Sequence[Snapshot]) -> Snapshot:
    """The first that is not random keys: beating those shows nothing."""
    return next(snapshot for snapshot in snapshots if snapshot.file)


def to_compare(first: Sequence[Snapshot], second: Sequence[Snapshot]) -> list[tuple[Snapshot, Snapshot]]:
    """The matches it takes: the first of each side, and the last of each side against the first of the other."""
    one, other = first_trained(first), first_trained(second)
    return list(dict.fromkeys([(one, other), (first[-1], other), (one, second[-1])]))


def compare(
    first: Sequence[Snapshot], second: Sequence[Snapshot], results: Mapping[tuple[str, str], Result]
) -> tuple[Progress, Progress]:
    """How each side has come on. ``results``: of the matches of ``to_compare``, by the names of the two."""
    one, other = first_trained(first), first_trained(second)
    then, ours, theirs = (
        results[a.name, b.name] for a, b in ((one, other), (first[-1], other), (one, second[-1]))
    )
    won, lost = Share(then.first_wins, then.games), Share(then.second_wins, then.games)
    return (
        Progress(one.side, other, one, first[-1], won, Share(ours.first_wins, ours.games)),
        Progress(other.side, one, other, second[-1], lost, Share(theirs.second_wins, theirs.games)),
    )


@dataclass(frozen=True)
class Participant:
    """A snapshot at the table.

    Args:
        side: the side that it plays.
        snapshot: what it is.
        file: where that is; None for random keys.
    """

    side: Side
    snapshot: Snapshot
    file: Path | None

    def chooser(self) -> Chooser:
        """It, choosing keys."""
        return load(self.file, self.side.path) if self.file else RandomKeys(self.side.metadata.keys)


def play_matches(
    first: Participant,
    second: Participant,
    count: int,
    *,
    seed: int,
    each_game: Callable[[], object] = lambda: None,
) -> Result:
    """Play ``count`` games and say who won how many; the rest were drawn.

    Args:
        seed: all chance in game i comes from it and i, so the same two play the same games again.
        each_game: called before each game; what it raises ends the playing.

    Every other game is the second one's training game, where the first sits on the other side: the two need not
    be the same game in every detail. A game that reaches its turn limit, or whose code fails, is drawn.

    Raises:
        GameError: the code of every game failed.
    """
    names = first.side.name, second.side.name
    wins = {"": 0} | dict.fromkeys(names, 0)
    errors: list[tuple[Side, BaseException]] = []
    for index in range(count):
        each_game()
        one, other = (first, second) if index % 2 == 0 else (second, first)
        try:
            game, _ = _played(one, other, Chance(seed, index))
            wins[winner_of(one.side, game, names)] += 1
        except RetroGamerError:
            raise
        except (Exception, SystemExit) as error:  # exit() in a game must not end the duel
            wins[""] += 1
            errors.append((one.side, error))
    if errors and len(errors) == count:
        side, first_error = errors[0]
        then = "; then the same command goes on"
        raise _failed("the game failed in every match", side, first_error, then=then) from first_error
    return Result(first.snapshot.name, second.snapshot.name, wins[names[0]], wins[names[1]], wins[""])


def check_that_they_meet(first: Side, second: Side) -> None:
    """Play a game of each side with random keys, and see whether it asks for the other.

    Raises:
        RetroGamerError: it does not; or the game's own code failed.
    """
    one, other = (Participant(side, Snapshot(side.name, 0, 0, None), None) for side in (first, second))
    _check_that_it_asks(one, other)
    _check_that_it_asks(other, one)


def _check_that_it_asks(one: Participant, other: Participant) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            game, asked = _played(one, other, Chance(attempt))
        except RetroGamerError:
            raise
        except (Exception, SystemExit) as error:
            raise _failed(f"the game of {one.side.run.path} failed", one.side, error) from error
        winner_of(one.side, game, (one.side.name, other.side.name))
        if other.side.path in asked:
            return
    raise not_asked(one.side, other.side, asked)


def _failed(what: str, side: Side, error: BaseException, *, then: str = "") -> GameError:
    where = where_raised(error, side.game.source_root) or side.game.name
    return GameError(f"{what}: {in_words(error)}", where=where, hint=f"correct that line{then}")


def _played(one: Participant, other: Participant, chance: Chance) -> tuple[Game, frozenset[Path]]:
    """A game of ``one``, whose keys are pressed, after its end; and the runs for which it asked."""
    side, chooser = one.side, one.chooser()
    keys = KeyPresses(side.metadata.pressed)
    action_of = {key: action for action, key in enumerate(side.metadata.keys)}
    with seated({other.side.path: [other.file]}) as asked, chance:
        game = side.fresh_game()
        game.input_source, game.view = keys, None
        game.start()
        for _ in range(side.config.training.max_turns_per_episode):
            if not game.playing:
                break
            keys.press(action_of[chooser.get_action(game)])
            game.step()
        return game, frozenset(asked)
