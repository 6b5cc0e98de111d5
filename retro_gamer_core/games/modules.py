"""Importing the module of a game, by name or by file, and explaining why it cannot be imported."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from zlib import crc32

from retro_gamer_core.errors import GameError, Problem, RetroGamerError
from retro_gamer_core.games.module_files import import_directory, locate, module_file, module_parts, own_code
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.games.windows_signals import allow_retro_import
from retro_gamer_core.plugins import diagnosis
from retro_gamer_core.plugins.own_code import installed_only, is_pythons_own, look_in, refused
from retro_gamer_core.suggestions import nearest


def import_by_name(module: str, *, game: str, distribution: str | None = None) -> ModuleType:
    """Import an installed module; ``game`` is what the person called the game.

    Raises:
        GameError: it cannot be imported, or is a module of Python.
    """
    if is_pythons_own(module):  # some do things as soon as they are imported
        raise GameError(
            f"{module} is a module of Python, not a game",
            where=game,
            hint="a game of your own is best named by its file, as in path/to/game.py",
        )
    file = locate(module)
    with _explaining(module, file, game, distribution):
        if file is not None and module not in sys.modules:
            _refuse_to_play(file, game)
        return importlib.import_module(module)


def import_file(file: Path, *, game: str) -> ModuleType:
    """Import a file that may lie anywhere, as part of its package where it is in one.

    What lies in its directory, or in that of its outermost package, can be imported from then on.

    Raises:
        GameError: it cannot be imported.
        OwnCodeRefused: only installed packages may run.
    """
    module = ".".join(module_parts(file))
    if installed_only():
        raise refused([Problem(f"the game {game}", where=str(file))])
    look_in(import_directory(file))
    importlib.invalidate_caches()  # the file may be younger than Python's list of that directory
    located = locate(module)
    if located is not None and located.resolve() == file.resolve():
        return import_by_name(module, game=game)
    with _explaining(module, file, game):
        return _import_apart(file, game)


def _import_apart(file: Path, game: str) -> ModuleType:
    # There is room for one module of each name in sys.modules. Where another one has taken it (a
    # second game.py, a file named like a part of Python), a plain import would hand out that one
    # instead of this file; so this one, or its whole package, goes by a name of its own.
    directory, (top, *deeper) = import_directory(file), module_parts(file)
    apart = f"{top.replace('.', '_')}_{crc32(str(directory).encode()):08x}"
    if apart not in sys.modules:
        _refuse_to_play(file, game)
        beginning = module_file(directory, [top])
        spec = spec_from_file_location(apart, beginning)
        if spec is None or spec.loader is None:
            raise ImportError(f"{beginning} is no Python file", name=top)
        module = sys.modules[apart] = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[apart]
            raise
    return importlib.import_module(".".join([apart, *deeper]))


def _refuse_to_play(file: Path, game: str) -> None:
    """Refuse a module that would begin to play, and take over the terminal, while it is imported."""
    try:
        statements = ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return  # the import itself will say it better
    for statement in statements:
        match statement:
            case ast.Expr(ast.Call(ast.Attribute(player, "play"))) if _is_game(player):
                raise GameError(
                    f"the game {game} begins to play as soon as it is imported",
                    where=f"{file}:{statement.lineno}: {ast.unparse(statement)}",
                    why="to learn a game, one must be able to import it without playing it",
                    hint='put this line at the end of the file, indented under  if __name__ == "__main__":',
                    code="plays-when-imported",
                )


def _is_game(expression: ast.expr) -> bool:
    match expression:
        case ast.Name("game") | ast.Call(ast.Name("Game" | "create_game")):
            return True
    return False


@contextmanager
def _explaining(module: str, file: Path | None, game: str, distribution: str | None = None) -> Iterator[None]:
    allow_retro_import()
    try:
        yield
    except (KeyboardInterrupt, RetroGamerError):
        raise
    except BaseException as error:  # even sys.exit(): importing a game is not a reason to stop
        found = diagnosis.of_import(module, error, distribution)
        hint = found.fix
        if isinstance(error, ImportError) and found.trouble == "missing dependency" and file is not None:
            # The name may be a slip, and then a stranger's package should not be installed for it.
            beside = [neighbour.stem for neighbour in file.parent.glob("*.py")]
            meant = nearest(error.name or "", [*beside, *sys.stdlib_module_names])
            hint = f"did you mean {meant!r}? If not: {hint}" if meant else hint
        raise GameError(
            f"the game {game} cannot be imported: {found.cause}",
            where=where_raised(error, file and own_code(file)) or found.where,
            hint=hint,
            code="import-fails",
        ) from error
