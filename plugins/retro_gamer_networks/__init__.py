"""The built-in networks: from an observation to one number for each action."""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_networks() -> Iterable[Part]:
    yield Part(
        "mlp",
        "Fully connected layers: each neuron looks at every cell. Fast.",
        "retro_gamer_networks.mlp:build",
        options="retro_gamer_networks.settings:MLPSettings",
        in_numpy="retro_gamer_networks.in_numpy:mlp",
        needs=("torch",),
    )
    yield Part(
        "cnn",
        "Two convolutions, then fully connected layers: finds local patterns anywhere on the board. Slow.",
        "retro_gamer_networks.cnn:build",
        options="retro_gamer_networks.settings:NetworkSettings",
        in_numpy="retro_gamer_networks.in_numpy:cnn",
        needs=("torch",),
    )
    yield Part(
        "own_module",
        'A torch.nn.Module of your own; network = "my_file:MyModule" is short for it.',
        "retro_gamer_networks.own_module:build",
        options="retro_gamer_networks.settings:own_module",
        needs=("torch",),
    )
