"""The proof of a promotion: the file by its import path, and the package by its name, do the same.

Each is tried in a process of its own. The package's one starts in an empty directory and finds the
package as pip would leave it, so nothing that lies beside the file can be of help.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retro_gamer_core.errors import PluginError, RetroGamerError
from retro_gamer_core.templates.new_directory import write_files
from retro_gamer_core.templates.part_package import NewPart


@dataclass(frozen=True)
class Proof:
    """What was the same.

    Args:
        looked_at: what the part was tried with, in words.
        compared: how many outputs were the same, to the last bit.
        left_out: how many the file itself does not repeat, such as the time of day in a log.
    """

    looked_at: str
    compared: int
    left_out: int


def prove_same(part: NewPart, file: Path, import_string: str, package: Path, game: str) -> Proof:
    """Compare what the two do with a game.

    Raises:
        PluginError: the part or its package fails.
        RetroGamerError: they differ, or the file does not do the same twice.
    """
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryDirectory() as site:
        write_files(Path(site), _as_installed(part))
        looked_at, once, again = _record(part, import_string, game, file.parent, [])
        _, packaged, _ = _record(part, part.name, game, Path(empty), [str(package), site], promoted=file)
    repeated = [i for i, (mark, same) in enumerate(zip(once, again, strict=False)) if mark == same]
    if len(once) != len(again) or (len(repeated) < len(once) and part.kind != "logger"):
        raise RetroGamerError(
            f"{import_string} does not do the same twice, so nobody can say whether its package does the same",
            why="it draws random numbers of its own, or remembers something from one run to the next",
            hint="take its randomness from the generator it is given, or from a fixed seed",
        )
    differing = [i for i in repeated if i >= len(packaged) or once[i] != packaged[i]]
    if differing or len(once) != len(packaged):
        raise RetroGamerError(
            f"the package does not do the same as {file.name}: of {len(once)} outputs, "
            f"{len(differing) or 'some'} differ",
            where=f"the first is number {differing[0] + 1}" if differing else "",
            why="it depends on where it lies, or on its own module's name",
            hint="look for __name__, __file__ or open(…) in it; nothing was written",
        )
    return Proof(looked_at, len(repeated), len(once) - len(repeated))


def _record(
    part: NewPart, name: str, game: str, directory: Path, paths: list[str], promoted: Path | None = None
) -> tuple[str, list[str], list[str]]:
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([*paths, *([inherited] if inherited else [])])
    done = subprocess.run(
        [sys.executable, "-P", "-m", "retro_gamer_core.templates.recording", part.kind, name, game],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    last_line = (done.stdout.splitlines() or [""])[-1]  # a part may print, too
    if done.returncode or not last_line.startswith("{"):
        raise PluginError(
            f"trying {name} failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}"
        )
    answer: dict[str, Any] = json.loads(last_line)
    if "refused" in answer:
        told = answer["refused"]
        if promoted:
            told["why"] = (
                f"{promoted.name} works where it is, but not in a package: {told['why']}".removesuffix(": ")
            )
            told["hint"] = "a package holds this one file: put what it imports from beside it into it, too"
        raise PluginError(told.pop("what"), **told)
    once, again = answer["marks"]
    return answer["looked_at"], once, again


def _as_installed(part: NewPart) -> dict[str, str]:
    """What pip leaves beside a package."""
    information = f"{part.distribution.replace('-', '_')}-0.1.0.dist-info"
    return {
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {part.distribution}\nVersion: 0.1.0\n",
        f"{information}/entry_points.txt": f"[retro_gamer]\n{part.module} = {part.module}\n",
    }
