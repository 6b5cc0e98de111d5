"""From one file to a package: the file is copied as it is, and the package is shown to work by itself."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from retro_gamer_core.errors import PluginError, RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.module_files import locate
from retro_gamer_core.kinds import KINDS, one_of_them
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.plugins.own_code import look_for
from retro_gamer_core.plugins.part_building import kind_of
from retro_gamer_core.templates.part_package import NewPart, package_around, part_name
from retro_gamer_core.templates.rendering import Files, new_directory, one_line, write_files

_SAYS_NOTHING = ("build", "make", "create", "factory")


def promote(
    place: str, *, kind: str | None, name: str | None, game: str, output: Path | None
) -> tuple[Path, NewPart]:
    """Write a package around a file, byte for byte. Returns its directory, and the part in it.

    Args:
        place: ``"path/to/my_encoder.py:Stripes"``.
        kind: of the part; seen from what it can do where left out.
        name: the name it is to have; made of its own where left out.
        game: what the package is checked with.
        output: the directory to make.

    Raises:
        RetroGamerError: it cannot be done, or the package does not work. Then nothing was written.
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
    files = package_around(part, file.read_bytes())
    _check_as_installed(part, files, find_game(game).name)
    directory = output or Path(part.distribution)
    new_directory(directory, files)
    return directory, part


def _check_as_installed(part: NewPart, files: Files, game: str) -> None:
    """Check the part as others will find it: by its name, with nothing of what lies beside the file.

    Raises:
        PluginError: it does not work there. Whatever else may be wrong with a part is for ``check`` to say.
    """
    information = f"{part.module}-0.1.0.dist-info"  # what pip leaves beside a package
    installed = {
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {part.distribution}\nVersion: 0.1.0\n",
        f"{information}/entry_points.txt": f"[retro_gamer]\n{part.module} = {part.module}\n",
    }
    check = [sys.executable, "-P", "-m", "retro_gamer_core.cli", "check", part.name, "--kind", part.kind]
    with tempfile.TemporaryDirectory() as site, tempfile.TemporaryDirectory() as empty:
        write_files(Path(site), {**files, **installed})
        path = os.pathsep.join(filter(None, (site, os.environ.get("PYTHONPATH"))))
        done = subprocess.run(
            [*check, "--game", game, "--quick", "--json"],
            cwd=empty,
            env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
    if done.returncode == 0:
        return
    told = done.stdout[done.stdout.find("{") :]  # what is installed may print, too
    findings = json.loads(told)["findings"] if told else []
    broken = [each["what"] for each in findings if each["code"] in ("cannot-be-built", "part-raises")]
    if broken or not findings:
        raise PluginError(
            f"{part.file} does not work in a package, so nothing was written",
            why="; ".join(broken) or done.stderr.strip(),
            hint="a package holds this one file: put what it imports from beside it into it, too",
        )


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
    if kind not in KINDS:
        raise RetroGamerError(
            f"what {place} makes cannot be seen from outside"
            if kind is None
            else f"{place} looks like a {kind}",
            hint=f"retro-gamer promote {place} --kind KIND, where KIND is {one_of_them()}",
        )
    return kind


def _own_name(file: Path, attribute: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", attribute)
    return file.stem if words.lower() in _SAYS_NOTHING else words


def _first_sentence(made_by: Any) -> str:
    if not made_by.__doc__:  # inspect.getdoc would take that of nn.Module
        return ""
    paragraph = (inspect.getdoc(made_by) or "").partition("\n\n")[0]
    return re.split(r"(?<=[.!?])\s", one_line(paragraph))[0]
