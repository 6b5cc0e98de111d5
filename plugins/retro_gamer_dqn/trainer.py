"""Training from Python, in one object: the settings are keyword arguments.

metadata = GameMetadata.from_pyproject("retro.examples.nav")
trainer = DQNTrainer(create_game, metadata, "runs/nav/", training_episodes=500)
trainer.train()
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from retro_gamer_core.atomic_files import write_text
from retro_gamer_core.audience import callbacks_as_listener
from retro_gamer_core.configuration import config_from_sections
from retro_gamer_core.events import Outcome
from retro_gamer_core.interrupts import stop_on_interrupt
from retro_gamer_core.metadata import GameMetadata
from retro_gamer_core.plugins import installed_plugins
from retro_gamer_core.run_directory import RunDirectory
from retro_gamer_core.trainer import Trainer

if TYPE_CHECKING:
    from retro.game import Game

_MODEL_KEYS = ("network", "hidden_sizes", "n_layers", "layer_size")


class DQNTrainer:
    """Trains a deep Q-learning agent for a game you have in hand.

    Args:
        create_game: makes a fresh game each time it is called.
        metadata: what the game is.
        run_dir: where the run is kept; made if it is not there. A run that is there is gone on with.
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
        model = {key: hyperparams.pop(key) for key in _MODEL_KEYS if key in hyperparams}
        config = config_from_sections(
            {
                "game": {"name": f"{create_game.__module__}:{create_game.__qualname__}"},
                "metadata": metadata.to_dict(),
                "preprocessing": preprocessing or {},
                "model": model,
                "training": {"seed": 0, **hyperparams},
            },
            plugins,
            where="the arguments of DQNTrainer",
        )
        run = RunDirectory(run_dir)
        if not run.config.exists():
            run = RunDirectory.create(run_dir)
            write_text(run.config, tomli_w.dumps(config.to_sections()))
        self.metadata = config.metadata
        self._trainer = Trainer(run, config, create_game, plugins)
        self._resumes = False

    def train(
        self,
        on_checkpoint: Callable[[dict[str, Any]], None] | None = None,
        on_episode: Callable[[], None] | None = None,
    ) -> Outcome:
        """Play all episodes, going on from the newest saved state if there is one.

        Args:
            on_checkpoint: called after each checkpoint with ``episode``, ``avg_reward``,
                ``avg_steps``, ``avg_loss`` and ``epsilon``.
            on_episode: called after each episode.

        Ctrl-C stops after the turn, with everything saved.
        """
        if not self._resumes:
            self._trainer.load_newest()
            self._resumes = True
        with stop_on_interrupt(print) as stop:
            return self._trainer.train([callbacks_as_listener(on_checkpoint, on_episode)], stop)

    def load_checkpoint(self, path: str | Path) -> None:
        """Go on from the weights of a checkpoint: a name such as ``"ep_0100"``, or a path.

        Raises:
            CheckpointIncompatible: it was trained on a different problem; the message names each change.
        """
        self._trainer.load_checkpoint(self._trainer.run.find_checkpoint(path))
        self._resumes = True
