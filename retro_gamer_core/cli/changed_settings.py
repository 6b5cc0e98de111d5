"""The settings of a run that are not what they would be if nobody had written them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.settings import SECTION_KEYS, SECTIONS
from retro_gamer_core.options import Setting

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins

#: What these are when left out depends on the game, so they have no default to differ from.
_WITHOUT_DEFAULT = (("game", "name"), ("preprocessing", "observe_state"), ("model", "network"))


@dataclass(frozen=True)
class ChangedSetting:
    """A setting, and the section it stands in; a ``default`` of None means that it may be left out."""

    section: str
    key: str
    value: Any
    default: Any


def changed_settings(config: RunConfig, plugins: Plugins) -> list[ChangedSetting]:
    """What differs from the defaults of the core and of the parts of this run, section by section."""
    settings = [*_of_core(config), *_of_parts(config, plugins)]
    settings.sort(key=lambda setting: SECTIONS.index(setting[0].partition(".")[0]))
    return [
        ChangedSetting(section, option.name, value, option.default)
        for section, option, value in settings
        if value is not None and value != _as_written(option.default)
    ]


def _of_core(config: RunConfig) -> Iterator[tuple[str, Setting, Any]]:
    sections = config.to_sections()
    for section, options in SECTION_KEYS.items():
        for option in options:
            if (section, option.name) not in _WITHOUT_DEFAULT:
                yield section, option, sections[section].get(option.name)


def _of_parts(config: RunConfig, plugins: Plugins) -> Iterator[tuple[str, Setting, Any]]:
    choices = [
        ("preprocessing", config.encoder),
        ("model", config.network),
        ("training", config.learner),
        ("training", config.memory),
        *((f"logging.{logger.name}", logger) for logger in config.loggers),
    ]
    for section, choice in choices:
        part = plugins.find_part(choice.kind, choice.name)
        written = [Setting(name, "any") for name in choice.options]
        # The code that an import path names is not run just to look at a run.
        for option in plugins.options_of(part) if part.provider.distribution else written:
            yield section, option, choice.options.get(option.name)


def _as_written(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default  # a TOML file has lists only
