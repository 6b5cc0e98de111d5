"""A policy read from a checkpoint of a run: built as the checkpoint says it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import config_from_sections
from retro_gamer_core.configuration.own_files import make_importable
from retro_gamer_core.errors import CheckpointDamaged, GameError, RunNotFound
from retro_gamer_core.options import problems_in
from retro_gamer_core.playing.state_features import sizes_of
from retro_gamer_core.policies.checkpoints import load_checkpoint_into, read_checkpoint
from retro_gamer_core.policies.player import build_player, lock_parts
from retro_gamer_core.runs.parts_lock import LockedPart, adopted, differences
from retro_gamer_core.runs.refusals import check_own
from retro_gamer_core.runs.run_directory import RunDirectory

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice
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
        self._plugins = plugins
        self._passed_over: list[str] = []
        make_importable(run, with_game=False)
        self.path, self.progress = self._read(run, checkpoint)
        trained_as = self.progress["config_snapshot"]
        check_own(trained_as, name=self.path.name)
        make_importable(run, trained_as, where=self.path.name, with_game=False)
        self._locked: list[LockedPart] = self.progress["parts_lock"]
        sections = adopted(trained_as, self._locked, plugins)
        config = config_from_sections(sections, plugins, where=self.path.name)
        # The options that were in effect then, whatever the defaults are by now.
        then = {
            (was.kind, was.name): {key: value for key, value in was.options.items() if value is not None}
            for was in self._locked
        }
        parts = [replace(p, options={**then.get((p.kind, p.name), {}), **p.options}) for p in config.parts]
        for part in parts:
            self._check_options(part)
        self.config = replace(config, parts=tuple(parts))
        self.game, self.metadata = config.game, config.metadata
        self.episode: int = self.progress["episode"]
        self.max_turns: int | None = config.training.max_turns_per_episode
        self._player: Player | None = None

    def _check_options(self, part: PartChoice) -> None:
        """Options of an altered file may be anything; those that nobody knows any more are told elsewhere."""
        settings = self._plugins.options_of(self._plugins.find_part(part.kind, part.name))
        known = {each.name: part.options[each.name] for each in settings if each.name in part.options}
        for problem in problems_in(known, settings, section=part.kind, file=self.path.name):
            raise CheckpointDamaged(
                f"{self.path.name} is damaged: {problem.what}", where=problem.where, hint=problem.hint
            )

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

    def _read(self, run: RunDirectory, checkpoint: str | Path | None) -> tuple[Path, Mapping[str, Any]]:
        """The one that is asked for, or the newest that can be read; those that cannot are told as warnings."""
        if checkpoint is not None:
            path = run.find_checkpoint(checkpoint)
            return path, read_checkpoint(path, self._plugins)
        damages: list[CheckpointDamaged] = []
        for path in [*reversed(run.checkpoints())] or [run.best_checkpoint]:
            try:
                return path, read_checkpoint(path, self._plugins)
            except CheckpointDamaged as error:
                damages.append(error)
                self._passed_over.append(f"{error.problem.what}; taking the one before it")
            except FileNotFoundError:
                continue
        if damages:
            raise damages[0]
        raise RunNotFound(
            f"{run.path} has no checkpoint yet",
            why="a checkpoint is what was learned so far, and nothing has been learned yet",
            hint=f"retro-gamer train {run.path}",
        )
