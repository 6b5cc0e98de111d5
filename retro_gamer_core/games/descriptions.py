"""Where the description of a game is found, without importing the game.

From the word that counts least to the one that counts most:

1. the descriptions that plugins carry (hook ``retro_gamer_games``), a later plugin over an earlier one;
2. the table ``[tool.retro-gamer]`` of the nearest ``pyproject.toml`` that has one, in or above the
   directory of the game's module;
3. the table ``[tool.retro-gamer.games.NAME]`` beside it, for packages with several games.

They are merged key by key, so a plugin only fills in what the game's own package leaves out. The
search upwards passes over a ``pyproject.toml`` without the table, as a project may hold projects, and
ends below ``site-packages``, the home directory and the root: what stands there is about other things.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retro_gamer_core.errors import MetadataError, Problem, RetroGamerError
from retro_gamer_core.games.entry_points import DEFAULT_FACTORY, registered_games
from retro_gamer_core.games.metadata_keys import REQUIRED_KEYS
from retro_gamer_core.games.module_files import INSTALL_DIRECTORIES, locate, module_parts

SECTION = "tool.retro-gamer"


class DescriptionNotFound(RetroGamerError, FileNotFoundError):
    """Nothing describes the game, or there is no such module."""


@dataclass(frozen=True)
class Description:
    """What is said about a game before it is imported.

    Args:
        values: the merged tables about it, not checked yet; None when nothing describes it.
        where: the table that counts most, for messages.
        notes: plain sentences on the description, worth showing.
    """

    values: Mapping[str, Any] | None = None
    where: str = ""
    notes: tuple[str, ...] = ()


def describe(file: Path, factory: str | None = None, name: str | None = None) -> Description:
    """What is said about the game in ``file``.

    Args:
        file: the game's module, or the directory of a package without ``__init__.py``.
        factory: the function that makes the game, where one was named.
        name: the name the game is registered under; looked up when left out.

    Raises:
        MetadataError: a ``pyproject.toml`` cannot be read.
    """
    factory = factory or DEFAULT_FACTORY
    own = _own_description(file, factory, name)
    given = _given_by_plugins(file, factory)
    if own.values is None and given.values is None:
        return own
    values = {**(given.values or {}), **(own.values or {})}
    return Description(values, own.where or given.where, own.notes + given.notes)


def describe_module(name: str) -> Description:
    """What is said about the game in a module, named as ``package.module`` or ``package.module:factory``.

    Raises:
        DescriptionNotFound: there is no such module, or nothing describes it.
        MetadataError: a ``pyproject.toml`` cannot be read.
    """
    module, _, factory = name.partition(":")
    file = locate(module)
    if file is None:
        raise DescriptionNotFound(
            f"there is no module {module}",
            hint="retro-gamer list shows every installed game",
            code="no-such-module",
        )
    description = describe(file, factory or None)
    if description.values is None:
        raise DescriptionNotFound(
            f"nothing describes the game {name}",
            where=str(file),
            why=" ".join(description.notes) or "a learner must know which keys it may press",
            hint=f"write a table [{SECTION}] with actions and reward into a pyproject.toml beside the game",
            code="not-described",
        )
    return description


def _own_description(file: Path, factory: str, name: str | None) -> Description:
    for pyproject in _pyprojects_above(file):
        table = _table_in(pyproject)
        if table is None:
            continue
        shared = {key: value for key, value in table.items() if key != "games"}
        games = table.get("games", {})
        chosen = _entry_for(games, file, factory, name)
        if chosen is not None:
            return Description(shared | games[chosen], f"[{SECTION}.games.{chosen}] in {pyproject}")
        if games and not shared.keys() >= set(REQUIRED_KEYS):
            return Description(notes=(f"{pyproject} describes {', '.join(games)}, but not this game.",))
        return Description(shared, f"[{SECTION}] in {pyproject}")
    return Description()


def _pyprojects_above(file: Path) -> Iterator[Path]:
    # The directory is resolved, not the file: some installers make each file a link into a cache.
    nearest = (file if file.is_dir() else file.parent).resolve()
    beyond = [Path(nearest.anchor)]
    with suppress(RuntimeError):  # an account without a home, as in some containers
        beyond.append(Path.home().resolve())
    for directory in (nearest, *nearest.parents):
        if directory.name in INSTALL_DIRECTORIES or (directory in beyond and directory != nearest):
            return
        if (directory / "pyproject.toml").is_file():
            yield directory / "pyproject.toml"


def _entry_for(
    games: Mapping[str, Mapping[str, Any]], file: Path, factory: str, name: str | None
) -> str | None:
    """Which of the tables ``[tool.retro-gamer.games.NAME]`` is about this game."""
    if not games:
        return None
    *_, last_part = parts = module_parts(file)
    entry = f".{'.'.join(parts)}:{factory}"
    names = (
        {name}
        if name is not None
        else {
            game.name
            for game in registered_games()
            if (game.factory or DEFAULT_FACTORY) == factory and _is_in(file, game.module)
        }
    )
    for own_name, values in games.items():
        if own_name in names or f".{values.get('factory')}".endswith(entry):
            return own_name
    return last_part if last_part in games and factory == DEFAULT_FACTORY else None


def _given_by_plugins(file: Path, factory: str) -> Description:
    # Costs time, and not every command needs it.
    from retro_gamer_core.plugins.registry import installed_plugins

    description = Description()
    for given, provider in installed_plugins().games():
        module, _, given_factory = given.game.partition(":")
        if given_factory in ("", factory) and _is_in(file, module):
            description = Description(
                {**(description.values or {}), **given.metadata},
                f"the description of {given.name} by the plugin {provider}",
                description.notes + given.notes,
            )
    return description


def _is_in(file: Path, module: str) -> bool:
    # By file, not by name: a student's snake.py is not the snake that somebody installed.
    located = locate(module)
    return located is not None and located.resolve() == file.resolve()


def _table_in(pyproject: Path) -> dict[str, Any] | None:
    """The table, with all of ``[tool.retro-gamer.games]`` in it; None where the file has none.

    Raises:
        MetadataError: the file cannot be read, or what it holds there is not a table.
    """
    where, hint = str(pyproject), "let this file be read"
    try:
        # utf-8-sig, for Windows editors that begin a file with a byte order mark; TOML has no such thing.
        document = tomllib.loads(pyproject.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        what = str(error)
        if isinstance(error, UnicodeDecodeError):
            what, hint = f"{pyproject.name} is not written in UTF-8", "save it as UTF-8 in your editor"
        elif isinstance(error, tomllib.TOMLDecodeError):  # Invalid value (at line 3, column 9)
            message, _, place = what.removesuffix(")").partition(" (at ")
            what, where = f"{pyproject.name} is not valid TOML: {message}", f"{where}, {place}".rstrip(", ")
            hint = "correct that line"
        raise _cannot_read(what, where, hint) from error
    tool = document.get("tool")
    table = tool.get("retro-gamer") if isinstance(tool, dict) else None
    for key, value, header in _meant_as_tables(table) if table is not None else ():
        if not isinstance(value, dict):
            hint = f"begin the table with [{SECTION}{header}]"
            raise _cannot_read(f"{key} is {value!r}, not a table", where, hint)
    return table


def _meant_as_tables(table: Any) -> Iterator[tuple[str, Any, str]]:
    """Each is looked at before what is in it is asked for."""
    yield "retro-gamer", table, ""
    games = table.get("games", {})
    yield "games", games, ".games.NAME"
    for name, values in games.items():
        yield name, values, f".games.{name}"


def _cannot_read(what: str, where: str, hint: str) -> MetadataError:
    problem = Problem(what, where, "this file may describe the game", hint, "unreadable-description")
    return MetadataError("The description of the game cannot be read:", [problem])
