"""The options of the built-in networks, for torch and for numpy alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from retro_gamer_core.options import Option


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """What can be set on ``mlp`` and ``cnn``."""

    hidden_sizes: Annotated[
        Sequence[int],
        Option(
            "How many neurons each hidden layer has, first layer first. More neurons can learn finer "
            "differences but make every update slower.",
            low=1,
            hint="[256, 128]",
            typical="[64, 64] to [512, 256]",
            allow_empty=False,
        ),
    ] = (128, 64)


def own_module(
    *,
    factory: Annotated[str, Option("Import path of the module's class or of a function that makes it.")],
    **of_the_module: Any,
) -> None:
    """What can be set on ``own_module``: the module, and whatever that itself takes."""
