"""What plays the other side in a training game, and which snapshots those are for as long as a duel says so.

Games are made by functions without arguments, and perhaps in another process. So what a duel has to tell
them stands in an environment variable, which processes that are started inherit.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NewType
from weakref import WeakKeyDictionary

from retro_gamer_core.configuration import read_config
from retro_gamer_core.duels.snapshots import Chooser, RandomKeys, load
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.run_directory import RunDirectory, is_run

if TYPE_CHECKING:
    from retro.game import Game


#: A JSON object: for each run, by its absolute path, the files that may play it; null is random keys.
VARIABLE = "RETRO_GAMER_OPPONENTS"

#: Where several may play, the last one plays this share of the games.
SHARE_OF_THE_NEWEST = 0.5

#: The file of a snapshot; None for random keys.
File = str | None

Asked = NewType("Asked", set[Path])

_asked: Asked = Asked(set())


class Opponent:
    """Plays what was learned in another run, in a game where that side is not driven by the keyboard.

    Args:
        run_dir: the directory of that run. It need not be there yet.
        keys: what to press at random while nothing has been learned; that run's own keys when left out.

    It plays the newest checkpoint there is when it is first asked, and keeps to that one: training
    against somebody who changes in the middle of it would be no fair game. While there is none, it presses
    random keys. In ``retro-gamer duel`` it plays the snapshots that the duel says, one in each game.

    It looks at the board from the place of the character that the description of that run names as its
    ``player``. Make one when the game's module is imported, and share it between games.

    Example::

        chaser = Opponent("runs/chaser", keys=["KEY_LEFT", "KEY_RIGHT"])

        class Chaser:
            def play_turn(self, game):
                key = chaser.get_action(game)     # "KEY_LEFT", "KEY_RIGHT" or None
    """

    def __init__(self, run_dir: str | Path, keys: Sequence[str] | None = None) -> None:
        self._run = Path(run_dir).absolute().resolve()
        self._keys = keys
        self._playing: WeakKeyDictionary[Game, Chooser] = WeakKeyDictionary()

    def get_action(self, game: Game) -> str | None:
        """The key to press now, or None to press nothing.

        Raises:
            RetroGamerError: there is no such run, and no ``keys`` were given; or what was learned there does
                not fit this game.
        """
        chooser = self._playing.get(game)
        if chooser is None:
            chooser = self._playing[game] = self._for_a_new_game()
        return chooser.get_action(game)

    def _for_a_new_game(self) -> Chooser:
        files = files_for(self._run)
        if not files:
            return self._newest
        file = drawn(files)
        if file is None:
            return self._at_random
        return load(Path(file), self._run)

    @cached_property
    def _newest(self) -> Chooser:
        run = RunDirectory(self._run)
        checkpoint = run.newest_checkpoint()
        if checkpoint is None:
            return self._at_random
        with Chance(0):
            return TrainedPolicy(self._run, checkpoint)

    @cached_property
    def _at_random(self) -> RandomKeys:
        if self._keys is not None:
            return RandomKeys((*self._keys, None))
        if not is_run(self._run):
            raise RetroGamerError(
                f"there is no run in {self._run} yet, so nobody knows which keys its side has",
                where=f'Opponent("{self._run.name}") in the code of the game',
                why="until something has been learned there, that side presses random keys",
                hint=f'name them: Opponent("{self._run.name}", keys=["KEY_LEFT", "KEY_RIGHT"])',
            )
        return RandomKeys(read_config(RunDirectory(self._run).config, installed_plugins()).metadata.keys)


@contextmanager
def seated(seats: Mapping[Path, Sequence[Path | None]]) -> Iterator[Asked]:
    """Let ``Opponent`` play these files for each of these runs, the newest last, while the block runs.

    Gives the set of those runs that a game has asked for since, in this process.
    """
    before = os.environ.get(VARIABLE)
    files = {
        str(run.resolve()): [file and str(file.resolve()) for file in seat] for run, seat in seats.items()
    }
    os.environ[VARIABLE] = json.dumps(files)
    _asked.clear()
    try:
        yield _asked
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def files_for(run: Path) -> tuple[File, ...]:
    """The files that may play the run, the newest last; none where no duel says so. ``run`` is absolute."""
    text = os.environ.get(VARIABLE)
    if not text:
        return ()
    _asked.add(run)
    return _read(text).get(str(run), ())


def drawn(files: Sequence[File]) -> File:
    """Which of them plays a game: the newest, or as often one of those before it.

    The draw is from Python's ``random``, as the games' own are, so that a game can be played again from its
    seed.
    """
    if len(files) == 1 or random.random() < SHARE_OF_THE_NEWEST:
        return files[-1]
    return random.choice(files[:-1])


@lru_cache(maxsize=4)
def _read(text: str) -> dict[str, tuple[File, ...]]:
    return {run: tuple(files) for run, files in json.loads(text).items()}
