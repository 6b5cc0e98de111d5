"""A policy read from a checkpoint of a run: built as the checkpoint says it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import config_from_sections
from retro_gamer_core.configuration.own_files import make_importable
from retro_gamer_core.errors import CheckpointDamaged, GameError, RunNotFound
from retro_gamer_core.playing.state_features import sizes_of
from retro_gamer_core.policies.checkpoints import load_checkpoint_into, read_checkpoint
from retro_gamer_core.policies.player import build_player, lock_parts
from retro_gamer_core.runs.parts_lock import LockedPart, adopted, differences
from retro_gamer_core.runs.refusals import check_own
from retro_gamer_core.runs.run_directory import RunDirectory

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.policies.player import Player


class CheckpointPolicy:
    """What a run had learned when a checkpoint was taken, whatever ``config.toml`` says by now.

    Args:
        run: the run.
        checkpoint: which one, as ``RunDirectory.find_checkpoint`` takes it; the newest whole one when left out.
        plugins: where parts come from.

    Raises:
        RunNotFound: no such checkpoint.
        CheckpointDamaged: the file cannot be read.
        CheckpointIncompatible: retro-gamer 0.4.0 or another program saved it.
    """

    def __init__(self, run: RunDirectory, checkpoint: str | Path | None, plugins: Plugins) -> None:
        self._run = run
        self._plugins = plugins
        self.path = self._find(checkpoint)
        self._passed_over: list[str] = []
        make_importable(run)
        self.progress: Mapping[str, Any] = (
            self._newest_whole() if checkpoint is None else read_checkpoint(self.path, plugins)
        )
        trained_as = self.progress["config_snapshot"]
        check_own(trained_as, name=self.path.name)
        make_importable(run, trained_as, where=self.path.name)
        config = config_from_sections(
            adopted(trained_as, self._locked, plugins), plugins, where=self.path.name
        )
        # The options that were in effect then, whatever the defaults are by now.
        then = {
            (was.kind, was.name): {key: value for key, value in was.options.items() if value is not None}
            for was in self._locked
        }
        parts = [replace(p, options={**then.get((p.kind, p.name), {}), **p.options}) for p in config.parts]
        self.config = replace(config, parts=tuple(parts))
        self._player: Player | None = None

    @property
    def _locked(self) -> list[LockedPart]:
        return [LockedPart(**part) for part in self.progress.get("parts_lock", [])]

    @property
    def game(self) -> str:
        return self.config.game

    @property
    def metadata(self) -> GameMetadata:
        return self.config.metadata

    @property
    def episode(self) -> int:
        return self.progress["episode"]

    @property
    def max_turns(self) -> int | None:
        return self.config.training.max_turns_per_episode

    @property
    def warnings(self) -> list[str]:
        changed = differences(self._locked, lock_parts(self.config, self._plugins))
        return [*self._passed_over, *(found.problem.what for found in changed)]

    def player_in(self, game: Game) -> Player:
        """What sees and chooses, built at the first look, when there is a game to measure observed values on.

        Raises:
            GameError: this game lacks what it observes.
        """
        if self._player is None:
            metadata = self.metadata
            for key in metadata.observe_state:
                if key not in game.state:
                    raise GameError(
                        f"the state of this game has nothing called {key!r}",
                        why=f"{self.path.name} sees it, and learned what it means",
                        hint="let this game keep it in its state, as the game it was trained on does",
                    )
            metadata.observe_state_sizes = sizes_of(game.state, metadata.observe_state)
            player = build_player(self.config, metadata, lambda: game, self._plugins, device="cpu")
            load_checkpoint_into(player.learner, self.progress, self.path.name)
            self._player = player
        return self._player

    def _find(self, checkpoint: str | Path | None) -> Path:
        if checkpoint is not None:
            return self._run.find_checkpoint(checkpoint)
        newest = self._run.newest_checkpoint()
        if newest is None:
            raise RunNotFound(
                f"{self._run.path} has no checkpoint yet",
                why="a checkpoint is what was learned so far, and nothing has been learned yet",
                hint=f"retro-gamer train {self._run.path}",
            )
        return newest

    def _newest_whole(self) -> Mapping[str, Any]:
        """The newest checkpoint that can be read; those that cannot are told as warnings."""
        newest = self.path
        damages: list[CheckpointDamaged] = []
        for path in (newest, *(path for path in reversed(self._run.checkpoints()) if path != newest)):
            try:
                progress = read_checkpoint(path, self._plugins)
            except CheckpointDamaged as error:
                damages.append(error)
                self._passed_over.append(f"{error.problem.what}; taking the one before it")
            else:
                self.path = path
                return progress
        raise damages[0]
