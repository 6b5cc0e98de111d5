"""From a run's directory to a trainer: read the settings, find the game, build the parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retro_gamer_core.configuration import RunConfig, read_config
from retro_gamer_core.configuration.own_files import make_importable
from retro_gamer_core.distributions import installed_version
from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.games.finding import FoundGame, find_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.parts_lock import read_lock
from retro_gamer_core.training.trainer import SECONDS_BETWEEN_STATES, Trainer

if TYPE_CHECKING:
    from retro_gamer_core.configuration.settings import Device
    from retro_gamer_core.runs.run_directory import RunDirectory


def load_run(run: RunDirectory) -> tuple[RunConfig, FoundGame]:
    """The settings of a run and its game.

    Raises:
        ConfigurationError: naming every problem in ``config.toml``.
        GameNotFound: the game is not there any more.
    """
    make_importable(run)
    try:
        config = read_config(run.config, installed_plugins())
    except ConfigurationError as error:
        raise _with_packages_that_are_gone(error, run) from error
    return config, find_game(config.game)


def _with_packages_that_are_gone(error: ConfigurationError, run: RunDirectory) -> ConfigurationError:
    """A part that nobody knows any more may be in a package that was there when the run was trained."""
    gone = sorted(
        {
            f"{part.distribution}=={part.version}"
            for part in read_lock(run.parts_lock)
            if part.distribution and installed_version(part.distribution) is None
        }
    )
    if not gone:
        return error
    said = f"The run was trained with packages that are not installed now. Try: pip install {' '.join(gone)}"
    return ConfigurationError(error.heading, error.problems, footer=f"{said}\n{error.footer}")


def load_trainer(
    run: RunDirectory, *, device: Device | None = None, seconds_between_states: float = SECONDS_BETWEEN_STATES
) -> Trainer:
    """A trainer for the run; ``device`` overrides the setting for this session."""
    config, game = load_run(run)
    if device is not None:
        config = replace(config, training=replace(config.training, device=device))
    return Trainer(
        run,
        config,
        game.factory,
        installed_plugins(),
        source=game.source_root,
        seconds_between_states=seconds_between_states,
    )
