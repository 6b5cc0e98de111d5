"""Files of older versions, brought to the keys of today in one step; nobody else knows an old key.

They are those of retro-gamer 0.4.0 and of the documents it was made from: files without a
``config_version``, one section ``[hyperparameters]``, the description of the game in ``[game]``, and the keys
of ``_OLDER``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from retro_gamer_core.configuration.settings import CONFIG_VERSION
from retro_gamer_core.errors import ConfigurationError, Problem
from retro_gamer_core.options import Option, settings_of
from retro_gamer_core.toml_text import toml_setting

Sections = dict[str, Any]
Values = Mapping[str, Any]
Today = Mapping[tuple[str, str], Any]
"""Values by section and key."""


class Older(NamedTuple):
    """Keys that one section had, and the settings of today that say the same.

    ``says`` is given those of the keys that are written; it may find that they say nothing today. ``unless`` tells
    whether this file means something else by these keys.
    """

    section: str
    keys: tuple[str, ...]
    says: Callable[[Values, Migrated], Today]
    unless: Callable[[Migrated], bool] = lambda document: False


def _nothing(old: Values, document: Migrated) -> Today:
    """It is found out from the game."""
    return {}


def _renamed(section: str, key: str) -> Callable[[Values, Migrated], Today]:
    """The only value that is written stands in another place."""
    return lambda old, document: {(section, key): next(iter(old.values()))}


def _name_of_game(old: Values, document: Migrated) -> Today:
    name = old.get("factory", old.get("module"))
    if name is None:
        return {}
    if "path" in old:
        module, colon, function = name.partition(":")
        place = Path(old["path"], *module.split("."))
        name = f"{place.as_posix()}{'' if place.is_dir() else '.py'}{colon}{function}"
    return {("game", "name"): name}


def _names_encoder(document: Migrated) -> bool:
    """Then the description's own function is a fact about the game, and stays there."""
    return "encoder" in document.table("preprocessing")


def _view(old: Values, document: Migrated) -> Today:
    if ":" in str(document.table("preprocessing").get("encoder")):
        return {}  # a function of one's own sees what it likes
    if old.get("board") is False:
        return {("preprocessing", "encoder"): "state_only"}
    return {("preprocessing", "encoder"): "egocentric"} if old.get("egocentric") else {}


def _of_egocentric(old: Values, document: Migrated) -> Today:
    if document.table("preprocessing").get("encoder") != "egocentric":
        return {}
    return {("preprocessing", key.removeprefix("egocentric_")): value for key, value in old.items()}


def _is_size_of_board(document: Migrated) -> bool:
    """Not that of the view: where it was ``egocentric = true``, 0.4.0 wrote ``2 * radius + 1`` twice there."""
    radius = document.table("preprocessing").get("radius")
    size = document.table("metadata").get("board_size")
    was_egocentric = document.as_written("preprocessing", "encoder")[-1].key == "egocentric"
    return not (was_egocentric and isinstance(radius, int) and size == [2 * radius + 1] * 2)


def _spatial(old: Values, document: Migrated) -> Today:
    today = {("metadata", "spatial"): old["spatial"]}
    if "network" not in document.table("model"):
        today["model", "network"] = "cnn" if old["spatial"] else "mlp"
    return today


def _layers(old: Values, document: Migrated) -> Today:
    size, count = (old.get(key, _HOLDS[key].default) for key in ("layer_size", "n_layers"))
    return {("model", "hidden_sizes"): [size] * count}


def _memory(old: Values, document: Migrated) -> Today:
    return {("training", "memory"): "prioritized" if old["prioritize_experiences"] else "uniform"}


def _older(
    path: Annotated[str | None, Option(hint='"games"')] = None,
    module: Annotated[str | None, Option(hint='"retro.examples.snake"')] = None,
    factory: Annotated[str | None, Option(hint='"my_game:create_game"')] = None,
    observation_function: Annotated[str | None, Option(hint='"my_game:see"')] = None,
    board: bool = True,
    egocentric: bool = True,
    spatial: bool = True,
    n_layers: Annotated[int, Option(low=1, high=100)] = 2,
    layer_size: Annotated[int, Option(low=1)] = 128,
    prioritize_experiences: bool = True,
) -> None:
    """What those of the older keys may hold that are not simply passed on.

    Args:
        path: The directory of the game's module.
        module: What makes the game.
        factory: What makes the game.
        observation_function: What the learner sees.
        board: Whether the learner sees the board at all.
        egocentric: Whether the board is seen from the player's own place.
        spatial: Whether it matters what is next to what on the board.
        n_layers: How many hidden layers the network has.
        layer_size: How many neurons each hidden layer has.
        prioritize_experiences: Whether turns that the learner guessed badly are learned from more often.
    """


