"""Where a part is tried out: on a game, among the parts that ``create`` would choose for it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.configuration import PartChoice, RunConfig, config_from_sections, new_config_text
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.observation import Observations
from retro_gamer_core.parts import Choice
from retro_gamer_core.playing.chance import any_game, seed_what_is_in_place
from retro_gamer_core.playing.environment import GameEnvironment, complete_metadata
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.survey import survey_game
from retro_gamer_core.policies.player import build_encoder, build_player
from retro_gamer_core.training.new_run import choices_of, with_wishes
from retro_gamer_core.transitions import Transitions

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.contracts import Encoder, Wrapper
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.policies.player import Player

_RECIPE = "standard"

#: What a short run on a small board asks for, in place of what the recipe chooses for a long one. Each is
#: used where it is a setting of the parts that are there.
_SHORT_RUN = {
    ("model", "hidden_sizes"): [64],
    ("training", "games_in_step"): 8,
    ("training", "game_process"): False,
    ("training", "train_every"): 8,
    ("training", "learning_starts"): 256,
    ("training", "batch_size"): 64,
    ("training", "memory_capacity"): 20_000,
    ("training", "gamma"): 0.95,
    ("training", "learning_rate"): 0.002,
    ("training", "target_average"): 100,
    ("training", "device"): "cpu",
}

#: A part that costs more than so many times what the usual one costs is worth a word. The built-in ones
#: stay far below it, but for the network cnn, whose summary says that it is slow.
SLOWER = 10

#: Seconds more for each turn; with the built-in parts, all of a turn takes about eight times as long as this.
FELT = 2e-5

_ROUNDS = 7


@dataclass
class Workbench:
    """A part under examination.

    Args:
        kind, name: which part; the name may be an import path.
        options: its options.
        game: what the game to try it on is called.
        create_game, metadata: that game; ``metadata`` is completed.
        plugins: where parts come from.
        seed: where all chance begins.

    Attributes:
        found: what is worth knowing.
        figures: sentences on what was measured.
        left_out: sentences on what was not looked at, and why.
    """

    kind: str
    name: str
    options: Mapping[str, Any]
    game: str
    create_game: Callable[[], Game]
    metadata: GameMetadata
    plugins: Plugins
    seed: int = 0
    found: list[Finding] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        complete_metadata(self.metadata, self.create_game)
        self._any_game = partial(any_game, self.create_game)
        self._scratch = TemporaryDirectory()

    @property
    def chosen(self) -> PartChoice:
        return PartChoice(self.kind, self.name, dict(self.options))

    @cached_property
    def usual(self) -> RunConfig:
        """What ``create`` would choose for this game, for a short run."""
        where = "the settings of this check"
        return config_from_sections(tomllib.loads(self.config_text), self.plugins, where=where)

    @cached_property
    def config_text(self) -> str:
        """The same as ``config.toml``."""
        facts = survey_game(self.game, self.create_game, self.metadata)
        short = [Choice(*where, value, "a short run") for where, value in _SHORT_RUN.items()]
        choices = with_wishes([*choices_of(_RECIPE, facts, self.plugins), *short], {}, self.plugins)
        return new_config_text(choices, game=self.game, metadata=self.metadata)

    @property
    def usual_choice(self) -> PartChoice:
        """The part of this kind that ``create`` would choose; one called none where it chooses none."""
        return next(iter(self.usual.parts_of(self.kind)), PartChoice(self.kind, "none"))

    def config_with(self, choice: PartChoice, seed: int | None = None) -> RunConfig:
        """The usual parts, with this one in the place of that of its kind."""
        training = replace(self.usual.training, seed=self.seed if seed is None else seed)
        config = replace(self.usual, metadata=self.metadata, training=training)
        return config.with_part(choice)

    def player_with(self, choice: PartChoice, *, seed: int | None = None) -> Player:
        """An encoder and a learner with its network, built afresh, one of them as chosen."""
        config = self.config_with(choice, seed)
        return build_player(config, self.metadata, self._any_game, self.plugins, device="cpu")

    def encoder(self, choice: PartChoice) -> Encoder:
        """An encoder, built afresh."""
        return build_encoder(choice, self.metadata, self._any_game, self.plugins)

    def build(self, choice: PartChoice, **given: Any) -> Any:
        """A part, built afresh with what the platform gives; ``given`` stands in the place of the usual."""
        given = {"metadata": self.metadata, "run_directory": self.directory, "capacity": 100, **given}
        given = {"directory": self.directory, "workers": 1, "argument": str(self.directory), **given}
        given.setdefault("keys", self.metadata.keys)
        given.setdefault("gamma", self.usual.training.gamma)
        if "spec" not in given:
            given["spec"] = self.encoder(self.usual.encoder).spec
        asked = {name: given[name] for name in KINDS[choice.kind].called_with if name in given}
        return self.plugins.build(self.plugins.find_part(choice.kind, choice.name), choice.options, **asked)

    @property
    def directory(self) -> Path:
        """A directory in the place of that of a run; it goes with the bench."""
        return Path(self._scratch.name)

    @cached_property
    def characters(self) -> CharacterCodes:
        return CharacterCodes(self.metadata.character_set or ())

    def environment(self, encoder: Encoder, wrappers: Mapping[str, Wrapper] | None = None) -> GameEnvironment:
        """A game to be seen with this encoder, always the same one."""
        seed_what_is_in_place(self.seed)
        return GameEnvironment(
            self.create_game, self.metadata, encoder, characters=self.characters, wrappers=wrappers or {}
        )

    def transitions(self, encoder: Encoder, count: int) -> Transitions:
        """So many turns of random play, as a memory is given them."""
        rng = np.random.default_rng(self.seed)
        environment, spec = self.environment(encoder), encoder.spec
        before, after = Observations.empty(count, spec), Observations.empty(count, spec)
        actions = rng.integers(self.metadata.n_actions, size=count)
        rewards, discounts = np.zeros(count, np.float32), np.zeros(count, np.float32)
        for i, action in enumerate(actions.tolist()):
            if i == 0 or not environment.playing:
                environment.begin_episode()
            environment.write_observation(before.cells[i], before.features[i])
            rewards[i] = environment.play_turn(action)
            discounts[i] = 0.99 * environment.playing
            environment.write_observation(after.cells[i], after.features[i])
        return Transitions(before, actions, rewards, discounts, after)


def same(one: Any, other: Any) -> bool:
    """Whether two arrays, or nests and records of them, are equal; nan equals nan."""
    if is_dataclass(one):
        return same(vars(one), vars(other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return bool(one == other)


class Broken(Exception):
    """A rule is broken, which is the ``finding``. Nothing more is asked of the part then."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def must(
    holds: Any, code: str, what: str, number: float | None = None, *, why: str = "", hint: str = ""
) -> None:
    """A rule that the part has to keep; what else is said is as in ``finding``.

    Raises:
        Broken: it does not hold.
    """
    if not holds:
        raise Broken(finding(code, what, number, why=why, hint=hint))


