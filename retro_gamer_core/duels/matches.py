"""Matches between two snapshots: games without exploration, half of them in each side's own training game."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.duels.opponent import seated
from retro_gamer_core.duels.ratings import Result
from retro_gamer_core.duels.sides import Side, not_asked, winner_of
from retro_gamer_core.duels.snapshots import Chooser, RandomKeys, Snapshot, load
from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.plugins.diagnosis import in_words

if TYPE_CHECKING:
    from retro.game import Game

#: So many games are played to see whether one side asks for the other.
_ATTEMPTS = 5


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
