"""Building a network by hand, from a game's description, for the documented flat vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from retro_gamer_core import GameMetadata, ObservationSpec, RetroGamerError
from retro_gamer_core.playing.state_features import feature_names
from retro_gamer_networks import cnn, mlp


class FromFlatVector(nn.Module):
    """A network on ``(cells, features)`` that takes the documented flat vector.

    ``forward(x: float32[n, n_inputs]) -> float32[n, n_actions]``.
    """

    def __init__(self, network: nn.Module, spec: ObservationSpec) -> None:
        super().__init__()
        self.network = network
        self._spec = spec

    def forward(self, x: Tensor) -> Tensor:
        spec = self._spec
        on_board = spec.n_inputs - spec.n_features
        if spec.channel_first:
            board = x[:, :on_board].reshape(-1, spec.n_channels, spec.height, spec.width)
        else:
            board = x[:, :on_board].reshape(-1, spec.height, spec.width, spec.n_channels).movedim(3, 1)
        codes = torch.arange(1, spec.n_codes, device=x.device, dtype=x.dtype)
        cells, beside = torch.einsum("nchw,c->nhw", board, codes).to(torch.uint8), x[:, on_board:]
        return self.network(cells, beside)


def build_network(metadata: GameMetadata, hyperparams: Mapping[str, Any]) -> tuple[nn.Module, str]:
    """A CNN where ``metadata.spatial``, else an MLP, and the reasons in plain words.

    Args:
        metadata: with ``board_size`` and ``character_set`` known.
        hyperparams: ``hidden_sizes`` counts, or ``n_layers`` and ``layer_size``; the rest is passed over.

    Returns:
        ``(model, rationale)``: ``model(x: float32[n, n_inputs]) -> float32[n, n_actions]``.
    """
    if metadata.board_size is None or metadata.character_set is None:
        raise RetroGamerError(
            "the network cannot be built before the board's size and characters are known",
            where="metadata.board_size, metadata.character_set",
            hint="call GameEnvironment(create_game, metadata).reset() first: it finds them out",
        )
    width, height = metadata.board_size
    sizes = metadata.observe_state_sizes or dict.fromkeys(metadata.observe_state, 1)
    spec = ObservationSpec(
        height,
        width,
        tuple(metadata.character_set),
        features=feature_names(sizes),
        channel_first=metadata.spatial,
    )
    family = cnn if metadata.spatial else mlp
    network = family.build(spec, metadata.n_actions, hidden_sizes=_hidden_sizes(hyperparams))
    reason = (
        "spatial = true, so the board is treated as a picture"
        if metadata.spatial
        else "spatial = false, so the board is treated as a plain list of cells"
    )
    lines = [f"board: {width}×{height}, {len(spec.characters)} characters; {reason}", *network.explain()]
    return FromFlatVector(network, spec), "\n".join(f"[INIT] {line}" for line in lines)


def _hidden_sizes(hyperparams: Mapping[str, Any]) -> list[int]:
    if "hidden_sizes" in hyperparams:
        return list(hyperparams["hidden_sizes"])
    return [hyperparams.get("layer_size", 128)] * hyperparams.get("n_layers", 2)