def must_be_array(what: str, found: Any, shape: tuple[int, ...], type_: str, kinds: str = "") -> None:
    """What is given must have this shape and type; or any type of these numpy ``kinds``, if they are named."""
    has = getattr(found, "dtype", type(found))
    must(
        np.shape(found) == shape,
        "wrong-shape",
        f"{what} has the shape {np.shape(found)}, and should have {shape}",
    )
    must(
        getattr(has, "kind", None) in tuple(kinds) if kinds else has == type_,
        "wrong-type",
        f"{what} is of type {getattr(has, 'name', has)}, and should be {type_}",
        hint=f"convert it, as in array.astype({type_!r})",
    )


#: Raises ``Broken`` at the first rule that is not kept; what is only worth knowing it leaves with the bench.
Check = Callable[[Workbench], None]


def compare_cost(
    bench: Workbench, what: str, turns: int, once: Callable[[PartChoice], Callable[[], object]]
) -> None:
    """The chosen part and the usual one by turns, in one run; the ratio of their quickest rounds is a figure.

    Args:
        turns: of training in which as much is done once.
        once: gives what is to be measured of a part.
    """
    both = [(once(choice), list[float]()) for choice in (bench.chosen, bench.usual_choice)]
    for _ in range(_ROUNDS):
        for function, seconds in both:
            began = perf_counter()
            function()
            seconds.append(perf_counter() - began)
    own, usual = (min(seconds) for _, seconds in both)
    ratio, longer = own / max(usual, 1e-9), (own - usual) / turns
    took = f"{what} takes {_plainly(own)}, {ratio:.3g} times as long as with {bench.usual_choice.name}"
    bench.figures.append(took)
    if ratio > SLOWER and longer > FELT:
        why = f"each turn of training takes {_plainly(longer)} longer; with the built-in parts, all of it takes 0.2 ms"
        bench.found.append(finding("slower-than-usual", took, round(ratio, 1), why=why))


def _plainly(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{1e6 * seconds:.0f} µs"
    return f"{1e3 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