_HOLDS = {setting.name: setting for setting in settings_of(_older)}
_OLDER = (
    Older("game", ("path", "module", "factory"), _name_of_game),
    Older("metadata", ("observation_function",), _renamed("preprocessing", "encoder"), _names_encoder),
    Older("preprocessing", ("board", "egocentric"), _view),
    Older("preprocessing", ("egocentric_player",), _of_egocentric),
    Older("preprocessing", ("egocentric_radius",), _of_egocentric),
    Older("metadata", ("board_size",), _nothing, _is_size_of_board),
    Older("preprocessing", ("observe_state_sizes",), _nothing),
    Older("metadata", ("extras_size",), _nothing),
    Older("preprocessing", ("spatial",), _spatial),
    Older("model", ("n_layers", "layer_size"), _layers),
    Older("training", ("lr_decay",), _renamed("training", "learning_rate_decay")),
    Older("training", ("prioritize_experiences",), _memory),
)

_MOVED = (
    ("hyperparameters", ("hidden_sizes", "n_layers", "layer_size"), "model"),
    ("hyperparameters", None, "training"),
    ("game", ("actions", "reward", "board_size", "character_set", "spatial", "observe_state"), "metadata"),
)
"""From which section which keys (None: all) moved to which, with the names they have."""


class Spelling(NamedTuple):
    """One setting as the person wrote it."""

    section: str
    key: str
    value: Any

    def __str__(self) -> str:
        return toml_setting(self.key, self.value)


@dataclass
class Migrated:
    """A document in the keys of today, and what became of what.

    Args:
        sections: the tables.
        file: where they are from, for messages.
        problems: older settings that could not be understood; ``sections`` does not have them.
        written: for a section and key of today, what the person wrote in its place.
    """

    sections: Sections
    file: str = "config.toml"
    problems: list[Problem] = field(default_factory=list)
    written: dict[tuple[str, str], tuple[Spelling, ...]] = field(default_factory=dict)

    def as_written(self, section: str, key: str, value: Any = None) -> tuple[Spelling, ...]:
        """What the person wrote for this setting: the setting itself, if it is written as today."""
        return self.written.get((section, key), (Spelling(section, key, value),))

    def table(self, section: str) -> dict[str, Any]:
        """A section to look at and take keys out of; empty where there is none."""
        content = self.sections.get(section)
        return content if isinstance(content, dict) else {}


def migrate(sections: Mapping[str, Any], *, file: str = "config.toml") -> Migrated:
    """The same settings in the keys of today; ``sections`` is left as it is."""
    copied = {name: _copied(content) for name, content in sections.items()}
    document = Migrated({"config_version": CONFIG_VERSION} | copied, file)
    for section, keys, to in _MOVED:
        table = document.table(section)
        for key in [key for key in keys or table if key in table]:
            value = table.pop(key)
            _put(document, to, key, value, (Spelling(section, key, value),))
    if document.sections.get("hyperparameters") == {}:
        del document.sections["hyperparameters"]
    for older in _OLDER:
        written = {} if older.unless(document) else _taken(document, older)
        values = {key: spelling.value for key, spelling in written.items()}
        for (section, key), value in (older.says(values, document) if written else {}).items():
            _put(document, section, key, value, tuple(written.values()))
    return document


def migrated_sections(sections: Mapping[str, Any]) -> Sections:
    """The tables that ``migrate`` gives.

    Raises:
        ConfigurationError: an older setting has a value that means nothing, or contradicts the
            current one beside it.
    """
    document = migrate(sections)
    if document.problems:
        raise ConfigurationError("Some older settings cannot be understood:", document.problems)
    return document.sections


def _taken(document: Migrated, older: Older) -> dict[str, Spelling]:
    """Those of the keys that are written, out of their section; a wrong one is explained and left out."""
    table, taken = document.table(older.section), {}
    for key in older.keys:
        if key not in table:
            continue
        value = table.pop(key)
        [written] = document.as_written(older.section, key, value)
        where = f"[{written.section}] in {document.file}"
        problem = _HOLDS[key].problem_with(value, where=where) if key in _HOLDS else None
        if problem:
            document.problems.append(problem)
        else:
            taken[key] = written
    return taken


def _put(document: Migrated, section: str, key: str, value: Any, written: tuple[Spelling, ...]) -> None:
    table = document.sections.setdefault(section, {})
    if not isinstance(table, dict):
        return  # told by whoever reads the tables
    if table.setdefault(key, value) == value:
        document.written[section, key] = written
        return
    older = f"[{written[0].section}]"
    what = f"{' and '.join(map(str, written))} and {toml_setting(key, table[key])} contradict each other"
    where = f"{older} and [{section}] in {document.file}"
    why = f"both set {key} of [{section}], and only one of them can hold"
    hint = f"remove {' and '.join(spelling.key for spelling in written)} from {older}"
    document.problems.append(Problem(what, where, why, hint))


def _copied(content: Any) -> Any:
    """A table of its own, without the None that Python code may hand over for "not set"."""
    if not isinstance(content, Mapping):
        return content
    return {key: value for key, value in content.items() if value is not None}
