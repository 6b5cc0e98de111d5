"""A policy read from a file: an encoder, and a network that plays in numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.plugins.part_building import build_in_numpy
from retro_gamer_core.policies.card import PolicyCard, find_named_part
from retro_gamer_core.policies.player import Player, build_encoder
from retro_gamer_core.policies.policy_file import read_policy_file, refusal_explained
from retro_gamer_core.suggestions import did_you_mean

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from retro.game import Game

    from retro_gamer_core.observation import Observations
    from retro_gamer_core.plugins.registry import Plugins

#: What plays a network without torch: ``(cells: uint8[n, h, w], features: float32[n, f])`` in, one
#: number for each action of each observation out.
Network = Callable[[np.ndarray, np.ndarray], np.ndarray]


class ExportedPolicy:
    """What ``retro-gamer export`` wrote, ready to play, whether torch is installed or not.

    Args:
        source: the file; a path, or what ``importlib.resources`` gives.
        plugins: where the encoder and the network come from.

    Raises:
        PolicyFileRefused: the file is damaged, or not what it claims to be.
    """

    def __init__(self, source: Traversable, plugins: Plugins) -> None:
        self.path = source
        card, weights = read_policy_file(source)
        with refusal_explained(source):
            told = PolicyCard.from_dict(card)
            metadata = told.metadata
            # The network comes first: only weights of the right shapes prove the sizes that the card tells.
            values = _OnlyValues(network_of_card(told, weights, plugins), told)
            encoder_part = find_named_part("encoder", told.encoder, plugins)
            encoder = build_encoder(told.encoder, metadata, None, plugins, n_numbers=told.spec.n_features)
            if encoder.spec != told.spec:
                raise ValueError(f"{encoder_part} sees something else here than where it was trained")
        self._player = Player(metadata, encoder, CharacterCodes(metadata.character_set or ()), values)
        self.game, self.metadata, self.episode = told.game, metadata, told.episode
        self.max_turns = told.max_turns or None
        self.warnings: list[str] = []

    def player_in(self, game: Game) -> Player:
        """What sees and chooses; the same in every game."""
        return self._player


@dataclass
class _OnlyValues:
    """All that is left of a learner: how good each action looks."""

    network: Network
    card: PolicyCard

    def q_values(self, observations: Observations) -> np.ndarray:
        values = self.network(observations.cells, observations.features)
        if support := self.card.support:
            logits = values.reshape(len(values), -1, len(support))
            shares = np.exp(logits - logits.max(axis=2, keepdims=True))
            values = (shares @ np.array(support, np.float32)) / shares.sum(axis=2)
        return values * self.card.scale


def network_of_card(card: PolicyCard, weights: Mapping[str, np.ndarray], plugins: Plugins) -> Network:
    """The network of a card, as numpy plays it.

    Raises:
        ValueError: the weights do not belong to it, or it can only be played with torch.
    """
    part = find_named_part("network", card.network, plugins)
    if part.part.in_numpy is None:
        raise ValueError(f"{part} cannot play without torch")
    network: Network = build_in_numpy(
        part,
        card.network.options,
        {
            "weights": weights,
            "spec": card.spec,
            "n_outputs": card.metadata.n_actions * max(1, len(card.support)),
            "n_inputs": card.spec.n_inputs,
            "metadata": card.metadata,
        },
    )
    return network


def expect_weights(weights: Mapping[str, np.ndarray], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Make sure that there are exactly these weights, of these shapes, as floats.

    A network's player in numpy calls this first, so that a file with other arrays is refused with a
    sentence instead of failing in the middle of a game.

    Raises:
        ValueError: saying which weight is missing, too many, or of another shape.
    """
    for name in weights:
        if name not in shapes:
            raise ValueError(f"the network has no weight {name!r}; {did_you_mean(name, shapes)}")
    for name, shape in shapes.items():
        if name not in weights:
            raise ValueError(f"the weight {name!r} is missing")
        if weights[name].shape != tuple(shape):
            raise ValueError(f"the weight {name!r} has the shape {weights[name].shape}, not {tuple(shape)}")
        if weights[name].dtype.kind != "f":
            raise ValueError(f"the weight {name!r} is of {weights[name].dtype}, which is no fraction")
