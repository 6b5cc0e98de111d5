"""The line that makes the same run again: its game, recipe and seed, and what differs from what these would give."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from retro_gamer_core.cli.create_options import DESCRIBED_BY_FLAGS
from retro_gamer_core.terminal.printing import typed, what_games_print_aside
from retro_gamer_core.toml_text import toml_value

if TYPE_CHECKING:
    from retro_gamer_core.runs.run_directory import RunDirectory

#: Measured, drawn or given by flags of their own, so that nobody has to say them.
_NOT_SAID = {("metadata", "board_size"), ("training", "seed"), ("training", "recipe")}


def line_for(
    game: str,
    recipe: str,
    seed: int,
    description: Mapping[str, Any],
    settings: Mapping[str, Mapping[str, Any]],
) -> str:
    """``retro-gamer create --game snake --recipe standard --seed 7 --set training.gamma=0.9 --output runs/again``.

    Args:
        description: keys of the game's description that are said differently.
        settings: by section.
    """
    words: list[object] = ["retro-gamer", "create", "--game", game, "--recipe", recipe, "--seed", seed]
    for key, value in description.items():
        if key not in DESCRIBED_BY_FLAGS:
            words += ["--set", f"metadata.{key}={_typed_value(value)}"]
        elif isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{key.replace('_', '-')}")
        else:
            text = ",".join(value) if isinstance(value, (list, tuple)) else value
            words += [f"--{key.replace('_', '-')}", text]
    for section, values in settings.items():
        for key, value in values.items():
            words += ["--set", f"{section}.{key}={_typed_value(value)}"]
    return typed(*words, "--output", "runs/again")


def line_of(run: RunDirectory) -> str | None:
    """The line for a run as its ``config.toml`` stands now. None where its game or its recipe cannot be asked."""
    # A game is played for a moment, and may raise anything. What was trained is told all the same.
    with suppress(Exception, SystemExit), what_games_print_aside():
        return _line_of(run)
    return None


def _line_of(run: RunDirectory) -> str | None:
    from retro_gamer_core.configuration import migrated_sections, read_sections
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.playing.survey import survey_game
    from retro_gamer_core.plugins.registry import installed_plugins
    from retro_gamer_core.training.loading import load_run
    from retro_gamer_core.training.new_run import choices_of, ways_of_the_game, with_wishes

    config, found = load_run(run)
    recipe, seed = config.training.recipe, config.training.seed
    plugins = installed_plugins()
    if recipe not in plugins.recipes() or seed is None:
        return None
    written = migrated_sections(read_sections(run.config))
    described = GameMetadata.from_dict(written["metadata"]).to_dict()
    known = found.metadata.to_dict() if found.metadata else {}
    description = dict(_differences("metadata", known, described))
    facts = survey_game(found.name, found.factory, config.metadata, seed=seed)
    learner = config.learner.name
    chosen = [*choices_of(recipe, facts, plugins, learner=learner), *ways_of_the_game(config.metadata)]
    settings: dict[str, dict[str, Any]] = {}
    for section in written.keys() - {"config_version", "game", "metadata"}:
        proposed = {each.key: each.value for each in chosen if each.section == section}
        settings[section] = dict(_differences(section, proposed, written[section]))
    # What the recipe chose and is not written any more has its default, where its part is still there.
    defaults = {
        option.name: option.default
        for part in config.parts
        for option in plugins.options_of(plugins.find_part(part.kind, part.name))
    } | vars(config.training)
    for choice in with_wishes(chosen, {k: v for k, v in settings.items() if v}, plugins):
        if choice.key not in written.get(choice.section, {}) and defaults.get(choice.key) is not None:
            settings.setdefault(choice.section, {})[choice.key] = defaults[choice.key]
    return line_for(config.game, recipe, seed, description, {k: settings[k] for k in sorted(settings)})


def _differences(
    section: str, proposed: Mapping[str, Any], written: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for key, value in written.items():
        if (section, key) not in _NOT_SAID and proposed.get(key) != value:
            yield key, value


def _typed_value(value: Any) -> str:
    """As ``--set`` takes it: texts as bare words where nothing else could be meant, without double quotes."""
    if not isinstance(value, str):
        return toml_value(value).replace('"', "'")
    try:
        tomllib.loads(f"value = {value}")
    except tomllib.TOMLDecodeError:
        return value
    return f"'{value}'"
