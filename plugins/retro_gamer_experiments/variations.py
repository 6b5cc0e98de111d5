"""What an experiment varies: settings, characters that are missing or never there, another reward."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.suggestions import did_you_mean
from retro_gamer_core.toml_text import toml_value

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins

_AS_IT_IS = "as it is"

#: Where the letters begin that no game draws and every terminal can show: Armenian.
_RARE_LETTERS = 0x531

_NOT_VARIED = {
    "training.seed": ("every setting is trained with the same seeds", "--seeds 10 takes ten of them"),
    "training.training_episodes": (
        "how long a run trains is the same for all: some time, or some turns",
        "--for 2m or --turns 100000",
    ),
    "game.name": ("scores of different games cannot be compared", "make an experiment for each game"),
}


@dataclass(frozen=True)
class Value:
    """One of the values of something that varies.

    Args:
        text: what it is called where nothing else varies: ``0.99``.
        full: what it is called beside other things: ``gamma=0.99``; ``""`` for what the base run has.
        settings: what it changes, by ``section.key``.
        dropped, added: characters of the base run that are left out, and how many new ones there are.
    """

    text: str
    full: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    dropped: str = ""
    added: int = 0


#: The base run itself.
AS_IT_IS = Value(_AS_IT_IS, "")


@dataclass(frozen=True)
class Arm:
    """One setting of everything that varies.

    Args:
        name: for files: letters, digits and ``.=_-`` only, and a number that makes it unique.
        label: for people.
        changes: of the base run's settings, by ``section.key``.
    """

    name: str
    label: str
    changes: Mapping[str, Any]


def setting_values(key: str, values: Sequence[Any]) -> list[Value]:
    """The values of ``--vary SECTION.KEY=…``.

    Raises:
        RetroGamerError: it is no setting, or none that an experiment can vary.
    """
    section, _, name = key.partition(".")
    if not (section and name):
        raise RetroGamerError(
            f"{key!r} does not say which setting is meant",
            hint="name its section, too: --vary training.gamma=0.9,0.99",
        )
    if key in _NOT_VARIED:
        why, hint = _NOT_VARIED[key]
        raise RetroGamerError(f"{key} cannot be varied", why=why, hint=hint)
    if not values:
        raise RetroGamerError(f"no values for {key}", hint=f"name them: --vary {key}=0.9,0.99")
    texts = [value if isinstance(value, str) else toml_value(value) for value in values]
    found = [Value(text, f"{name}={text}", {key: value}) for text, value in zip(texts, values, strict=True)]
    return found if len(found) > 1 else [AS_IT_IS, *found]


def typed_values(text: str) -> tuple[str, list[Any]]:
    """``training.gamma=0.9,0.99`` as it was typed: which setting, and its values, as TOML has them.

    Bare words are meant as text: ``model.network=mlp,cnn``.
    """
    key, _, values = text.partition("=")
    try:
        return key.strip(), tomllib.loads(f"values = [{values}]")["values"]
    except tomllib.TOMLDecodeError:
        return key.strip(), [_typed_value(value.strip()) for value in values.split(",") if value.strip()]


def _typed_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def without_characters(dropped: Sequence[str]) -> list[Value]:
    """The run as it is, and without the characters of each text."""
    return [
        AS_IT_IS,
        *(Value(f"without {text}", f"without {text}", dropped=text) for text in dropped),
    ]


def with_unused_characters(count: int) -> list[Value]:
    """The run as it is, and with so many characters that never appear."""
    text = f"with {count} unused character{'s' * (count > 1)}"
    return [AS_IT_IS, Value(text, text, added=count)]


def rewarded_by(key: str) -> list[Value]:
    """The run as it is, and learning from another value of the game's state."""
    text = f"rewarded by {key}"
    return [AS_IT_IS, Value(text, text, {"metadata.reward": key})]


def arms_of(axes: Sequence[Sequence[Value]], base: RunConfig) -> list[Arm]:
    """All combinations, the first values first. The characters of the base run must be known.

    Raises:
        RetroGamerError: nothing varies, or it cannot be varied like that.
    """
    if not axes:
        raise RetroGamerError(
            "nothing varies",
            why="an experiment compares settings",
            hint='--vary training.gamma=0.9,0.99, or --drop-character "@", --add-characters 5, --reward score',
        )
    arms = []
    for number, values in enumerate(product(*axes), start=1):
        full = [value.full for value in values if value.full]
        label = values[0].text if len(axes) == 1 else ", ".join(full) or _AS_IT_IS
        arms.append(Arm(_file_name(number, ", ".join(full)), label, _changes(values, base)))
    return arms


def _changes(values: Iterable[Value], base: RunConfig) -> dict[str, Any]:
    changes = {key: setting for value in values for key, setting in value.settings.items()}
    dropped = "".join(value.dropped for value in values)
    added = sum(value.added for value in values)
    characters = list(base.metadata.character_set or ())
    for character in dropped:
        if character not in characters:
            raise RetroGamerError(
                f"{character!r} is not one of the characters that this run tells apart",
                hint=did_you_mean(character, characters),
            )
        characters.remove(character)
    if dropped and not characters:
        raise RetroGamerError("no character is left", hint="drop fewer of them")
    if dropped and base.training.unknown_character_strategy == "extend":
        changes["training.unknown_character_strategy"] = "ignore"  # or it would come back when it is met
    characters += islice(_never_drawn(characters), added)
    if dropped or added:
        changes["metadata.character_set"] = characters
    return changes


def _never_drawn(known: Sequence[str]) -> Iterator[str]:
    for code in range(_RARE_LETTERS, 0xFFFF):
        letter = chr(code)
        if letter.isalpha() and east_asian_width(letter) == "N" and letter not in known:
            yield letter


def _file_name(number: int, text: str) -> str:
    """What every system takes for a file, also where capital letters are the same as small ones."""
    slug = re.sub(r"[^A-Za-z0-9.=_-]+", "-", text).strip("-.")[:40].rstrip("-.")
    return f"{number}-{slug or 'as-it-is'}"


def changed_sections(
    sections: Mapping[str, Any], base: RunConfig, changes: Mapping[str, Any], plugins: Plugins
) -> dict[str, Any]:
    """The tables of a config with some settings changed; options of a part that is replaced go with it.

    Args:
        sections: those of the base run as they are written, in the current spelling.
        base: the same, typed.
    """
    changed: dict[str, Any] = deepcopy(dict(sections))
    for place, value in changes.items():
        section, _, key = place.partition(".")
        *tables, name = [section, *key.split(".")]
        table = changed
        for each in tables:
            table = table.setdefault(each, {})
        _forget_options(changed, base, place, value, plugins)
        table[name] = value
    return changed


def _forget_options(
    sections: dict[str, Any], base: RunConfig, place: str, value: Any, plugins: Plugins
) -> None:
    """Take out options of the part that ``value`` replaces, where the new one has none of that name."""
    for kind in KINDS.values():
        before = base.parts_of(kind.name)
        if kind.several or not before or place not in (f"{kind.section}.{kind.key}", f"{kind.table}.name"):
            continue
        known = {option.name for option in plugins.options_of(plugins.find_part(kind.name, value))}
        for table in (kind.section, kind.table):
            for option in set(before[0].options) - known:
                sections.get(table, {}).pop(option, None)
        if place == f"{kind.section}.{kind.key}":
            sections.get(kind.table, {}).pop("name", None)
