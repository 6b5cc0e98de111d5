"""Everything a run was asked to be, checked and typed: what ``config.toml`` says, and nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.settings import CONFIG_VERSION, TrainingSettings
from retro_gamer_core.parts import Kind

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata


@dataclass(frozen=True)
class PartChoice:
    """A part that was chosen by name, and those of its options that were written down.

    Options left out keep the default of the part, so ``build(**options)`` is all it takes.
    """

    kind: Kind
    name: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunConfig:
    """The settings of one run.

    Args:
        game: the game as named in the config.
        metadata: what the game is.
        encoder, network, learner, memory, loggers: the parts the run is built from.
        training: the training loop's own settings.
        observe_state: state values seen beside the board.
    """

    game: str
    metadata: GameMetadata
    encoder: PartChoice
    network: PartChoice
    learner: PartChoice
    memory: PartChoice
    loggers: tuple[PartChoice, ...]
    training: TrainingSettings
    observe_state: tuple[str, ...]

    def to_sections(self) -> dict[str, Any]:
        """The whole config in the current spelling, as plain values ready for a TOML file.

        ``config_from_sections`` makes an equal ``RunConfig`` of them. Settings that are None are
        left out, for TOML has no word for them.
        """
        settings = {key: value for key, value in asdict(self.training).items() if value is not None}
        return {
            "config_version": CONFIG_VERSION,
            "game": {"name": self.game},
            "metadata": self.metadata.to_dict(),
            "preprocessing": {
                "encoder": self.encoder.name,
                "observe_state": list(self.observe_state),
                **self.encoder.options,
            },
            "model": {"network": self.network.name, **self.network.options},
            "training": {
                "learner": self.learner.name,
                "memory": self.memory.name,
                **settings,
                **self.learner.options,
                **self.memory.options,
            },
            "logging": {
                "loggers": [logger.name for logger in self.loggers],
                **{logger.name: logger.options for logger in self.loggers if logger.options},
            },
        }
