"""Checkpoints as ``.pt`` files: weights and plain values, read back without executing anything.

A file ends with the SHA-256 of all before it (see ``archives``), which plain ``torch.load`` reads past; torch
itself looks at no checksum. Files of before there was a digest are checked by the checksums of their zip.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from retro_gamer_core.errors import CheckpointDamaged
from retro_gamer_core.runs.archives import has_seal, is_whole, sealed

_EXPECTED = ("model_state_dict", "optimizer_state_dict", "epsilon", "total_steps", "episode")
_ANOTHER = "use another one: retro-gamer info RUN lists them"


def save(path: Path, contents: dict[str, Any]) -> None:
    """Write ``contents`` (tensors and plain values, nested) to ``path``; what is in ``learner`` as keys of the file.

    By way of memory: writing to a full disk itself, torch would not say that the disk is full.
    """
    buffer = io.BytesIO()
    flat = {**contents["learner"], **contents}
    del flat["learner"]
    torch.save(flat, buffer)
    path.write_bytes(sealed(buffer.getvalue()))


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the processor, whatever device it was trained on; ``learner`` is all that is in it.

    Raises:
        CheckpointDamaged: the file is cut short, changed, holds something else or no numbers, or would run code.
    """
    found = path.read_bytes()
    try:
        _refuse_damage(found)
        contents = torch.load(io.BytesIO(found), weights_only=True, map_location="cpu")
    except MemoryError:
        raise  # the file may be fine
    except Exception as error:  # torch raises whatever its unpickler met
        raise CheckpointDamaged(
            f"{path.name} cannot be read as a checkpoint",
            where=str(path),
            why=f"it is cut short, damaged, or something else: {_first_sentence(error)}",
            hint=_ANOTHER,
        ) from error
    missing = [key for key in _EXPECTED if not isinstance(contents, dict) or key not in contents]
    if missing:
        raise CheckpointDamaged(
            f"{path.name} is not a checkpoint of retro-gamer",
            where=str(path),
            why=f"it lacks {', '.join(missing)}",
            hint=_ANOTHER,
        )
    for name, tensor in _tensors(contents):
        if torch.isnan(tensor).any():
            raise no_numbers(name, path.name)
    return {**contents, "learner": contents}


def count(saved: Mapping[str, Any], name: str) -> int:
    """A count out of a checkpoint or a saved state.

    Raises:
        KeyError: there is none.
        ValueError: it is no count.
    """
    value = saved[name]
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"{name} cannot be {value!r:.40}")
    return value


def no_numbers(weights: str, file: str = "it") -> CheckpointDamaged:
    """The error for weights that cannot be computed with."""
    return CheckpointDamaged(
        f"{file} cannot be used: not all of {weights} are ordinary numbers",
        why="whatever such a network is shown, it cannot tell one action from another",
        hint=_ANOTHER,
    )


def _refuse_damage(found: bytes) -> None:
    if has_seal(found):
        if not is_whole(found):
            raise ValueError("its digest is that of other contents")
        return
    with zipfile.ZipFile(io.BytesIO(found)) as archive:
        if (member := archive.testzip()) is not None:
            raise ValueError(f"the checksum of {member} is that of other contents")


def _tensors(value: Any, name: str = "it") -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _tensors(item, str(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item, name)


def _first_sentence(error: Exception) -> str:
    """torch explains itself at length, and for an empty file not at all."""
    lines = str(error).strip().splitlines()
    return lines[0].partition(". ")[0][:200] if lines else type(error).__name__
