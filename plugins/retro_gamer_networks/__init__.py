"""The built-in networks: from an observation to one number for each action."""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core import Option, Part, hookimpl

_HIDDEN_SIZES = Option(
    "hidden_sizes",
    [128, 64],
    "int_list",
    "How many neurons each hidden layer has, first layer first. More neurons can learn finer "
    "differences but make every update slower.",
    low=1,
    hint="[256, 128]",
    typical="[64, 64] to [512, 256]",
    allow_empty=False,
)


@hookimpl
def retro_gamer_networks() -> Iterable[Part]:
    yield Part(
        "mlp",
        "Fully connected layers: each neuron looks at every cell. Fast.",
        "retro_gamer_networks.mlp:build",
        options=(_HIDDEN_SIZES,),
        in_numpy="retro_gamer_networks.in_numpy:mlp",
        needs=("torch",),
    )
    yield Part(
        "cnn",
        "Two convolutions, then fully connected layers: finds local patterns anywhere on the board. Slow.",
        "retro_gamer_networks.cnn:build",
        options=(_HIDDEN_SIZES,),
        in_numpy="retro_gamer_networks.in_numpy:cnn",
        needs=("torch",),
    )
    yield Part(
        "own_module",
        'A torch.nn.Module of your own; network = "my_file:MyModule" is short for it.',
        "retro_gamer_networks.own_module:build",
        options=(
            Option(
                "factory", None, "str", "Import path of the module's class or of a function that makes it."
            ),
        ),
        needs=("torch",),
    )
