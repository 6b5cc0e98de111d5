"""Which file is meant by the path of a game, where the path may be a directory."""

from __future__ import annotations

import ast
from pathlib import Path

from retro_gamer_core.errors import GameNotFound
from retro_gamer_core.games.descriptions import describe
from retro_gamer_core.games.entry_points import DEFAULT_FACTORY, games_of_project
from retro_gamer_core.games.module_files import import_directory, module_file
from retro_gamer_core.suggestions import nearest


def is_path(text: str) -> bool:
    """Whether a person who writes this means a file or directory, rather than a module."""
    return text.endswith(".py") or text.startswith((".", "~")) or "/" in text or "\\" in text


def game_file(path: Path, factory: str | None = None) -> tuple[Path, str | None]:
    """The file to import for the game at ``path``, and the factory in it where one is known.

    In a directory it is the file of the description's ``factory`` or of the one game that its project
    registers, else the package's ``__init__.py``, else the only file that defines the factory.

    Raises:
        GameNotFound: there is no such file, or no one file stands out.
        MetadataError: the ``pyproject.toml`` of the directory cannot be read.
    """
    if path.is_dir():
        return _file_in(path, factory)
    if path.is_file() and path.suffix == ".py":
        return path, factory
    if path.is_file():
        raise GameNotFound(
            f"{path.name} is not a Python file",
            where=str(path),
            hint="name a .py file",
            code="not-a-python-file",
        )
    if not path.parent.is_dir():
        raise GameNotFound(
            f"there is no directory {path.parent}",
            where=str(path),
            hint="check the path",
            code="no-such-directory",
        )
    match = nearest(path.name, [file.name for file in path.parent.iterdir()])
    hint = f"did you mean {(path.parent / match).as_posix()}?" if match else "check the path"
    raise GameNotFound(f"there is no file {path.name}", where=str(path), hint=hint, code="no-such-file")


def _file_in(directory: Path, factory: str | None) -> tuple[Path, str | None]:
    package = directory / "__init__.py"
    named = (describe(directory).values or {}).get("factory") or _only_entry(directory)
    module, _, described = str(named or "").partition(":")
    if described:
        for root in (import_directory(package), directory, directory / "src"):
            file = module_file(root, module.split("."))
            if file is not None and file.is_file():
                return file, factory or described
        raise GameNotFound(
            f"there is no module {module} in {directory}",
            why=f"the description of the game names {module}:{described} as its factory",
            hint="correct  factory  in its pyproject.toml, or name the game's file",
            code="no-such-module",
        )
    if package.is_file():
        return package, factory
    factory = factory or DEFAULT_FACTORY
    candidates = [file for file in sorted(directory.glob("*.py")) if _defines(file, factory)]
    if len(candidates) == 1:
        return candidates[0], factory
    if candidates:
        raise GameNotFound(
            f"there are {len(candidates)} games in {directory}",
            hint="name one of them: " + ", ".join(file.as_posix() for file in candidates),
            code="several-games",
        )
    raise GameNotFound(
        f"there is no game in {directory}",
        why=f"none of its files defines {factory}()",
        hint="name the file and the function that makes the game, as in my_game.py:new_game",
        code="no-game-in-directory",
    )


def _only_entry(directory: Path) -> str | None:
    """``module:factory`` of the game that the project in ``directory`` registers, if it is just one."""
    entries = list(games_of_project(directory).values())
    if len(entries) != 1:
        return None
    return entries[0] if ":" in entries[0] else f"{entries[0]}:{DEFAULT_FACTORY}"


def _defines(file: Path, function: str) -> bool:
    try:
        statements = ast.parse(file.read_bytes()).body
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in statements)
