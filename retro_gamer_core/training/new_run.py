"""Making a run: a recipe proposes, the person disposes, and every value keeps its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import config_from_sections, migrated_sections, new_config_text
from retro_gamer_core.configuration.settings import SECTION_KEYS, SECTIONS
from retro_gamer_core.errors import PartNotFound
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.parts import Choice, GameFacts, Recipe
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.suggestions import did_you_mean

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.plugins.registry import Plugins


def choices_of(
    recipe: str, facts: GameFacts, plugins: Plugins, *, learner: str | None = None
) -> list[Choice]:
    """What a recipe chooses for this game: nothing about learning, where it is for another than this ``learner``.

    Raises:
        PartNotFound: there is no such recipe.
    """
    recipes = plugins.recipes()
    if recipe not in recipes:
        raise PartNotFound(f"there is no recipe called {recipe!r}", hint=did_you_mean(recipe, recipes))
    description, provider = recipes[recipe]
    choose = load_attribute(description.choose, what=f"the recipe {recipe!r}", provider=provider)
    choices = list(choose(facts))
    if is_for_another_learner(description, learner):
        return [choice for choice in choices if choice.section != "training"]
    return choices


def is_for_another_learner(recipe: Recipe, learner: str | None) -> bool:
    """Whether somebody chose a learner that this recipe says nothing about."""
    return learner is not None and recipe.learner is not None and learner != recipe.learner


def ways_of_the_game(metadata: GameMetadata) -> list[Choice]:
    """What the game's own description decides: its way of seeing, if it brings one (``observation_function``)."""
    if metadata.observation_function is None:
        return []
    return [
        Choice(
            "preprocessing",
            "encoder",
            metadata.observation_function,
            "the game's description names its own way of seeing",
        ),
        Choice("model", "network", "mlp", "that way of seeing gives numbers and no picture of the board"),
    ]


def with_wishes(
    choices: list[Choice], wishes: Mapping[str, Mapping[str, Any]], plugins: Plugins
) -> list[Choice]:
    """Put what the person asked for in place of what the recipe chose.

    A choice of the recipe that is no setting of the parts now chosen is dropped: the radius of an
    encoder means nothing to another one. ``wishes`` may use older spellings.
    """
    wished = [
        Choice(section, key, value, "you asked for it")
        for section, values in migrated_sections(wishes).items()
        if isinstance(values, Mapping)
        for key, value in values.items()
    ]
    latest = {(choice.section, choice.key): choice for choice in [*choices, *wished]}
    chosen = {choice.key: choice.value for choice in latest.values()}
    tables = {kind.table: kind for kind in KINDS.values() if kind.table}
    for wish in wished:
        kind = tables.get(wish.section)
        if kind is None:
            continue
        if wish.key == "name":  # it stands there, and not in the section
            latest.pop((kind.section, kind.key), None)
            chosen[kind.key] = wish.value
        elif wish.key not in [setting.name for setting in SECTION_KEYS.get(kind.section, ())]:
            latest.pop((kind.section, wish.key), None)
    kept = [choice for choice in latest.values() if choice in wished or _is_setting(choice, chosen, plugins)]
    return sorted(
        kept, key=lambda choice: SECTIONS.index(choice.section) if choice.section in SECTIONS else 99
    )


def make_run(
    output: Path | str, game: str, metadata: GameMetadata, choices: list[Choice], plugins: Plugins
) -> RunDirectory:
    """Check everything, then write the run's directory with its ``config.toml``.

    Raises:
        ConfigurationError: naming every problem; nothing has been written.
        RunExists: the directory is taken; nothing has been touched.
        RetroGamerError: the system refused, and nothing is left of it.
    """
    text = new_config_text(choices, game=game, metadata=metadata)
    config_from_sections(tomllib.loads(text), plugins, where="the settings asked for")
    return RunDirectory.create(output, text)


def _is_setting(choice: Choice, chosen: Mapping[str, Any], plugins: Plugins) -> bool:
    """Whether the key belongs to the core, or is an option of a part that is chosen in its section."""
    if any(option.name == choice.key for option in SECTION_KEYS.get(choice.section, ())):
        return True
    for kind in KINDS.values():
        if kind.several or kind.section != choice.section:
            continue
        with suppress(PartNotFound):  # explained later, together with all other problems
            part = plugins.find_part(kind.name, chosen.get(kind.key, ""))
            if any(option.name == choice.key for option in plugins.options_of(part)):
                return True
    return False
