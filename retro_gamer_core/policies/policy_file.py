"""A policy in one file, ``snake.rgp``: a card that says what it is, and the weights of its network.

The file is an archive (see ``runs.archives``), which ``numpy.load`` and any unzip program open:

    card.json               what it is, in words and numbers (``card.PolicyCard``)
    weights/board.rows.npy  one array for each weight of the network

The last 64 bytes, a comment to the zip, are the SHA-256 of all others in hexadecimal digits, so that no
damage goes unnoticed. That says nothing of who made the file, and policy files come from strangers: so
nothing in one is ever executed, unpacked to disk, or believed. A member that does not belong there, a size
that lies, a Python object, a number that is none, and the file is refused.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import PolicyFileRefused, RetroGamerError, RunNotFound
from retro_gamer_core.runs.archives import (
    DIGITS,
    is_whole,
    open_archive,
    read_array,
    read_json,
    sealed,
    write_archive,
)
from retro_gamer_core.runs.atomic_files import entries, replace_file

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SUFFIX = ".rgp"
_CHECKPOINT = ".pt"
_CARD = "card.json"
_WEIGHT = re.compile(r"weights/(\w+(?:\.\w+)*)\.npy", re.ASCII)
_LONGEST_CARD = 1_000_000
_MOST_WEIGHTS = 1_000
_KINDS_OF_NUMBERS = "fiu"


def write_policy_file(path: Path, card: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> None:
    """Write a policy file, whole or not at all. Equal policies give equal files, byte for byte.

    Args:
        path: the file; its directory must exist.
        card: plain values, as JSON knows them.
        weights: arrays of numbers, by name.

    Raises:
        RetroGamerError: the disk refused.
    """
    text = json.dumps(card, indent=2, ensure_ascii=False, allow_nan=False)
    members = [(f"weights/{name}.npy", np.ascontiguousarray(array)) for name, array in weights.items()]
    contents = BytesIO()
    write_archive(contents, _CARD, text, members)
    everything = sealed(contents.getvalue())
    replace_file(path, lambda temporary: temporary.write_bytes(everything))


def read_policy_file(source: Traversable) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The card and the weights in a policy file. Whether they make sense is for others to say.

    Raises:
        PolicyFileRefused: cut short, changed, or something else than a policy file.
        OSError: the file cannot be opened.
    """
    contents = source.read_bytes()
    with refusal_explained(source):
        if not is_whole(contents):
            raise ValueError("it is cut short, damaged, or no policy file at all")
        with open_archive(BytesIO(contents), len(contents)) as archive:
            _refuse_hiding_places(archive, contents)
            return _card(archive), _weights(archive)


@contextmanager
def refusal_explained(source: Traversable) -> Iterator[None]:
    """Whatever a file of a stranger makes anybody raise who reads it, it means that the file is not used.

    Raises:
        PolicyFileRefused: in place of any error but a lack of memory.
    """
    try:
        yield
    except MemoryError:
        raise  # the file may be fine
    except Exception as error:
        told = error.problem.what if isinstance(error, RetroGamerError) else str(error)
        raise PolicyFileRefused(
            f"{source.name} is not used: {told or type(error).__name__}",
            where=str(source),
            why="a policy file must be whole, and be what it says it is; nothing in it was run",
            hint="get the file again, or make it anew: retro-gamer export RUN -o snake.rgp",
        ) from error


def find_policy_file(path: Path | str) -> Path | None:
    """The policy file that ``path`` stands for; None where it rather means a run's directory.

    Raises:
        RetroGamerError: it ends like one and is not there, or it is a checkpoint.
    """
    path = Path(path)
    if path.is_file():
        if path.suffix != _CHECKPOINT:
            return path
        run = path.parent.parent
        raise RunNotFound(
            f"{path} is a checkpoint, which is read together with its run",
            hint=f"name the run and the checkpoint: retro-gamer play {run} --checkpoint {path.stem}",
        )
    if path.suffix == SUFFIX and not path.is_dir():
        here = [found.name for found in entries(path.parent) if found.suffix == SUFFIX]
        hint = f"there is {', '.join(here[:5])}" if here else "make one: retro-gamer export RUN -o snake.rgp"
        raise RunNotFound(f"there is no file {path}", hint=hint)
    return None


def _refuse_hiding_places(archive: zipfile.ZipFile, contents: bytes) -> None:
    """A zip may have anything before its first member and after its end; another program may read that."""
    begins = min((member.header_offset for member in archive.infolist()), default=0)
    if begins != 0 or archive.comment != contents[-DIGITS:]:
        raise ValueError("something else is in it beside the policy")


def _card(archive: zipfile.ZipFile) -> dict[str, Any]:
    if archive.getinfo(_CARD).file_size > _LONGEST_CARD:
        raise ValueError("its card is longer than a card can be")
    card = read_json(archive, _CARD)
    if not isinstance(card, dict):
        raise ValueError("its card is no table of facts")
    return card


def _weights(archive: zipfile.ZipFile) -> dict[str, np.ndarray]:
    members = [name for name in archive.namelist() if name != _CARD]
    if len(members) > _MOST_WEIGHTS:
        raise ValueError(f"it holds {len(members):,} arrays")
    weights = {}
    for member in members:
        found = _WEIGHT.fullmatch(member)
        if found is None:
            raise ValueError(f"{member!r} does not belong into a policy file")
        array = read_array(archive, member)
        if array.dtype.kind not in _KINDS_OF_NUMBERS or not np.isfinite(array).all():
            raise ValueError(f"{member} holds something that is not an ordinary number")
        weights[found[1]] = array
    return weights
