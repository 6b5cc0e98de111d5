"""Games: which are installed, and which one a name stands for.

A game is named in one of five ways: a name from ``retro-gamer list``; ``package.module``;
``package.module:factory``; ``path/to/game.py``, also with ``:factory``; ``path/to/directory/``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from retro_gamer_core.errors import GameNotFound, RetroGamerError
from retro_gamer_core.games.descriptions import Description, describe
from retro_gamer_core.games.entry_points import (
    DEFAULT_FACTORY,
    RegisteredGame,
    project_with,
    registered_games,
)
from retro_gamer_core.games.factories import factory_in, fresh_game
from retro_gamer_core.games.metadata import GameMetadata, metadata_in
from retro_gamer_core.games.module_files import (
    import_directory,
    is_path,
    locate,
    module_file,
    module_parts,
    own_code,
)
from retro_gamer_core.games.modules import game_file, import_by_name, import_file
from retro_gamer_core.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from retro.game import Game

__all__ = ["FoundGame", "InstalledGame", "find_game", "fresh_game", "installed_games"]


@dataclass(frozen=True)
class FoundGame:
    """A game that was found and imported, but not made yet.

    Args:
        name: what it is called in ``config.toml``: the name as given, or an absolute path.
        factory: makes a fresh game each time it is called; call it by ``fresh_game``.
        metadata: its description; None when nothing describes it.
        source_root: the directory or file of the game's own code, for ``where_raised``.
        notes: plain sentences on the choice and its description, worth showing.
        module: the name of its module; empty for a factory that nobody finds by a name.
        directory: where modules are found for its sake; None for an installed module.
        distribution, version: the installed package it lies in; empty for a file.
    """

    name: str
    factory: Callable[[], Game]
    metadata: GameMetadata | None
    source_root: Path | None
    notes: tuple[str, ...] = ()
    module: str = ""
    directory: Path | None = None
    distribution: str = ""
    version: str = ""


def find_game(name: str) -> FoundGame:
    """The game that ``name`` stands for, imported.

    A registered name comes first, then a file or package in the current directory, then any module
    that can be imported.

    Raises:
        GameNotFound: there is no such game.
        GameError: it is there, and its code cannot be imported.
        MetadataError: its description cannot be read, or has problems.
    """
    place, factory = _split(name)
    if is_path(place):
        return _at_path(Path(place).expanduser(), factory)
    beside = module_file(Path.cwd(), place.split(".")) if all(place.split(".")) else None
    registered = [game for game in registered_games() if game.name == place and factory is None]
    if registered:
        return _registered(registered, beside)
    if beside is not None and beside.is_file():
        return _at_path(beside, factory)
    project = project_with(place)
    if project is not None:
        raise GameNotFound(
            f"the game {name} is not installed yet",
            where=str((project / "pyproject.toml").resolve()),
            why="it is described there, and found by its name once its package is installed",
            hint="pip install -e ." if project == Path() else f"pip install -e ./{project.as_posix()}",
            code="game-not-installed",
        )
    file = locate(place)
    if file is not None:
        return _in_module(place, file, factory, name)
    if beside is not None:
        return _at_path(beside, factory)
    names = [game.name for game in registered_games()]
    match = nearest(place, [*names, *(game.module for game in registered_games())])
    raise GameNotFound(
        f"there is no game called {name!r}",
        why="it is no name from retro-gamer list, and no module that can be imported from here; a game of "
        "your own is best named by its file, as in path/to/game.py",
        hint=f"did you mean {match!r}?" if match else did_you_mean(place, names),
        code="unknown-game",
    )


@dataclass(frozen=True)
class InstalledGame:
    """A game that an installed package registers.

    Args:
        name: what to call it.
        entry: its ``module:factory``, or only its module; another name for it.
        distribution, version: the package that registers it, which need not be the one it lies in.
        board_size: (width, height) in cells, where its description says so.
        described: whether it can be trained on without writing a description first.
        problem: why it cannot be used as it stands, in a sentence; empty when it can.
    """

    name: str
    entry: str
    distribution: str
    version: str
    board_size: tuple[int, int] | None
    described: bool
    problem: str


def installed_games() -> list[InstalledGame]:
    """Every registered game, by name; where several packages use one name, each of theirs."""
    games = registered_games()
    return [_looked_at(game, games) for game in games]


def _split(name: str) -> tuple[str, str | None]:
    """The module or path, and the factory behind the colon; the colon of ``C:\\games`` has none behind it."""
    place, colon, factory = name.rpartition(":")
    if colon and all(part.isidentifier() for part in factory.split(".")):
        return place, factory
    return name, None


def _registered(games: list[RegisteredGame], beside: Path | None) -> FoundGame:
    game = games[0]
    if len(games) > 1:
        raise GameNotFound(
            f"{game.name} is the name of {len(games)} games",
            why=f"{' and '.join(game.owner for game in games)} each have one",
            hint="write " + " or ".join(game.entry for game in games),
            code="several-games",
        )
    file = locate(game.module)
    if file is None:
        raise GameNotFound(
            f"the module {game.module} of the game {game.name} is not there",
            why=f"{game.owner} has registered it, and was not installed whole or has changed since",
            hint=game.reinstall,
            code="game-module-missing",
        )
    found = _in_module(game.module, file, game.factory, game.name, game)
    if beside is None or beside.is_dir():
        return found
    path = f"{beside.parent.name}/" if beside.name == "__init__.py" else beside.name
    note = f"This is the installed game called {game.name}; the one in this directory is called ./{path}."
    return replace(found, notes=(*found.notes, note))


def _in_module(
    module: str, file: Path, factory: str | None, name: str, registered: RegisteredGame | None = None
) -> FoundGame:
    lies_in = metadata.packages_distributions().get(module.partition(".")[0])
    distribution, version = (lies_in[0], metadata.version(lies_in[0])) if lies_in else ("", "")
    if registered and not lies_in:  # an editable installation does not say what lies in it
        distribution, version = registered.distribution, registered.version
    described = describe(file, factory, registered.name if registered else None)
    import_module = partial(import_by_name, game=name, distribution=distribution or None)
    found = _factory(module, factory, module, described, import_module)
    root, described_as, notes = own_code(file), metadata_in(described), described.notes
    return FoundGame(name, found, described_as, root, notes, module, None, distribution, version)


def _at_path(path: Path, factory: str | None) -> FoundGame:
    path = path.resolve()
    name = path.as_posix() + (f":{factory}" if factory else "")
    file, factory = game_file(path, factory)
    directory, module = import_directory(file), ".".join(module_parts(file))
    described = describe(file, factory)

    def import_module(wanted: str) -> ModuleType:
        wanted_file = file if wanted == module else module_file(directory, wanted.split("."))
        if wanted_file is None or wanted_file.is_dir():
            return import_by_name(wanted, game=name)
        return import_file(wanted_file, game=name)

    found = _factory(module, factory, path.as_posix(), described, import_module)
    return FoundGame(name, found, metadata_in(described), own_code(file), described.notes, module, directory)


def _factory(
    module: str,
    factory: str | None,
    place: str,
    described: Description,
    import_module: Callable[[str], ModuleType],
) -> Callable[[], Game]:
    """The factory that was named; else the one the description names; else ``create_game``.

    A description may be about a whole project, so the factory in it counts where it is part of the
    module, or where the module has no ``create_game``.
    """
    said_module, _, said_factory = str((described.values or {}).get("factory") or "").partition(":")
    if factory is None and said_factory:
        inside = f"{said_module}.".startswith(f"{module}.")
        if inside or not hasattr(import_module(module), DEFAULT_FACTORY):
            module, factory = said_module, said_factory
    return factory_in(import_module(module), factory or DEFAULT_FACTORY, place=place)


def _looked_at(game: RegisteredGame, games: Sequence[RegisteredGame]) -> InstalledGame:
    metadata = None
    problems = []
    if others := " and ".join(each.owner for each in games if each.name == game.name and each is not game):
        problems.append(f"{others} has a game of this name too; this one is also called {game.entry}")
    file = locate(game.module)
    if file is None:
        problems.append(f"its module {game.module} is not there; try: {game.reinstall}")
    else:
        try:
            metadata = metadata_in(describe(file, game.factory, game.name))
        except RetroGamerError as error:
            problems.append(": ".join(filter(None, [error.problem.where, error.problem.what])))
    board_size, described = metadata.board_size if metadata else None, metadata is not None
    return InstalledGame(
        game.name, game.entry, game.distribution, game.version, board_size, described, "; ".join(problems)
    )
