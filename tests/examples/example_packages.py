"""The packages in examples/, and what each of them offers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Example:
    """A plugin package in examples/.

    Args:
        kind, name: what it offers.
        code: the module that does the work.
        attribute: what of it builds the part, or is the command.
    """

    kind: str
    name: str
    code: str
    attribute: str

    @property
    def distribution(self) -> str:
        return f"retro-gamer-{self.name}"

    @property
    def module(self) -> str:
        return f"retro_gamer_{self.name}"

    @property
    def folder(self) -> Path:
        return EXAMPLES / self.distribution

    @property
    def hook(self) -> str:
        return "retro_gamer_memories" if self.kind == "memory" else f"retro_gamer_{self.kind}s"

    @property
    def import_path(self) -> str:
        return f"{self.module}.{self.code}:{self.attribute}"

    def __str__(self) -> str:
        return self.kind


ENCODER = Example("encoder", "nearest", "encoder", "Nearest")
NETWORK = Example("network", "dueling", "network", "Dueling")
MEMORY = Example("memory", "highlights", "memory", "Highlights")
LEARNER = Example("learner", "tabular", "learner", "Tabular")
WRAPPER = Example("wrapper", "closer", "wrapper", "Closer")
LOGGER = Example("logger", "spreadsheet", "logger", "Spreadsheet")
COMMAND = Example("command", "curve", "command", "curve")
PLUGINS = (ENCODER, NETWORK, MEMORY, LEARNER, WRAPPER, LOGGER, COMMAND)
GAME_PACK = "star-pack"
