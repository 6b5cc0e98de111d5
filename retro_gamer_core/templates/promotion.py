"""From one file to a package: the file is copied as it is, and the package is shown to do the same."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.module_files import locate
from retro_gamer_core.kinds import KINDS, one_of_them
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.plugins.own_code import look_for
from retro_gamer_core.plugins.part_building import kind_of
from retro_gamer_core.templates.new_directory import new_directory
from retro_gamer_core.templates.part_package import NewPart, package_around, part_name
from retro_gamer_core.templates.same_outputs import Proof, prove_same
from retro_gamer_core.templates.text_filters import one_line

_SAYS_NOTHING = ("build", "make", "create", "factory")


@dataclass(frozen=True)
class Promoted:
    """What was made: the package, the part in it, and how it was compared."""

    directory: Path
    part: NewPart
    proof: Proof


def promote(place: str, *, kind: str | None, name: str | None, game: str, output: Path | None) -> Promoted:
    """Write a package around a file.

    Args:
        place: ``"path/to/my_encoder.py:Stripes"``.
        kind: of the part; seen from what it can do where left out.
        name: the name it is to have; made of its own where left out.
        game: what the part is tried with.
        output: the directory to make.

    Raises:
        RetroGamerError: it cannot be done, or the package would do something else than the file. Then
            nothing was written.
    """
    file, attribute = _file_and_attribute(place)
    import_string = f"{file.stem}:{attribute}"
    made_by = _load(file, import_string)
    kind = kind or _kind_to_promote(made_by, place)
    part = NewPart(
        kind=kind,
        name=part_name(kind, name or _own_name(file, attribute)),
        attribute=attribute,
        file=file.name,
        summary=_first_sentence(made_by) or f"The {kind} {attribute} of {file.name}.",
        game=game,
    )
    found = find_game(game)
    files = dict(package_around(part, file.read_bytes()))
    directory = output or Path(part.distribution)
    with new_directory(directory, files) as package:
        proof = prove_same(part, file, import_string, package, found.name)
    return Promoted(directory, part, proof)


def _file_and_attribute(place: str) -> tuple[Path, str]:
    path, _, attribute = place.rpartition(":")
    if not path or not attribute.isidentifier():
        raise RetroGamerError(
            f"{place!r} does not say what of the file is the part",
            hint=f"{place.removesuffix(':')}:Name, where Name is the class or function in it",
        )
    file = Path(path)
    if not file.is_file() and file.suffix != ".py":  # as an import path names it
        file = file.parent.joinpath(*file.name.split(".")).with_suffix(".py")
    if not file.is_file():
        raise RetroGamerError(f"there is no file {file}", hint="the path of a Python file, from here")
    if not file.stem.isidentifier() or file.stem in ("__init__", "__main__"):
        raise RetroGamerError(
            f"a file called {file.name} cannot become a module of a package",
            hint=f"rename it, for example to my_{re.sub('[^a-z0-9]+', '_', file.stem.lower()).strip('_')}.py",
        )
    return file.resolve(), attribute


def _load(file: Path, import_string: str) -> Any:
    look_for(file.stem, [file.parent])
    found = locate(file.stem)
    if found is not None and found.resolve() != file:
        raise RetroGamerError(
            f"{file.name} has the name of another module",
            where=str(found),
            why="Python would take the other one wherever this one is named",
            hint=f"rename it, for example to my_{file.name}",
        )
    return load_attribute(import_string, what=f"{import_string.partition(':')[2]} of {file.name}")


def _kind_to_promote(made_by: Any, place: str) -> str:
    kind = kind_of(made_by)
    if kind in KINDS and KINDS[kind].recorder:
        return kind
    raise RetroGamerError(
        f"{place} looks like a {kind}, and that cannot be promoted"
        if kind
        else f"what {place} makes cannot be seen from outside",
        hint=f"retro-gamer promote {place} --kind KIND, where KIND is {one_of_them()}",
    )


def _own_name(file: Path, attribute: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", attribute)
    return file.stem if words.lower() in _SAYS_NOTHING else words


def _first_sentence(made_by: Any) -> str:
    if not made_by.__doc__:  # inspect.getdoc would take that of nn.Module
        return ""
    paragraph = (inspect.getdoc(made_by) or "").partition("\n\n")[0]
    return re.split(r"(?<=[.!?])\s", one_line(paragraph))[0]
