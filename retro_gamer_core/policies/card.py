"""The card of a policy file: which game it plays, what it sees, which network it is, how good it was.

Everything on a card may have been written by a stranger, so each value is checked before it is used. A
card names parts only as installed packages call them, never by import path: reading one cannot make
Python import anything that its owner did not install as a plugin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Any, Self

from retro_gamer_core.errors import PartNotFound, PluginError
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.observation import ObservationSpec
from retro_gamer_core.options import problems_in
from retro_gamer_core.runs.plain_values import restored

if TYPE_CHECKING:
    from retro_gamer_core.plugins.records import ProvidedPart
    from retro_gamer_core.plugins.registry import Plugins

FORMAT = "retro-gamer policy"
VERSION = 1
_MOST_CELLS = 1_000_000
_MOST_FEATURES = 100_000

#: Keys of a game's description that name code. A card has no business with them.
_NAMES_OF_CODE = ("factory", "observation_function")


@dataclass(frozen=True)
class PartOnCard:
    """A part by the name that an installed package gives it, and its options."""

    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class PolicyCard:
    """What a policy file says about itself.

    Args:
        game: the game it was trained on, as it was named then.
        metadata: what that game is, sizes of observed state values included.
        encoder, network: the parts it takes to play.
        spec: what the network sees.
        scale, support: as in ``contracts.PlayingNetwork``.
        episode, turns: how long it was trained.
        recipe: what the run was created with, as far as that is known.
        scores: figures of an evaluation: ``mean``, ``games``, …; empty where there was none.
        made_with: versions of what made it.
        max_turns: after so many turns its training stopped a game; 0 where that is not known.
    """

    game: str
    metadata: GameMetadata
    encoder: PartOnCard
    network: PartOnCard
    spec: ObservationSpec
    scale: float
    episode: int
    turns: int
    recipe: str
    scores: Mapping[str, Any]
    made_with: Mapping[str, Any]
    max_turns: int = 0  # cards of before did not say it
    support: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``card.json``."""
        described = {k: v for k, v in self.metadata.to_dict().items() if k not in _NAMES_OF_CODE}
        sizes = dict(self.metadata.observe_state_sizes)
        told = {**asdict(self), "metadata": described, "observe_state_sizes": sizes}
        return {"format": FORMAT, "version": VERSION, **told}

    @classmethod
    def from_dict(cls, card: Mapping[str, Any]) -> Self:
        """Read a card, believing nothing.

        Raises:
            ValueError: naming the first thing that cannot be.
        """
        told = dict(card)
        if told.pop("format", None) != FORMAT:
            raise ValueError("it is not the card of a policy file")
        version = told.pop("version", None)
        if version != VERSION:  # asked before the rest, for a later version may have other facts
            raise ValueError(f"it has version {version}, and this retro-gamer reads {VERSION}")
        told["metadata"] = _metadata(told.get("metadata"), told.pop("observe_state_sizes", None))
        read = restored(cls, told)
        _refuse_what_cannot_be_seen(read.spec)
        if not 0 < read.scale < inf:
            raise ValueError(f"scale cannot be {read.scale}")
        if not all(-inf < value < inf for value in read.support):
            raise ValueError("support cannot have a value that is no ordinary number")
        return read


def find_named_part(kind: str, part: PartOnCard, plugins: Plugins) -> ProvidedPart:
    """The installed part that a card names, its options checked.

    Raises:
        ValueError: no installed package has a part of that name, or it has no such options.
    """
    try:
        provided = plugins.find_part(kind, part.name) if ":" not in part.name else None
    except (PartNotFound, PluginError):
        provided = None
    if provided is None:
        raise ValueError(f"it needs the {kind} {part.name!r}, which no installed package has")
    problems = problems_in(part.options, plugins.options_of(provided), section=kind, file="card.json")
    if problems:
        raise ValueError(problems[0].what)
    return provided


def _metadata(described: Any, sizes: Any) -> GameMetadata:
    if not isinstance(described, Mapping) or not isinstance(sizes, Mapping):
        raise ValueError("its card does not say what the game is")
    if set(described) & set(_NAMES_OF_CODE):
        raise ValueError("its card names code to be imported")
    metadata = GameMetadata.from_dict(described)
    if metadata.board_size is None or metadata.board_size[0] * metadata.board_size[1] > _MOST_CELLS:
        raise ValueError("its card tells no possible size of the board")
    if metadata.character_set is None:
        raise ValueError("its card does not say which characters are told apart")
    possible = all(type(size) is int and 0 <= size <= _MOST_FEATURES for size in sizes.values())
    if set(sizes) != set(metadata.observe_state) or not possible:
        raise ValueError("its card does not say how many numbers it sees beside the board")
    return replace(metadata, observe_state_sizes=dict(sizes))


def _refuse_what_cannot_be_seen(spec: ObservationSpec) -> None:
    if spec.height * spec.width > _MOST_CELLS or spec.n_features > _MOST_FEATURES or spec.n_codes > 256:
        raise ValueError("its card tells of more than can be seen")
    if not spec.frames or spec.height % spec.frames:
        raise ValueError("its card tells of boards that are not alike")
    if spec.centred and spec.n_features < 2:
        raise ValueError("its card leaves out where the player is")
