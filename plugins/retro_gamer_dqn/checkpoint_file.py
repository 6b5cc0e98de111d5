"""Checkpoints as ``.pt`` files: weights and plain values, read back without executing anything."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from retro_gamer_core.errors import CheckpointDamaged

_EXPECTED = ("model_state_dict", "optimizer_state_dict", "epsilon", "total_steps", "episode")


def save(path: Path, contents: dict[str, Any]) -> None:
    """Write ``contents`` (tensors and plain values, nested) to ``path``.

    By way of memory: writing to a full disk itself, torch would not say that the disk is full.
    """
    buffer = io.BytesIO()
    torch.save(contents, buffer)
    path.write_bytes(buffer.getbuffer())


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the processor, whatever device it was trained on.

    Raises:
        CheckpointDamaged: the file is cut short, holds something else, or would run code.
    """
    try:
        contents = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # torch raises whatever its unpickler met
        raise CheckpointDamaged(
            f"{path.name} cannot be read as a checkpoint",
            where=str(path),
            why=f"it is cut short, damaged, or something else: {_first_sentence(error)}",
            hint="use another one: retro-gamer info RUN lists them",
        ) from error
    missing = [key for key in _EXPECTED if not isinstance(contents, dict) or key not in contents]
    if missing:
        raise CheckpointDamaged(
            f"{path.name} is not a checkpoint of retro-gamer",
            where=str(path),
            why=f"it lacks {', '.join(missing)}",
            hint="use another one: retro-gamer info RUN lists them",
        )
    return contents


def _first_sentence(error: Exception) -> str:
    """torch explains itself at length, and for an empty file not at all."""
    lines = str(error).strip().splitlines()
    return lines[0].partition(". ")[0][:200] if lines else type(error).__name__
