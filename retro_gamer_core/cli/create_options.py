"""The flags of ``create``: a few of its own, and one for every setting there is (``--set``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import click

from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.games.metadata_keys import METADATA_KEYS
from retro_gamer_core.options import Type

_DESCRIPTION = "description"

#: The settings that people often change, and what describes a game: each flag takes and says what is declared there.
_DECLARED = (
    *("description.actions", "description.reward", "description.character_set", "description.player"),
    *("description.spatial", "preprocessing.encoder", "preprocessing.observe_state", "model.network"),
    *("training.learner", "training.memory", "training.training_episodes", "training.max_turns_per_episode"),
    *("training.gamma", "training.batch_size", "training.train_every", "training.n_step"),
    *("training.memory_capacity", "training.games_in_step", "training.exploration_turns"),
    *("training.checkpoint_every", "training.device"),
)
#: Keys of a game's description that have a flag.
DESCRIBED_BY_FLAGS = [
    where.partition(".")[2] for where in _DECLARED if where.partition(".")[0] == _DESCRIPTION
]
#: Options of the built-in parts. They are said here once more, since `--help` must not load a plugin.
_OF_PARTS: tuple[tuple[str, Type, str], ...] = (
    ("preprocessing.radius", "int", "For the encoder egocentric: cells seen in each direction."),
    ("model.hidden_sizes", "int_list", "Neurons in each hidden layer, e.g. 256,128."),
    ("training.learning_rate", "float", "How far each update moves the weights."),
    ("training.learning_rate_decay", "float", "Its factor after each episode."),
    ("training.epsilon_decay", "float", "Factor of random actions after each episode."),
    ("training.epsilon_min", "float", "Share of random actions kept to the end."),
    ("training.epsilon_turns", "int", "Turns over which random actions become rare."),
    ("training.target_update_freq", "int", "Updates between copies to the target."),
)
#: Flags of older versions, by the keys that `migrate` knows; and one whose key has another name today.
_OLDER: tuple[tuple[str, Type], ...] = (
    ("model.n_layers", "int"),
    ("model.layer_size", "int"),
    ("training.lr_decay", "float"),
    ("training.prioritize_experiences", "bool"),
)


class _List(click.ParamType):
    """``A,B,…``: several in one word."""

    name = "A,B,…"

    def __init__(self, item: Callable[[str], Any]) -> None:
        self._item = item

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[Any]:
        try:
            return [self._item(item.strip() or ",") for item in value.split(",")]
        except ValueError:
            self.fail(f"{value!r} is not a list of whole numbers; try --hidden-sizes 256,128", param, ctx)


class _AnySetting(click.ParamType):
    """``training.gamma=0.9``: where it stands, and its value as TOML has it; a bare word is meant as text."""

    name = "SECTION.KEY=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        where, equals, text = value.partition("=")
        section, _, key = where.strip().partition(".")
        if not (equals and key):
            self.fail(f"{value!r} should look like training.learning_rate=0.0005", param, ctx)
        try:
            return f"{section}.{key}", tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return f"{section}.{key}", text.strip()


_CLICK_TYPES: dict[Type, Any] = {
    "int": click.INT, "float": click.FLOAT, "bool": click.BOOL, "int_list": _List(int), "str_list": _List(str),
}  # fmt: skip


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a flag for each setting that people often change, and ``--set`` for all of them."""
    declared = {
        f"{section}.{each.name}": each
        for section, settings in [(_DESCRIPTION, METADATA_KEYS), *SECTION_KEYS.items()]
        for each in settings
    }
    options = [
        _flag(each.type, where, re.split(r"(?<=[.])\s", each.option.meaning)[0], choices=each.choices)
        for where, each in ((where, declared[where]) for where in _DECLARED)
    ]
    options += [_flag(type_, where, help_) for where, type_, help_ in _OF_PARTS]
    options += [_flag(type_, where, hidden=True) for where, type_ in _OLDER]
    options += [
        click.option("--model-class", _variable("model.network"), hidden=True),
        click.option("--set", "settings", multiple=True, type=_AnySetting(),
                     help="Any setting, e.g. --set training.double=true (repeatable)."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _flag(
    type_: Type, where: str, help_: str = "", *, choices: tuple[str, ...] = (), hidden: bool = False
) -> Callable[..., Any]:
    name = f"--{where.rpartition('.')[2].replace('_', '-')}"
    if type_ == "bool":
        name += f"/--no-{name[2:]}"
    taken = click.Choice(choices) if choices else _CLICK_TYPES.get(type_, str)
    return click.option(name, _variable(where), type=taken, default=None, hidden=hidden, help=help_)


def _variable(where: str) -> str:
    """``model.network`` as the name of a parameter of a Python function."""
    return where.replace(".", "__")


def wishes_from(flags: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the flags say: keys of the game's description, and settings by section."""
    wishes: dict[str, dict[str, Any]] = {_DESCRIPTION: {}}
    said = [(name.replace("__", "."), value) for name, value in flags.items() if name != "settings"]
    for where, value in said:
        _put(wishes, where, value)
    description = wishes.pop(_DESCRIPTION)
    for where, value in flags["settings"]:
        _put(wishes, where, value)
    return description, wishes


def _put(wishes: dict[str, dict[str, Any]], where: str, value: Any) -> None:
    section, _, key = where.partition(".")
    if value is not None:
        wishes.setdefault(section, {})[key] = value
