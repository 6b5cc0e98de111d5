"""Everything a run was asked to be, checked and typed: what ``config.toml`` says, and nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.settings import CONFIG_VERSION, TrainingSettings
from retro_gamer_core.kinds import KINDS

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata


@dataclass(frozen=True)
class PartChoice:
    """A part that was chosen by name, and those of its options that were written down.

    Options left out keep the default of the part. Those named in ``in_own_table`` stand in a table of the part's
    own, such as ``[memory]``.
    """

    kind: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)
    in_own_table: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunConfig:
    """The settings of one run.

    Args:
        game: the game as named in the config.
        metadata: what the game is.
        parts: the parts the run is built from, kind by kind.
        training: the training loop's own settings.
        observe_state: state values seen beside the board.
    """

    game: str
    metadata: GameMetadata
    parts: tuple[PartChoice, ...]
    training: TrainingSettings
    observe_state: tuple[str, ...]

    def parts_of(self, kind: str) -> tuple[PartChoice, ...]:
        """Those of one kind."""
        return tuple(part for part in self.parts if part.kind == kind)

    def with_part(self, choice: PartChoice) -> RunConfig:
        """The same settings with another part in the place of those of its kind."""
        others = tuple(part for part in self.parts if part.kind != choice.kind)
        return replace(self, parts=(*others, choice))

    @property
    def encoder(self) -> PartChoice:
        return self.parts_of("encoder")[0]

    @property
    def network(self) -> PartChoice:
        return self.parts_of("network")[0]

    @property
    def memory(self) -> PartChoice:
        return self.parts_of("memory")[0]

    @property
    def learner(self) -> PartChoice:
        return self.parts_of("learner")[0]

    @property
    def loggers(self) -> tuple[PartChoice, ...]:
        return self.parts_of("logger")

    @property
    def wrappers(self) -> tuple[PartChoice, ...]:
        return self.parts_of("wrapper")

    def to_sections(self) -> dict[str, Any]:
        """The whole config in the current spelling, as plain values ready for a TOML file.

        ``config_from_sections`` makes an equal ``RunConfig`` of them. Settings that are None are
        left out, for TOML has no word for them.
        """
        sections: dict[str, Any] = {
            "config_version": CONFIG_VERSION,
            "game": {"name": self.game},
            "metadata": self.metadata.to_dict(),
            "preprocessing": {"observe_state": list(self.observe_state)},
            "model": {},
            "training": {key: value for key, value in asdict(self.training).items() if value is not None},
            **{kind.section: {kind.key: []} for kind in KINDS.values() if kind.several},
        }
        for part in self.parts:
            kind = KINDS[part.kind]
            shared = sections.get(kind.section, {})
            if kind.several:
                shared[kind.key].append(part.name)
                shared |= {part.name: part.options} if part.options else {}
                continue
            apart = {key: value for key, value in part.options.items() if key in part.in_own_table}
            if kind.section:
                shared |= {kind.key: part.name, **{k: v for k, v in part.options.items() if k not in apart}}
            else:
                apart["name"] = part.name
            sections |= {kind.table: apart} if apart else {}
        return sections
