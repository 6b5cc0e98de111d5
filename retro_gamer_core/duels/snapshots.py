"""A snapshot: how one side played at one moment of a duel, kept in a file that never changes again."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import CannotExport, export_policy
from retro_gamer_core.policies.policy_file import SUFFIX
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.atomic_files import replace_file

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.runs.run_directory import RunDirectory

#: So many snapshots stay in memory once they have played.
MOST_LOADED = 64


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
