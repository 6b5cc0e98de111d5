"""From one file to a package: the file is copied as it is, and the package is shown to do the same."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.finding import find_game, fresh_game
from retro_gamer_core.games.module_files import locate
from retro_gamer_core.parts import Kind
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.function_encoder import takes_a_game
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.plugins.own_code import look_for
from retro_gamer_core.plugins.part_options import kind_of
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.player import build_encoder
from retro_gamer_core.templates.new_directory import new_directory
from retro_gamer_core.templates.part_package import KINDS, NewPart, filled_in, package_around, part_name
from retro_gamer_core.templates.same_outputs import Proof, prove_same
from retro_gamer_core.templates.text_filters import one_line

_SAYS_NOTHING = ("build", "make", "create", "factory")


@dataclass(frozen=True)
class Promoted:
    """What was made: the package, the part in it, and how it was compared."""

    directory: Path
    part: NewPart
    proof: Proof


def promote(place: str, *, kind: Kind | None, name: str | None, game: str, output: Path | None) -> Promoted:
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
        adapted=_needs_adapter(made_by, kind),
        game=game,
    )
    found = find_game(game)
    files = dict(package_around(part, file.read_bytes()))
    if part.adapted:
        files[f"{part.module}/adapter.py"] = _adapter(part, made_by, import_string, found)
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
    if not file.stem.isidentifier() or file.stem in ("__init__", "__main__", "adapter"):
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


def _kind_to_promote(made_by: Any, place: str) -> Kind:
    kind = kind_of(made_by)
    if kind in KINDS:
        return kind
    raise RetroGamerError(
        f"{place} looks like a {kind}, and that cannot be promoted"
        if kind
        else f"whether {place} makes an encoder, a network, a memory or a logger cannot be seen from outside",
        hint=f"retro-gamer promote {place} --kind encoder (or network, memory, logger)",
    )


def _own_name(file: Path, attribute: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", attribute)
    return file.stem if words.lower() in _SAYS_NOTHING else words


def _first_sentence(made_by: Any) -> str:
    if not made_by.__doc__:  # inspect.getdoc would take that of nn.Module
        return ""
    paragraph = (inspect.getdoc(made_by) or "").partition("\n\n")[0]
    return re.split(r"(?<=[.!?])\s", one_line(paragraph))[0]


def _needs_adapter(made_by: Any, kind: Kind) -> bool:
    """Whether an import path names it well, and a plugin would have to give more."""
    if kind == "network":
        asked = list(inspect.signature(made_by).parameters)[:2]
        forward = getattr(made_by, "forward", None)
        taken = len(inspect.signature(forward).parameters) - 1 if forward else 0
        return asked != ["spec", "n_outputs"] or taken != 2
    return takes_a_game(made_by)


def _adapter(part: NewPart, made_by: Any, import_string: str, game: Any) -> str:
    if part.kind == "network":
        return filled_in("network_adapter.py", part)
    complete_metadata(game.metadata, game.factory)
    choice = PartChoice("encoder", import_string)
    encoder = build_encoder(choice, game.metadata, lambda: fresh_game(game.factory), installed_plugins())
    argument = "frame.game" if next(iter(inspect.signature(made_by).parameters)) == "game" else "frame"
    return filled_in("encoder_adapter.py", part, n_features=encoder.spec.n_features, argument=argument)
