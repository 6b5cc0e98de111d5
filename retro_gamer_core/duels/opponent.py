"""Snapshots of a side, and what plays them in a training game for as long as a duel says so.

A snapshot is how one side played at one moment of a duel, kept in a file that never changes again. Games are
made by functions without arguments, and perhaps in another process. So what a duel has to tell them stands in
an environment variable, which processes that are started inherit.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from retro_gamer_core.configuration import read_config
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import CannotExport, export_policy
from retro_gamer_core.policies.policy_file import SUFFIX
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.runs.run_directory import RunDirectory, is_run

if TYPE_CHECKING:
    from retro.game import Game

#: A JSON object: for each run, by its absolute path, the files that may play it; null is random keys.
VARIABLE = "RETRO_GAMER_OPPONENTS"

#: Where several may play, the last one plays this share of the games.
SHARE_OF_THE_NEWEST = 0.5

#: So many snapshots stay in memory once they have played.
MOST_LOADED = 64

_asked: set[Path] = set()


@dataclass(frozen=True)
class Snapshot:
    """One participant of a duel.

    Args:
        side: the name of the character that it plays.
        round: after which round it was taken; 0 is how the side stood before the first.
        episode: episodes of training that are in it.
        file: where it is, in the directory of the duel; None for random keys.
    """

    side: str
    round: int
    episode: int
    file: str | None

    @property
    def name(self) -> str:
        return f"{self.side}-{self.round if self.file else 'random'}"


class Chooser(Protocol):
    """Somebody who chooses keys: a ``TrainedPolicy``, or ``RandomKeys``."""

    def get_action(self, game: Game) -> str | None: ...


class RandomKeys:
    """Presses any of the keys, or none, each as likely as any other; drawn from Python's ``random``."""

    def __init__(self, keys: Sequence[str | None]) -> None:
        self._keys = tuple(keys)

    def get_action(self, game: Game) -> str | None:
        return random.choice(self._keys)


def freeze(run: RunDirectory, directory: Path, stem: str, game: Game) -> tuple[Path, int]:
    """Keep the newest checkpoint of a run as ``directory/stem.*``. Returns the file, and the episodes in it.

    It is a policy file, which numpy plays several times as fast; or a copy of the checkpoint, where the
    network can only be played with torch.
    """
    plugins = installed_plugins()
    policy = CheckpointPolicy(run, None, plugins)
    file = directory / f"{stem}{SUFFIX}"
    try:
        export_policy(policy, game, file, plugins=plugins)
    except CannotExport:
        file = directory / f"{stem}{policy.path.suffix}"
        replace_file(file, lambda temporary: shutil.copyfile(policy.path, temporary))
    return file, policy.episode


@lru_cache(maxsize=MOST_LOADED)
def load(file: Path, run: Path) -> TrainedPolicy:
    """What ``freeze`` kept, ready to play. Whatever it draws, the games do not notice."""
    with Chance(0):
        return TrainedPolicy(file) if file.suffix == SUFFIX else TrainedPolicy(run, file)


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
        seats = json.loads(os.environ.get(VARIABLE, "{}"))
        if seats:
            _asked.add(self._run)
        if not (files := seats.get(str(self._run))):
            return self._newest
        file = drawn(files)
        return self._at_random if file is None else load(Path(file), self._run)

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
def seated(seats: Mapping[Path, Sequence[Path | None]]) -> Iterator[set[Path]]:
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
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def drawn(files: Sequence[str | None]) -> str | None:
    """Which of them plays a game: the newest, or as often one of those before it.

    The draw is from Python's ``random``, as the games' own are, so that a game can be played again from its
    seed.
    """
    if len(files) == 1 or random.random() < SHARE_OF_THE_NEWEST:
        return files[-1]
    return random.choice(files[:-1])
