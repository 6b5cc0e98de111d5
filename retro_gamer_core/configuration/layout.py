"""Whether a config is made of the sections and tables it should be made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.settings import CONFIG_VERSION, SECTIONS
from retro_gamer_core.configuration.spelling import assignment
from retro_gamer_core.errors import Problem
from retro_gamer_core.options import Option, Setting
from retro_gamer_core.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from retro_gamer_core.configuration.section_reader import SectionReader


def problem_with_version(version: Any, file: str) -> Problem | None:
    """Why a file that calls itself version ``version`` cannot be read, or None when it can."""
    option = Setting(
        "config_version", "int", CONFIG_VERSION, Option("It says how this file is laid out.", low=1)
    )
    problem = option.problem_with(version, where=file)
    if problem is None and version > CONFIG_VERSION:
        return Problem(
            f"{assignment('config_version', version)} is newer than this retro-gamer can read",
            where=file,
            why=f"it knows files up to version {CONFIG_VERSION}, and could misunderstand a newer one",
            hint="pip install --upgrade retro-gamer",
        )
    return problem


def check_sections(reader: SectionReader) -> None:
    """Explain sections that nobody knows, and settings that stand outside of any section."""
    for name, content in reader.translation.sections.items():
        if name == "config_version":
            continue
        if name in SECTIONS and not isinstance(content, dict):
            what, hint = f"{assignment(name, content)}: {name} is the name of a section", f"[{name}]"
            why = "a section is a line of its own, with its settings in the lines below"
        elif name in SECTIONS:
            continue
        elif isinstance(content, dict):
            what, hint = f"[{name}] is not a section", did_you_mean(name, SECTIONS)
            why = "nothing reads what stands in it, so the defaults would be used in its place"
        else:
            homes = reader.known.homes_of(name)
            what, hint = f"{assignment(name, content)} stands in no section", did_you_mean(name, SECTIONS)
            hint = f"move it below the line [{homes[0]}]" if homes else hint
            why = "each setting belongs to the section above it, so it cannot stand above the first one"
        reader.problems.append(Problem(what, reader.file, why, hint))


def check_logger_tables(reader: SectionReader, names: Sequence[str]) -> None:
    """Explain loggers named twice, and tables ``[logging.NAME]`` that belong to no logger."""
    where = reader.where("logging", "loggers")
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            what, why = f'"{name}" stands in loggers twice', "everything would be written down twice"
            reader.problems.append(Problem(what, where, why, "name it once"))
    for key, value in reader.table("logging").items():
        if key == "loggers" or (key in names and isinstance(value, dict)):
            continue
        if not isinstance(value, dict) and key not in names:
            reader.unknown(key, "logging")
            continue
        if key in names:
            what, hint = f"{assignment(key, value)}: the options of a logger are a table", f"[logging.{key}]"
        else:
            what, match = f"[logging.{key}] is for a logger that is not in loggers", nearest(key, names)
            hint = f"did you mean [logging.{match}]?" if match else f'add "{key}" to loggers, or remove this'
        why = "options that belong to no logger would be ignored without a word"
        reader.problems.append(Problem(what, where, why, hint))
