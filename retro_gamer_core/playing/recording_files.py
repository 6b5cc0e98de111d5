"""Recorded games, each in a file of some kilobytes.

A file is an archive of the core (see ``retro_gamer_core.runs.archives``): ``recording.json``, and an array each for
keys, values, rewards and which keys were random.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.replay import Recording
from retro_gamer_core.runs.archives import open_archive, read_array, read_json, write_archive
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.runs.plain_values import plain

FORMAT, VERSION = "retro-gamer recording", 1

#: A larger file is no recording: a million turns with four keys take half of it.
LARGEST_FILE = 64 * 2**20

_ABOUT = "recording.json"
_LARGEST_ABOUT = 2**16
_ARRAYS: dict[str, tuple[type[np.generic], int]] = {
    "keys": (np.uint16, 1),
    "values": (np.float32, 2),
    "rewards": (np.float32, 1),
    "random": (np.bool_, 1),
}
_SAID: dict[str, tuple[type, ...]] = {
    "game": (str,), "seed": (int,), "score": (int, float, type(None)), "total_reward": (int, float), "ended": (str,),
    "checksum": (int,),
}  # fmt: skip
_SAID_OF_ITS_TIME: dict[str, tuple[type, ...]] = {
    "name": (str,), "episode": (int,), "total_turns": (int,), "seconds": (int, float), "share": (int, float),
    "best": (bool,),
}  # fmt: skip


class RecordingDamaged(RetroGamerError, ValueError):
    """A recording cannot be read."""


def write_recording(path: Path, recording: Recording) -> None:
    """Write one, whole or not at all. Equal recordings give equal files."""
    about = {
        "format": FORMAT,
        "version": VERSION,
        **{name: getattr(recording, name) for name in _SAID},
        "at": plain(recording.at, "at"),
    }
    text = json.dumps(about, allow_nan=False)
    arrays = [
        (f"{name}.npy", np.asarray(getattr(recording, name), dtype)) for name, (dtype, _) in _ARRAYS.items()
    ]
    replace_file(path, lambda temporary: write_archive(temporary, _ABOUT, text, arrays))


def read_recording(path: Path) -> Recording:
    """Read one, which may come from a stranger: nothing in it is run, and nothing is believed unchecked.

    Raises:
        RecordingDamaged: cut short, changed, or no recording at all.
    """
    size = path.stat().st_size
    try:
        if size > LARGEST_FILE:
            raise ValueError(f"it has {size:,} bytes, more than any recording")
        with path.open("rb") as file, open_archive(file, size) as archive:
            if archive.getinfo(_ABOUT).file_size > _LARGEST_ABOUT:
                raise ValueError("it says more about itself than any recording")
            about = read_json(archive, _ABOUT)
            arrays = {name: read_array(archive, f"{name}.npy") for name in _ARRAYS}
        return _checked(about, arrays)
    except MemoryError:
        raise
    except Exception as error:  # whatever a file that was altered makes anybody raise who reads it
        raise _damaged(path, error) from error


def _checked(about: Any, arrays: Mapping[str, np.ndarray]) -> Recording:
    if about["format"] != FORMAT:
        raise ValueError("something else wrote it")
    if about["version"] != VERSION:
        raise ValueError(f"it has format {about['version']}, and this retro-gamer reads {VERSION}")
    turns = len(arrays["keys"])
    for name, (dtype, dimensions) in _ARRAYS.items():
        array = arrays[name]
        if array.dtype != dtype or array.ndim != dimensions or len(array) != turns:
            raise ValueError(f"{name} is not what it should be")
    if not turns or not arrays["values"].shape[1] > int(arrays["keys"].max()):
        raise ValueError("it has no turns, or a key without a value")
    said: dict[str, Any] = {name: _checked_value(name, about[name], *types) for name, types in _SAID.items()}
    at = {name: _checked_value(name, about["at"][name], *types) for name, types in _SAID_OF_ITS_TIME.items()}
    if said["ended"] not in ("game over", "turn limit"):
        raise ValueError("nobody knows how it ended")
    return Recording(**said, at=at, **dict[str, Any](arrays))


def _checked_value(name: str, value: Any, *types: type) -> Any:
    is_truth = isinstance(value, bool)
    if (is_truth and bool not in types) or not isinstance(value, types):
        raise ValueError(f"its {name} is not what it should be")
    if not is_truth and isinstance(value, (int, float)) and not (isfinite(value) and value < 2**63):
        raise ValueError(f"its {name} is no ordinary number")
    if isinstance(value, int) and value < 0:
        raise ValueError(f"its {name} is below zero")
    return value


def _damaged(path: Path, error: Exception) -> RecordingDamaged:
    return RecordingDamaged(
        f"{path.name} cannot be read: it is cut short, damaged, or no recording at all ({error})",
        where=str(path),
        why="this game cannot be shown; training does not need it",
        hint="move the file away",
    )
