"""The flags of ``create``: a few of its own, and one for every setting there is (``--set``)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import click

_INT = click.INT
_FLOAT = click.FLOAT

#: Flag, where it belongs, and its type. Older spellings stay; the configuration translates them.
_HYPERPARAMETERS: tuple[tuple[str, str, Any, str], ...] = (
    ("--encoder", "preprocessing.encoder", str, "What the learner sees: a name or module:attr."),
    ("--radius", "preprocessing.radius", _INT, "For the encoder egocentric: cells seen in each direction."),
    ("--observe-state", "preprocessing.observe_state", "list", "State values to see, with commas."),
    ("--network", "model.network", str, "The network: a name or module:attr."),
    ("--hidden-sizes", "model.hidden_sizes", "ints", "Neurons in each hidden layer, e.g. 256,128."),
    ("--learner", "training.learner", str, "The algorithm: a name or module:attr."),
    ("--memory", "training.memory", str, "The replay memory: a name or module:attr."),
    ("--training-episodes", "training.training_episodes", _INT, "How many episodes to play in all."),
    (
        "--max-turns-per-episode",
        "training.max_turns_per_episode",
        _INT,
        "Cut episodes that go on for longer.",
    ),
    ("--learning-rate", "training.learning_rate", _FLOAT, "How far each update moves the weights."),
    ("--learning-rate-decay", "training.learning_rate_decay", _FLOAT, "Its factor after each episode."),
    ("--gamma", "training.gamma", _FLOAT, "How much a reward one turn later counts."),
    ("--epsilon-decay", "training.epsilon_decay", _FLOAT, "Factor of random actions after each episode."),
    ("--epsilon-min", "training.epsilon_min", _FLOAT, "Share of random actions kept to the end."),
    ("--epsilon-turns", "training.epsilon_turns", _INT, "Turns over which random actions become rare."),
    ("--batch-size", "training.batch_size", _INT, "Remembered turns in each update."),
    ("--train-every", "training.train_every", _INT, "Turns between two updates."),
    ("--n-step", "training.n_step", _INT, "Turns of real rewards in each guess."),
    ("--memory-capacity", "training.memory_capacity", _INT, "Turns the memory holds."),
    ("--target-update-freq", "training.target_update_freq", _INT, "Updates between copies to the target."),
    ("--games-in-step", "training.games_in_step", _INT, "Games played side by side."),
    ("--exploration-turns", "training.exploration_turns", _INT, "Random turns to discover characters."),
    ("--checkpoint-every", "training.checkpoint_every", _INT, "Episodes between checkpoints."),
    ("--device", "training.device", click.Choice(["auto", "cpu", "cuda", "mps"]), "Where to compute."),
)
_OLDER: tuple[tuple[str, str, Any], ...] = (
    ("--n-layers", "model.n_layers", _INT),
    ("--layer-size", "model.layer_size", _INT),
    ("--lr-decay", "training.lr_decay", _FLOAT),
    ("--model-class", "model.network", str),
)
_DESCRIPTION: tuple[tuple[str, str, str, str], ...] = (
    ("--actions", "actions", "list", "Keys the learner may press, with commas."),
    ("--reward", "reward", "text", "State value whose change is the reward."),
    ("--character-set", "character_set", "list", "Characters on the board, with commas."),
    ("--player", "player", "text", "Name of the character to follow."),
)


def hyperparameter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a flag for each setting that people often change, and ``--set`` for all of them."""
    options = [
        click.option(flag, _variable(where), type=_click_type(type_), help=help_)
        for flag, where, type_, help_ in _HYPERPARAMETERS
    ]
    options += [
        click.option(flag, _variable(where), type=type_, hidden=True) for flag, where, type_ in _OLDER
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
    for flag, key, _, help_ in reversed(_DESCRIPTION):
        command = click.option(flag, _variable(f"description.{key}"), help=help_)(command)
    return command


def wishes_from(flags: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the flags say: keys of the game's description, and settings by section.

    Raises:
        click.UsageError: ``--set`` or a list cannot be read.
    """
    description: dict[str, Any] = {}
    wishes: dict[str, dict[str, Any]] = {}
    types = {where: type_ for _, where, type_, _ in _HYPERPARAMETERS}
    lists = {f"description.{key}" for _, key, type_, _ in _DESCRIPTION if type_ == "list"}
    for variable, value in flags.items():
        if value is None or variable == "settings":
            continue
        where = variable.replace("__", ".")
        if where in lists or types.get(where) == "list":
            value = [item.strip() or "," for item in value.split(",")]
        elif types.get(where) == "ints":
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


def _click_type(type_: Any) -> Any:
    return str if type_ in ("list", "ints") else type_


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
