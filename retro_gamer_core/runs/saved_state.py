"""A training state, or a checkpoint, in one file: nested dicts and lists of arrays, numbers and text, nothing else.

The file is an archive (see ``archives``): ``tree.json`` holds the nesting and the small values, ``0.npy``,
``1.npy``, … the arrays. It is not sealed with a digest of the whole: each member has a checksum, and a digest
would make every save half as long again.

In the tree, JSON's own null, true, false, texts, lists, finite numbers stand for themselves. Whatever
JSON lacks is an object with one key: ``{"dict": [[key, value], …]}`` (keys may be numbers),
``{"tuple": […]}``, ``{"int": "0x…"}`` (too long for other readers of JSON), ``{"float": "nan"}``,
``{"array": 3}``, ``{"scalar": 4}`` for a numpy scalar, and ``{"tensor": 5}``: an array that was a tensor of torch,
and becomes one again where torch has been imported.
"""

from __future__ import annotations

import json
import math
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from retro_gamer_core.runs.archives import is_plain, open_archive, read_array, read_json, write_archive
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.runs.plain_values import cannot_be_saved
from retro_gamer_core.runs.refusals import damage_explained

_FORMAT = "retro-gamer state"
_VERSION = 1
_TREE = "tree.json"
_LONGEST_PLAIN_INT = 2**53
_NAME_AT = 30  # in a zip, the name of the first member stands here


def write_state(path: Path, state: Mapping[str, Any]) -> None:
    """Save a state, whole or not at all. Equal states give equal files, byte for byte.

    Args:
        path: the ``.npz`` file; its directory must exist.
        state: dicts (keys: text or whole numbers), lists and tuples of numpy arrays, numpy scalars,
            int, float, bool, str and None; tensors of torch, too. What is big belongs into arrays.

    Raises:
        RetroGamerError: something else is in there (the message says where), or the disk refused.
    """
    arrays: list[np.ndarray] = []
    tree = {"format": _FORMAT, "version": _VERSION, "state": _encode(state, arrays, "state")}
    text = json.dumps(tree, allow_nan=False)
    members = [(_member(index), array) for index, array in enumerate(arrays)]
    replace_file(path, lambda temporary: write_archive(temporary, _TREE, text, members))


def is_state(path: Path) -> bool:
    """Whether a file begins as ``write_state`` begins one, be it whole or not."""
    with path.open("rb") as file:
        head = file.read(_NAME_AT + len(_TREE))
    return head.startswith(b"PK") and head[_NAME_AT:] == _TREE.encode()


def refuse_unsaveable(state: Any, where: str) -> None:
    """Raise what ``write_state`` would raise for this part of a state, and write nothing."""
    _encode(state, [], where)


def read_state(path: Path) -> dict[str, Any]:
    """Read what ``write_state`` wrote: the same values, types, dtypes and shapes.

    Raises:
        CheckpointDamaged: cut short, changed, or not a saved state at all.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file, damage_explained(path), open_archive(file, path.stat().st_size) as archive:
        tree = read_json(archive, _TREE)
        if tree["format"] != _FORMAT:
            raise ValueError("something else wrote it")
        if tree["version"] != _VERSION:
            raise ValueError(f"it has format {tree['version']}, and this retro-gamer reads {_VERSION}")
        return _decode(tree["state"], archive)


def _encode(value: Any, arrays: list[np.ndarray], where: str) -> Any:
    match value:
        case np.ndarray():
            return {"array": _put(value, arrays, where)}
        case np.generic():  # before float and str: np.float64 and np.str_ are those too
            return {"scalar": _put(value, arrays, where)}
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) <= _LONGEST_PLAIN_INT else {"int": hex(value)}
        case float():
            return value if math.isfinite(value) else {"float": str(value)}
        case list():
            return [_encode(item, arrays, f"{where}[{i}]") for i, item in enumerate(value)]
        case tuple():
            return {"tuple": _encode(list(value), arrays, where)}
        case Mapping():
            return {
                "dict": [
                    [_encode_key(key, where), _encode(item, arrays, f"{where}[{key!r}]")]
                    for key, item in value.items()
                ]
            }
    if callable(getattr(value, "detach", None)):  # a tensor of torch, which is not imported here
        return {"tensor": _put(value.detach().cpu().numpy(), arrays, where)}
    raise cannot_be_saved(value, where)


def _encode_key(key: Any, where: str) -> Any:
    if isinstance(key, (bool, np.generic)) or not isinstance(key, (str, int)):
        raise cannot_be_saved(key, f"a key of {where}")
    return _encode(key, [], where)


def _put(value: np.ndarray | np.generic, arrays: list[np.ndarray], where: str) -> int:
    array = np.asarray(value)
    if not is_plain(array.dtype):
        raise cannot_be_saved(value, where)
    arrays.append(array)
    return len(arrays) - 1


def _decode(node: Any, archive: zipfile.ZipFile) -> Any:
    if isinstance(node, list):
        return [_decode(item, archive) for item in node]
    if not isinstance(node, dict):
        return node
    [(tag, content)] = node.items()
    match tag:
        case "dict":
            return {_decode(key, archive): _decode(item, archive) for key, item in content}
        case "tuple":
            return tuple(_decode(content, archive))
        case "int":
            return int(content, 16)
        case "float":
            return float(content)
        case "array":
            return read_array(archive, _member(content))
        case "scalar":
            return read_array(archive, _member(content))[()]
        case "tensor":
            array = read_array(archive, _member(content))
            return sys.modules["torch"].from_numpy(array) if "torch" in sys.modules else array
    raise ValueError(f"{tag} is not a kind of value")


def _member(index: int) -> str:
    return f"{index}.npy"
