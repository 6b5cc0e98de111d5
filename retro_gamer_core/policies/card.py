"""The card of a policy file: which game it plays, what it sees, which network it is, how good it was.

Everything on a card may have been written by a stranger, so each value is checked before it is used. A
card names parts only as installed packages call them, never by import path: reading one cannot make
Python import anything that its owner did not install as a plugin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from retro_gamer_core.errors import PartNotFound, PluginError, RetroGamerError
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.observation import ObservationSpec
from retro_gamer_core.options import Option, Setting, problems_in

if TYPE_CHECKING:
    from retro_gamer_core.plugins.records import ProvidedPart
    from retro_gamer_core.plugins.registry import Plugins

FORMAT = "retro-gamer policy"
VERSION = 1
_MOST_CELLS = 1_000_000
_MOST_FEATURES = 100_000

#: Keys of a game's description that name code. A card has no business with them.
_NAMES_OF_CODE = ("factory", "observation_function")

_FACTS = (
    Setting("format", "str", "", Option("what kind of file it is")),
    Setting("version", "int", 0, Option("which version of it")),
    Setting("game", "str", "", Option("the game it was trained on")),
    Setting("metadata", "table", {}, Option("what that game is")),
    Setting(
        "observe_state_sizes", "table", {}, Option("how many numbers each observed key of the state gives")
    ),
    Setting("encoder", "table", {}, Option("what the network sees")),
    Setting("network", "table", {}, Option("the network")),
    Setting("spec", "table", {}, Option("the shape of what it sees")),
    Setting(
        "scale", "float", 1.0, Option("what turns the network's numbers into units of the reward", above=0)
    ),
    Setting("episode", "int", 0, Option("episodes of training", low=0)),
    Setting("turns", "int", 0, Option("turns of training", low=0)),
    Setting("recipe", "str", "", Option("the recipe of the run")),
    Setting(
        "max_turns", "int", 0, Option("turns after which a game is stopped; 0 where that is not known", low=0)
    ),
    Setting("scores", "table", {}, Option("how good it was when it was evaluated")),
    Setting("made_with", "table", {}, Option("which versions made it")),
)
_SPEC_FACTS = (
    Setting("height", "int", 0, Option("rows", low=0, high=_MOST_CELLS)),
    Setting("width", "int", 0, Option("columns", low=0, high=_MOST_CELLS)),
    Setting("characters", "str_list", (), Option("the characters told apart")),
    Setting("outside", "bool", False, Option("whether cells beyond the edge are seen")),
    Setting("features", "str_list", (), Option("the numbers seen beside the board")),
    Setting("channel_first", "bool", True, Option("the order of the flat vector")),
    Setting("centred", "bool", False, Option("whether the player is in the middle")),
)


@dataclass(frozen=True)
class PartOnCard:
    """A part by the name that an installed package gives it, and its options."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PolicyCard:
    """What a policy file says about itself.

    Args:
        game: the game it was trained on, as it was named then.
        metadata: what that game is, sizes of observed state values included.
        encoder, network: the parts it takes to play.
        spec: what the network sees.
        scale: what its numbers are multiplied by to be in units of the reward.
        episode, turns: how long it was trained.
        recipe: what the run was created with, as far as that is known.
        max_turns: after so many turns its training stopped a game; 0 where that is not known.
        scores: figures of an evaluation: ``mean``, ``games``, …; empty where there was none.
        made_with: versions of what made it.
    """

    game: str
    metadata: GameMetadata
    encoder: PartOnCard
    network: PartOnCard
    spec: ObservationSpec
    scale: float = 1.0
    episode: int = 0
    turns: int = 0
    recipe: str = ""
    max_turns: int = 0
    scores: Mapping[str, Any] = field(default_factory=dict)
    made_with: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``card.json``."""
        described = {k: v for k, v in self.metadata.to_dict().items() if k not in _NAMES_OF_CODE}
        return {
            "format": FORMAT,
            "version": VERSION,
            "game": self.game,
            "recipe": self.recipe,
            "max_turns": self.max_turns,
            "episode": self.episode,
            "turns": self.turns,
            "scores": dict(self.scores),
            "made_with": dict(self.made_with),
            "metadata": described,
            "observe_state_sizes": dict(self.metadata.observe_state_sizes),
            "encoder": asdict(self.encoder),
            "network": asdict(self.network),
            "spec": self.spec.to_dict(),
            "scale": self.scale,
        }

    @classmethod
    def from_dict(cls, card: Mapping[str, Any]) -> Self:
        """Read a card, believing nothing.

        Raises:
            ValueError: naming the first thing that cannot be.
        """
        if card.get("format") != FORMAT:
            raise ValueError("it is not the card of a policy file")
        if card.get("version") != VERSION:  # asked before the rest, for a later version may have other facts
            raise ValueError(f"it has version {card.get('version')}, and this retro-gamer reads {VERSION}")
        card = {"max_turns": 0, **card}  # cards of before did not say it
        _check(card, _FACTS, "card.json")
        return cls(
            game=card["game"],
            metadata=_metadata(card["metadata"], card["observe_state_sizes"]),
            encoder=_part(card["encoder"], "encoder"),
            network=_part(card["network"], "network"),
            spec=_spec(card["spec"]),
            scale=float(card["scale"]),
            episode=card["episode"],
            turns=card["turns"],
            recipe=card["recipe"],
            max_turns=card["max_turns"],
            scores=card["scores"],
            made_with=card["made_with"],
        )


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


def _check(values: Any, facts: Sequence[Setting], where: str) -> None:
    if not isinstance(values, Mapping):
        raise ValueError(f"{where} is not a table")
    missing = [fact.name for fact in facts if fact.name not in values]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    problems = problems_in(values, facts, section=where, file="card.json")
    if problems:
        raise ValueError(problems[0].what)


def _metadata(described: Mapping[str, Any], sizes: Mapping[str, Any]) -> GameMetadata:
    if set(described) & set(_NAMES_OF_CODE):
        raise ValueError("its card names code to be imported")
    try:
        metadata = GameMetadata.from_dict(described)
    except RetroGamerError as error:
        raise ValueError(error.problem.what) from error
    if metadata.board_size is None or metadata.board_size[0] * metadata.board_size[1] > _MOST_CELLS:
        raise ValueError("its card tells no possible size of the board")
    if metadata.character_set is None:
        raise ValueError("its card does not say which characters are told apart")
    problems = problems_in(
        sizes,
        [Setting(key, "int", 1, Option(low=0, high=_MOST_FEATURES)) for key in metadata.observe_state],
        section="observe_state_sizes",
        file="card.json",
    )
    if problems or len(sizes) < len(metadata.observe_state):
        raise ValueError("its card does not say how many numbers it sees beside the board")
    return replace(metadata, observe_state_sizes={key: sizes[key] for key in metadata.observe_state})


def _part(told: Mapping[str, Any], kind: str) -> PartOnCard:
    facts = (Setting("name", "str", ""), Setting("options", "table", {}))
    _check(told, facts, kind)
    return PartOnCard(told["name"], dict(told["options"]))


def _spec(told: Mapping[str, Any]) -> ObservationSpec:
    _check(told, _SPEC_FACTS, "spec")
    spec = ObservationSpec.from_dict(dict(told))
    if spec.height * spec.width > _MOST_CELLS or spec.n_features > _MOST_FEATURES or spec.n_codes > 256:
        raise ValueError("its card tells of more than can be seen")
    if spec.centred and spec.n_features < 2:
        raise ValueError("its card leaves out where the player is")
    return spec
