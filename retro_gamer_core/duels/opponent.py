"""What plays the other side in a training game."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from retro_gamer_core.configuration import read_config
from retro_gamer_core.duels.seats import drawn, files_for
from retro_gamer_core.duels.snapshots import Chooser, RandomKeys, load
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.run_directory import RunDirectory, is_run

if TYPE_CHECKING:
    from retro.game import Game


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
