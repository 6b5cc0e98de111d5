"""The code of its own that a run names: told without importing it, and found from any directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import read_sections
from retro_gamer_core.configuration.migrate import migrate
from retro_gamer_core.errors import Problem, RetroGamerError
from retro_gamer_core.games.entry_points import is_installed_game
from retro_gamer_core.games.module_files import is_path, module_file
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.plugins.own_code import (
    file_of,
    installed_only,
    is_installed,
    look_for,
    not_trusted,
    refused,
)
from retro_gamer_core.runs.made_here import is_sealed
from retro_gamer_core.runs.parts_lock import read_lock

if TYPE_CHECKING:
    from retro_gamer_core.runs.run_directory import RunDirectory


@dataclass(frozen=True)
class OwnCode:
    """Code outside the installed packages that a run names.

    Args:
        kind: what it is meant to be: ``"game"``, or the kind of a part; ``"code"`` for an option's value.
        name: as it is named.
        where: the key that names it, and the file that key is in.
        file: the file that would be imported; None where there is none.
    """

    kind: str
    name: str
    where: str
    file: Path | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


#: Says whether code of a run may be imported that was not made on this computer.
Ask = Callable[["RunDirectory", Sequence[OwnCode]], bool]

_ask: Ask | None = None
_answers: dict[tuple[str, Path | None], bool] = {}


@contextmanager
def asked_first(ask: Ask) -> Iterator[None]:
    """Let ``ask`` decide about the code of runs from elsewhere, once about each, while the block runs.

    Without it, such code is imported: whoever names a run in a program of their own has decided.
    """
    global _ask
    before, _ask = _ask, ask
    _answers.clear()
    try:
        yield
    finally:
        _ask = before


def own_code_of(run: RunDirectory, sections: Mapping[str, Any] | None = None) -> list[OwnCode]:
    """What the settings and the ``parts.lock`` of a run name. Nothing is imported, and no checkpoint opened.

    ``sections`` are its settings, where they were read before.
    """
    found: list[OwnCode] = []
    with suppress(RetroGamerError):  # told by whoever reads the settings next
        found += _named_in(sections or read_sections(run.config), run, "config.toml")
    with suppress(RetroGamerError):
        for part in read_lock(run.parts_lock):
            if _is_import_string(part.name) and part.name not in [code.name for code in found]:
                found += _own(part.kind, part.name, f"[[part]] in {run.parts_lock.name}", run)
    return found


def in_a_sentence(found: Sequence[OwnCode]) -> str:
    """What to tell a person before any of it is imported."""
    named = ", ".join(map(str, found))
    return f"This run names code of its own: {named}. Training, playing or checking it runs that code."


def make_importable(
    run: RunDirectory,
    trained_as: Mapping[str, Any] | None = None,
    *,
    where: str = "",
    with_game: bool = True,
) -> None:
    """Let Python find the modules that a run names as ``my_file:MyPart``, if they lie above the run.

    Whoever imports code that a run names calls this first, so that people are asked about it (see ``asked_first``).

    What is installed is left alone. The nearest directory above the run comes first, the working directory last.

    Args:
        run: whose settings name them.
        trained_as: the settings to look at in place of its ``config.toml``, from the file ``where``.
        with_game: whether its game is imported next.

    Raises:
        OwnCodeRefused: naming all of it, where only installed packages may run, or where it was asked about and is
            not to be run.
    """
    found = own_code_of(run) if trained_as is None else _named_in(trained_as, run, where)
    if found and installed_only():
        raise refused(_problems(found))
    imported = [code for code in found if with_game or code.kind != "game"]
    if imported and _ask is not None and not is_sealed(run.path):
        if new := [code for code in imported if (code.name, code.file) not in _answers]:
            _answers.update(dict.fromkeys([(code.name, code.file) for code in new], _ask(run, new)))
        if no := [code for code in imported if not _answers[code.name, code.file]]:
            raise not_trusted(_problems(no))
    for code in found:
        if code.kind != "game":  # which is found by its path
            look_for(code.name.partition(":")[0], _places(run))


def _problems(found: Sequence[OwnCode]) -> list[Problem]:
    return [Problem(f"{code} ({code.file})" if code.file else str(code), code.where) for code in found]


def _named_in(sections: Mapping[str, Any], run: RunDirectory, file: str) -> list[OwnCode]:
    # Of another shape? That is told by whoever reads them next.
    with suppress(RetroGamerError, TypeError, AttributeError):
        sections = migrate(sections).sections
    naming: dict[tuple[str, ...], str] = {("game", "name"): "game"}
    for each in KINDS.values():
        naming |= {(each.section, each.key): each.name, (each.table, "name"): each.name}
    found: list[OwnCode] = []
    for keys, text in _texts(sections):
        where = f"[{'.'.join(keys[:-1])}] {keys[-1]} in {file}"
        kind = naming.get(keys)
        if kind == "game":
            found += _own_game(text, where)
        elif _is_import_string(text):
            own = _own(kind or "code", text, where, run)
            found += own if kind else [code for code in own if code.file is not None]
    return list(dict.fromkeys(found))


def _own(kind: str, name: str, where: str, run: RunDirectory) -> list[OwnCode]:
    module = name.partition(":")[0]
    return [] if is_installed(module) else [OwnCode(kind, name, where, file_of(module, _places(run)))]


def _own_game(name: str, where: str) -> list[OwnCode]:
    place, colon, factory = name.rpartition(":")
    place = place if colon and factory.isidentifier() else name
    if is_path(place):
        return [OwnCode("game", name, where, Path(place).expanduser())]
    # What lies here find_game takes before what is installed, but for the games that are registered.
    beside = module_file(Path.cwd(), place.split(".")) if all(place.split(".")) else None
    is_own = beside is not None and beside.is_file() and not is_installed_game(name)
    return [OwnCode("game", name, where, beside)] if is_own else []


def _places(run: RunDirectory) -> list[Path]:
    return [*run.path.resolve().parents, Path.cwd()]


def _is_import_string(text: str) -> bool:
    module, colon, attribute = text.partition(":")
    return bool(colon) and all(name.isidentifier() for name in (*module.split("."), *attribute.split(".")))


def _texts(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*keys, str(key)))
    elif isinstance(value, (list, tuple)):  # and no tensor, which a stranger may have put there
        for item in value:
            yield from _texts(item, keys)
