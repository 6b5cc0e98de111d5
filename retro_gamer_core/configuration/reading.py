"""From the tables of a ``config.toml`` to a ``RunConfig``, or to every problem in them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.cross_checks import problems_between
from retro_gamer_core.configuration.migrate import migrate
from retro_gamer_core.configuration.run_config import RunConfig
from retro_gamer_core.configuration.section_reader import SectionReader
from retro_gamer_core.configuration.settings import (
    CONFIG_VERSION,
    LOOP_SETTINGS,
    SECTION_KEYS,
    SECTIONS,
    TrainingSettings,
    section_names,
)
from retro_gamer_core.errors import ConfigurationError, Problem
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.games.metadata_keys import METADATA_KEYS, problems_in_description
from retro_gamer_core.kinds import KINDS, Kind
from retro_gamer_core.options import Option, Setting
from retro_gamer_core.suggestions import did_you_mean, nearest
from retro_gamer_core.toml_text import toml_setting

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins


def config_from_sections(
    sections: Mapping[str, Any], plugins: Plugins, *, where: str = "config.toml", import_own: bool = True
) -> RunConfig:
    """Check the settings of a run and give them their types.

    Args:
        sections: what a TOML parser makes of a ``config.toml``, in the current or an older spelling.
        plugins: knows the parts that can be named, and their options.
        where: what messages call the place these settings are from: the path of the file.
        import_own: whether parts named by an import path may be imported, to know their options. If not, what
            nobody else knows is taken to be theirs.

    Raises:
        ConfigurationError: with every problem there is.
        PluginError: a plugin whose part is named here is broken.
    """
    document = migrate(sections, file=where)
    version_problem = _problem_with_version(document.sections["config_version"], where)
    if version_problem:  # alone: in a file of another layout, every further complaint could be wrong
        raise configuration_error(where, [version_problem])

    reader = SectionReader(document, plugins, import_own=import_own)
    reader.know("metadata", (option.name for option in METADATA_KEYS))

    settings = {section: reader.settings(section) for section in SECTION_KEYS}
    # Every part is found before any option is read, so that a misplaced key can be told where it belongs.
    found = [reader.find(kind, name) for kind, name in _named_parts(reader, settings)]

    _check_sections(reader)
    if "name" in settings["game"] and not (settings["game"]["name"] or "").strip():
        hint = 'name = "snake", or another name from `retro-gamer list`'
        why = "the learner has to play something"
        reader.complain("no game is named", reader.where("game", "name"), why, hint)
    for kind in KINDS.values():
        if kind.several:
            _check_tables_of(kind, reader, settings[kind.section].get(kind.key, ()))
    options = {
        section: reader.options(section, [part for part in found if part.section == section])
        for section in dict.fromkeys(["game", *(part.section for part in found if part.section)])
    }
    parts = [reader.chosen(part, options.get(part.section, {})) for part in found]
    metadata = _metadata(reader, settings["preprocessing"].get("observe_state"))

    training = settings["training"]
    if "learning_starts" not in reader.table("training") and "batch_size" in training:
        training["learning_starts"] = max(training["learning_starts"], training["batch_size"])
    of_training = [part for part in found if part.section == "training"]
    everything = training | reader.defaults("training", of_training) | options["training"]
    names = {part.kind: part.name for part in parts}
    problems = [
        *reader.problems,
        *problems_between(everything, names.get("encoder"), names.get("network"), metadata, document),
    ]
    if problems or metadata is None:  # what could not be read is one of the problems
        raise configuration_error(where, problems)

    return RunConfig(
        game=settings["game"]["name"],
        metadata=metadata,
        parts=tuple(parts),
        training=TrainingSettings(**{option.name: training[option.name] for option in LOOP_SETTINGS}),
        observe_state=tuple(metadata.observe_state),
    )


def configuration_error(where: str, problems: Sequence[Problem]) -> ConfigurationError:
    """All the problems of one file as the one error that is shown."""
    count = "is a problem" if len(problems) == 1 else f"are {len(problems)} problems"
    footer = "Change what is named here, then run the same command again."
    return ConfigurationError(
        f"There {count} in {where}:", sorted(problems, key=_section_index), footer=footer
    )


def _section_index(problem: Problem) -> int:
    """In the order of the file, so that it can be gone through from top to bottom."""
    return next((i for i, name in enumerate(section_names()) if problem.where.startswith(f"[{name}]")), -1)


def _named_parts(
    reader: SectionReader, settings: Mapping[str, Mapping[str, Any]]
) -> list[tuple[Kind, str | None]]:
    """What the config names of each kind; None where the name is wrong."""
    named: list[tuple[Kind, str | None]] = []
    for kind in KINDS.values():
        section = settings.get(kind.section, {})
        if kind.several:
            named += [(kind, name) for name in section.get(kind.key, ())]
        elif kind.section or "name" in reader.table(kind.table):
            name = reader.name_in_own_table(kind)
            name = section.get(kind.key) if name is None else name
            if kind.name == "network" and name is None and kind.key in section:
                name = _usual_network(reader, dict(named))
            named.append((kind, name))
    return named


def _usual_network(reader: SectionReader, named: Mapping[Kind, str | None]) -> str:
    """The network that suits what is seen."""
    sees_board = named.get(KINDS["encoder"]) != "state_only"
    return "cnn" if sees_board and reader.table("metadata").get("spatial", True) else "mlp"


def _metadata(reader: SectionReader, observed: Sequence[str] | None) -> GameMetadata | None:
    """The description of the game, with the state values that this run observes."""
    described = {}
    for key, value in reader.table("metadata").items():
        homes = reader.homes_of(key)
        if homes and "metadata" not in homes:
            reader.unknown(key, "metadata")
        else:
            described[key] = value
    own = problems_in_description(described)
    if observed is not None:
        described["observe_state"] = list(observed)
    everything = problems_in_description(described)
    here, there = reader.where("metadata", "actions"), reader.where("preprocessing", "observe_state")
    reader.problems += [replace(problem, where=here) for problem in own]
    reader.problems += [replace(problem, where=there) for problem in everything if problem not in own]
    return None if own or everything else GameMetadata.from_dict(described)


def _problem_with_version(version: Any, file: str) -> Problem | None:
    """Why a file that calls itself version ``version`` cannot be read, or None when it can."""
    option = Setting(
        "config_version", "int", CONFIG_VERSION, Option("It says how this file is laid out.", low=1)
    )
    problem = option.problem_with(version, where=file)
    if problem is None and version > CONFIG_VERSION:
        return Problem(
            f"{toml_setting('config_version', version)} is newer than this retro-gamer can read",
            where=file,
            why=f"it knows files up to version {CONFIG_VERSION}, and could misunderstand a newer one",
            hint="pip install --upgrade retro-gamer",
        )
    return problem


def _check_sections(reader: SectionReader) -> None:
    """Explain sections that nobody knows, and settings that stand outside of any section."""
    for name, content in reader.document.sections.items():
        is_table = isinstance(content, dict)
        if name == "config_version" or (is_table and name in section_names()):
            continue
        if name in section_names():
            what, hint = f"{toml_setting(name, content)}: {name} is the name of a section", f"[{name}]"
            why = "a section is a line of its own, with its settings in the lines below"
        elif is_table:
            what, hint = f"[{name}] is not a section", did_you_mean(name, section_names())
            why = "nothing reads what stands in it, so the defaults would be used in its place"
        else:
            homes = reader.homes_of(name)
            what = f"{toml_setting(name, content)} stands in no section"
            hint = f"move it below the line [{homes[0]}]" if homes else did_you_mean(name, SECTIONS)
            why = "each setting belongs to the section above it, so it cannot stand above the first one"
        reader.complain(what, reader.file, why, hint)


def _check_tables_of(kind: Kind, reader: SectionReader, names: Sequence[str]) -> None:
    """Explain parts named twice, and tables such as ``[logging.NAME]`` that belong to none."""
    section, where = kind.section, reader.where(kind.section, kind.key)
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            what, why = f'"{name}" stands in {kind.key} twice', "everything would be done twice"
            reader.complain(what, where, why, "name it once")
    for key, value in reader.table(section).items():
        if key == kind.key or (key in names and isinstance(value, dict)):
            continue
        what, match = f"[{section}.{key}] is for a {kind} that is not in {kind.key}", nearest(key, names)
        hint = f"did you mean [{section}.{match}]?" if match else f'add "{key}" to {kind.key}, or remove this'
        if key in names:
            what = f"{toml_setting(key, value)}: the options of a {kind} are a table"
            hint = f"[{section}.{key}]"
        elif not isinstance(value, dict):
            reader.unknown(key, section)
            continue
        reader.complain(
            what, where, f"options that belong to no {kind} would be ignored without a word", hint
        )
