"""Training from Python, in one object: the settings are keyword arguments.

metadata = GameMetadata.from_pyproject("retro.examples.nav")
trainer = DQNTrainer(create_game, metadata, "runs/nav/", training_episodes=500)
trainer.train()
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import config_from_sections, edit_config, read_config
from retro_gamer_core.events import Outcome
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.games.module_files import own_code_behind
from retro_gamer_core.plugins.registry import Plugins, installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.terminal.printing import warn
from retro_gamer_core.terminal.progress import Notes, progress_for
from retro_gamer_core.training.callbacks import FunctionsAsListener
from retro_gamer_core.training.interrupts import stop_on_interrupt
from retro_gamer_core.training.time_budget import Budget, TimeBudget, TurnBudget
from retro_gamer_core.training.trainer import Trainer, setting_changes

if TYPE_CHECKING:
    from retro.game import Game


class DQNTrainer:
    """Trains for a game you have in hand: by deep Q-learning, unless ``learner`` names something else.

    Args:
        create_game: makes a fresh game each time it is called.
        metadata: what the game is.
        run_dir: where the run is kept; made if it is not there. A run that is there is gone on with,
            and when training begins, its ``config.toml`` is changed to say what these arguments say.
        preprocessing: keys of ``[preprocessing]``: ``encoder`` and its options, ``observe_state``.
        **hyperparams: keys of ``[training]`` and ``[model]``; the rest keeps its default.

    Raises:
        ConfigurationError: listing every setting that cannot be used.
    """

    def __init__(
        self,
        create_game: Callable[[], Game],
        metadata: GameMetadata,
        run_dir: str | Path,
        preprocessing: dict[str, Any] | None = None,
        **hyperparams: Any,
    ) -> None:
        plugins = installed_plugins()
        run = RunDirectory(run_dir)
        self._before = read_config(run.config, plugins) if run.config.exists() else None
        hyperparams.setdefault("seed", self._before.training.seed if self._before else 0)
        config = config_from_sections(
            {
                "game": {"name": _name_of(create_game)},
                "metadata": metadata.to_dict(),
                "preprocessing": preprocessing or {},
                **_by_section(hyperparams, plugins),
            },
            plugins,
            where="the arguments of DQNTrainer",
        )
        if self._before is None:
            import tomlkit

            run = RunDirectory.create(run_dir, tomlkit.dumps(config.to_sections()))
        self._trainer = Trainer(run, config, create_game, plugins, source=own_code_behind(create_game))
        self.metadata = self._trainer.config.metadata
        self._resumes = False

    def train(
        self,
        on_checkpoint: Callable[[dict[str, Any]], None] | None = None,
        on_episode: Callable[[], None] | None = None,
        *,
        seconds: float | None = None,
        turns: int | None = None,
    ) -> Outcome:
        """Play all episodes, going on from the newest saved state if there is one.

        Args:
            on_checkpoint: called after each checkpoint with ``episode``, ``avg_reward``,
                ``avg_steps``, ``avg_loss`` and ``epsilon``.
            on_episode: called after each episode.
            seconds: train for so long, however many episodes that are, and fit exploration to it
                (as ``retro-gamer train --for`` does).
            turns: train until so many turns have been played in all, in place of episodes.

        Without either, progress is shown on standard error. Ctrl-C stops after the turn, with
        everything saved.
        """
        if not self._resumes:
            self._trainer.load_newest()
            self._resumes = True
        if self._before is not None:
            edit_config(
                self._trainer.run.config,
                setting_changes(self._before.to_sections(), self._trainer.config.to_sections()),
            )
            self._before = None
        quiet = bool(on_checkpoint or on_episode)
        budget: Budget | None = None if seconds is None else TimeBudget(seconds)
        if turns is not None:
            budget = TurnBudget(turns, lambda: self._trainer.loop.turns)
        shown = nullcontext(Notes()) if quiet else progress_for(self._trainer, budget)
        callbacks = FunctionsAsListener(on_checkpoint, on_episode)
        with stop_on_interrupt(warn) as stop, shown as listener:
            return self._trainer.train([listener, callbacks], stop, budget)

    def load_checkpoint(self, path: str | Path) -> None:
        """Go on from the weights of a checkpoint: a name such as ``"ep_0100"``, or a path.

        Raises:
            CheckpointIncompatible: it was trained on a different problem; the message names each change.
        """
        self._trainer.load_checkpoint(self._trainer.run.find_checkpoint(path))
        self._resumes = True


def _by_section(hyperparams: dict[str, Any], plugins: Plugins) -> dict[str, dict[str, Any]]:
    """The network, its options and their older spellings belong to ``[model]``, all else to ``[training]``."""
    network = plugins.find_part("network", hyperparams.get("network", "mlp"))
    of_model = {"network", "n_layers", "layer_size", *(option.name for option in plugins.options_of(network))}
    return {
        "model": {key: value for key, value in hyperparams.items() if key in of_model},
        "training": {key: value for key, value in hyperparams.items() if key not in of_model},
    }


def _name_of(create_game: Callable[[], Game]) -> str:
    """What ``config.toml`` calls the game: ``module:function``, or ``path:function`` for a script being run."""
    module = create_game.__module__
    function = getattr(create_game, "__qualname__", type(create_game).__qualname__)
    script = getattr(sys.modules["__main__"], "__file__", None)
    if module == "__main__" and script:
        module = Path(script).resolve().as_posix()
    return f"{module}:{function}"
