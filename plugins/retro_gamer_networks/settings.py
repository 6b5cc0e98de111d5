"""The options of the built-in networks, for torch and for numpy alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from retro_gamer_core.options import Option


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """What can be set on ``cnn``, and on ``mlp`` among others."""

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


@dataclass(frozen=True, kw_only=True)
class MLPSettings(NetworkSettings):
    """What can be set on ``mlp``."""

    nearby: Annotated[
        bool,
        Option(
            "Whether the first layer is told, besides the cells, how near each character is to the player and to "
            "the places it could step to, and what lies ahead in each direction (two blocks, then a beast). What "
            "depends on what is close by, wherever on the board, is learned sooner; a turn takes a little longer. "
            'Only with encoder = "egocentric".'
        ),
    ] = False


def own_module(
    *,
    factory: Annotated[str, Option("Import path of the module's class or of a function that makes it.")],
    **of_the_module: Any,
) -> None:
    """What can be set on ``own_module``: the module, and whatever that itself takes."""
