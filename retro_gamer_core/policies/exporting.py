"""From a run to a policy file: what playing takes, and nothing of what learning took."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.distributions import installed_version, own_version
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.policies.card import PartOnCard, PolicyCard
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exported import network_of_card
from retro_gamer_core.policies.policy_file import write_policy_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retro.game import Game

    from retro_gamer_core.configuration import PartChoice
    from retro_gamer_core.contracts import PlayingNetwork
    from retro_gamer_core.plugins.registry import Plugins

_FOR_OTHER_PROGRAMS = (
    "write it for other programs instead: retro-gamer export RUN --onnx FILE.onnx; the package of a network can "
    "name what plays it in numpy (in_numpy, see retro_gamer_core.Part)"
)
_MADE_WITH = ("retro-games", "numpy", "torch")


class CannotExport(RetroGamerError):
    """Something of this run has no place in a policy file."""


def export_policy(
    policy: CheckpointPolicy,
    game: Game,
    path: Path,
    *,
    plugins: Plugins,
    scores: Mapping[str, Any] | None = None,
    half: bool = False,
) -> PolicyCard:
    """Write a policy file.

    Args:
        policy: a checkpoint of a run.
        game: any game of the kind it plays, to measure observed values on.
        path: the file; one that is there is replaced.
        plugins: where its parts come from.
        scores: how good it is, for the card.
        half: whether weights are kept in 16 bits, which makes the file half as large and rounds a little.

    Raises:
        CannotExport: a part is a file of one's own, or plays only with its learner or only with torch.
        RetroGamerError: the disk refused.
    """
    player, config = policy.player_in(game), policy.config
    if not hasattr(player.learner, "playing_network"):
        raise CannotExport(
            f"the learner {config.learner.name!r} does not give its network away",
            where=f'learner = "{config.learner.name}" in [training]',
            hint="let it have a method playing_network(), as retro_gamer_core.Learner says",
        )
    network: PlayingNetwork = player.learner.playing_network()
    weights = {
        name: weight.astype(np.float16) if half and weight.dtype.kind == "f" else weight
        for name, weight in network.weights.items()
    }
    made_with = [(name, installed_version(name)) for name in _MADE_WITH]
    card = PolicyCard(
        game=without_directory(config.game),
        metadata=player.metadata,
        encoder=_on_card(config.encoder, plugins),
        network=_on_card(config.network, plugins),
        spec=player.encoder.spec,
        scale=network.scale,
        support=tuple(network.support),
        episode=policy.episode,
        turns=int(policy.progress.get("total_steps", 0)),
        recipe=config.training.recipe or "",
        max_turns=config.training.max_turns_per_episode,
        scores=scores or {},
        made_with={"retro-gamer": own_version(), **{name: version for name, version in made_with if version}},
    )
    try:
        network_of_card(card, weights, plugins)
    except ValueError as error:
        raise CannotExport(
            f"this run cannot be exported: {error}",
            where=f'network = "{config.network.name}" in [model]',
            why="a policy file plays without torch, so its network must be one that numpy can play",
            hint=_FOR_OTHER_PROGRAMS,
        ) from error
    write_policy_file(path, card.to_dict(), weights)
    return card


def without_directory(game: str) -> str:
    """A game's name without the place of its file, which often says who somebody is: the file travels."""
    return re.split(r"[/\\]", game)[-1]


def _on_card(choice: PartChoice, plugins: Plugins) -> PartOnCard:
    part = plugins.find_part(choice.kind, choice.name)
    if part.provider.distribution is None:
        raise CannotExport(
            f"the {choice.kind} {choice.name} is a file of your own",
            where=f'{choice.kind} = "{choice.name}"',
            why="a policy file never names code to be imported, as it may come from a stranger; it names parts "
            "that are installed",
            hint=_FOR_OTHER_PROGRAMS
            if choice.kind == "network"
            else f"make a package of it: retro-gamer promote {choice.name}",
        )
    known = plugins.options_in_effect(part, choice.options).items()
    # As they come out of JSON again: tuples are lists there.
    options = {
        key: list(value) if isinstance(value, tuple) else value for key, value in known if value is not None
    }
    return PartOnCard(choice.name, options)
