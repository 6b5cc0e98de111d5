"""The ``config.toml`` that ``create`` makes: short, and with the reason for each choice beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.settings import CONFIG_VERSION, SECTIONS
from retro_gamer_core.parts import Choice
from retro_gamer_core.toml_text import toml_header, toml_setting

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata

_TITLE = "The settings of this run, each with the reason for it. Change what you like."
_ABOUT = {
    "game": "which game: a name from `retro-gamer list`, module:factory, or a path",
    "metadata": "what the game is",
    "preprocessing": "what the learner sees: the encoder and its options",
    "model": "the network and its options",
    "training": "the learner, the memory, their options, and how long it all takes",
    "logging": "who writes down what happens",
    "wrapping": "what changes the rewards or the games of the training",
}
_WIDTH = 100
_WIDEST_SETTING = 40
"""Characters. Behind a longer setting there would be no room for a reason; it then stands above."""


def new_config_text(choices: Sequence[Choice], *, game: str, metadata: GameMetadata) -> str:
    """A complete ``config.toml`` for a new run.

    Args:
        choices: what was chosen, and why; of two for the same key the later counts. A mapping becomes
            a table of its own, such as ``[logging.json_lines]``; None is not written.
        game: the game, as ``[game]`` names it.
        metadata: the description of the game.
    """
    entries: dict[str, dict[str, tuple[Any, str]]] = {name: {} for name in SECTIONS if name != "wrapping"}
    entries["game"]["name"] = (game, "")
    entries["metadata"] = {key: (value, "") for key, value in metadata.to_dict().items()}
    for choice in choices:
        entries.setdefault(choice.section, {})[choice.key] = (choice.value, choice.reason)
    sections = [_section((name,), _ABOUT.get(name, ""), entries[name]) for name in entries]
    return "\n".join([f"# {_TITLE}\n{toml_setting('config_version', CONFIG_VERSION)}\n", *sections])


def _section(table: tuple[str, ...], about: str, entries: Mapping[str, tuple[Any, str]]) -> str:
    tables = {key: entry for key, entry in entries.items() if isinstance(entry[0], Mapping)}
    settings = [
        (toml_setting(key, value), reason)
        for key, (value, reason) in entries.items()
        if key not in tables and value is not None
    ]
    settings.insert(0, (toml_header(table), about))
    lengths = [len(text) for text, remark in settings if remark and len(text) <= _WIDEST_SETTING]
    column = 2 + max(lengths, default=0)
    lines = [_with_remark(text, remark, column) for text, remark in settings]
    subsections = [
        _section((*table, key), reason, {name: (inner, "") for name, inner in value.items()})
        for key, (value, reason) in tables.items()
    ]
    return "\n".join(["".join(f"{line}\n" for line in lines), *subsections])


def _with_remark(text: str, remark: str, column: int) -> str:
    remark = " ".join("".join(c if c.isprintable() else " " for c in remark).split())
    if not remark:
        return text
    if len(text) > column:
        return "\n".join([*textwrap.wrap(remark, _WIDTH, initial_indent="# ", subsequent_indent="# "), text])
    first, *more = textwrap.wrap(remark, _WIDTH - column - 2)
    return "\n".join([f"{text:<{column}}# {first}", *(f"{'':<{column}}# {line}" for line in more)])
