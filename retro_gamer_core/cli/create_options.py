"""The flags of ``create``: a few of its own, and one for every setting there is (``--set``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.games.metadata_keys import METADATA_KEYS
from retro_gamer_core.options import Setting, Type

#: The settings of the core that people often change: what each flag takes and says is declared there.
_OF_CORE = (
    "preprocessing.encoder",
    "preprocessing.observe_state",
    "model.network",
    "training.learner",
    "training.memory",
    "training.training_episodes",
    "training.max_turns_per_episode",
    "training.gamma",
    "training.batch_size",
    "training.train_every",
    "training.n_step",
    "training.memory_capacity",
    "training.games_in_step",
    "training.exploration_turns",
    "training.checkpoint_every",
    "training.device",
)
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
#: Flags with an older name, the key that `migrate` knows, and its type.
_OLDER: tuple[tuple[str, str, Type], ...] = (
    ("--n-layers", "model.n_layers", "int"),
    ("--layer-size", "model.layer_size", "int"),
    ("--lr-decay", "training.lr_decay", "float"),
    ("--model-class", "model.network", "str"),
)
_OF_DESCRIPTION = ("actions", "reward", "character_set", "player")
_CLICK_TYPES: dict[Type, Any] = {"int": click.INT, "float": click.FLOAT}  # a list is a text with commas


def hyperparameter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a flag for each setting that people often change, and ``--set`` for all of them."""
    options = [
        _flag(where, setting.type, _first_sentence(setting), setting.choices) for where, setting in _core()
    ]
    options += [_flag(where, type_, help_) for where, type_, help_ in _OF_PARTS]
    options += [
        click.option(flag, _variable(where), type=_CLICK_TYPES.get(type_, str), hidden=True)
        for flag, where, type_ in _OLDER
    ]
    options += [
        click.option("--prioritize-experiences/--no-prioritize-experiences",
                     _variable("training.prioritize_experiences"), default=None, hidden=True),
        click.option("--set", "settings", multiple=True, metavar="SECTION.KEY=VALUE",
                     help="Any setting, e.g. --set training.double=true (repeatable)."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def description_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add flags that describe a game which carries no description, or differ from it."""
    command = click.option("--spatial/--no-spatial", _variable("description.spatial"), default=None,
                           help="Whether the board is a picture.")(command)  # fmt: skip
    for setting in reversed(METADATA_KEYS):
        if setting.name in _OF_DESCRIPTION:
            command = _flag(f"description.{setting.name}", setting.type, _first_sentence(setting))(command)
    return command


def wishes_from(flags: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the flags say: keys of the game's description, and settings by section.

    Raises:
        click.UsageError: ``--set`` or a list cannot be read.
    """
    description: dict[str, Any] = {}
    wishes: dict[str, dict[str, Any]] = {}
    types = {where: setting.type for where, setting in _core()} | {
        where: type_ for where, type_, _ in _OF_PARTS
    }
    types |= {f"description.{setting.name}": setting.type for setting in METADATA_KEYS}
    for variable, value in flags.items():
        if value is None or variable == "settings":
            continue
        where = variable.replace("__", ".")
        if types.get(where) == "str_list":
            value = [item.strip() or "," for item in value.split(",")]
        elif types.get(where) == "int_list":
            value = _whole_numbers(value)
        section, _, key = where.partition(".")
        (description if section == "description" else wishes.setdefault(section, {}))[key] = value
    for setting in flags.get("settings", ()):
        section, key, value = _parse_setting(setting)
        wishes.setdefault(section, {})[key] = value
    return description, wishes


def _variable(where: str) -> str:
    """``model.network`` as the name of a parameter of a Python function."""
    return where.replace(".", "__")


def _core() -> list[tuple[str, Setting]]:
    every = {
        f"{section}.{each.name}": each for section, settings in SECTION_KEYS.items() for each in settings
    }
    return [(where, every[where]) for where in _OF_CORE]


def _flag(where: str, type_: Type, help_: str, choices: Sequence[str] = ()) -> Callable[..., Any]:
    name = f"--{where.rpartition('.')[2].replace('_', '-')}"
    taken = click.Choice(choices) if choices else _CLICK_TYPES.get(type_, str)
    metavar = "A,B,…" if type_ in ("str_list", "int_list") else None
    return click.option(name, _variable(where), type=taken, metavar=metavar, help=help_)


def _first_sentence(setting: Setting) -> str:
    return re.split(r"(?<=[.])\s", setting.option.meaning)[0]


def _whole_numbers(text: str) -> list[int]:
    try:
        return [int(item) for item in text.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a list of whole numbers; try --hidden-sizes 256,128",
            param_hint="--hidden-sizes",
        ) from None


def _parse_setting(setting: str) -> tuple[str, str, Any]:
    where, equals, text = setting.partition("=")
    section, dot, key = where.strip().partition(".")
    if not (equals and dot and key):
        raise click.BadParameter(
            f"{setting!r} should look like training.learning_rate=0.0005", param_hint="--set"
        )
    try:
        return section, key, tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return section, key, text.strip()  # a bare word is meant as text
