"""Arrays and one text of JSON in a file that may come from anybody: read without running code or being lied to.

A file of this kind is an uncompressed ``.npz``: ``numpy.load`` and any unzip program open it, and each
member carries a checksum. What is refused here is what a hostile one could do: Python objects in an array,
compressed members that unfold to more than the disk holds, sizes that lie, a name that stands for two members.

A zip can also end with the SHA-256 of all before it (64 hexadecimal digits, as its comment, which every
program that opens zips reads past), so that no damage to it goes unnoticed. It says nothing of who made the file.
"""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

DIGITS = 64
_END_OF_ZIP = b"PK\x05\x06"
_END_LENGTH = 22  # of a zip without a comment; the last two bytes are the length of the comment

_HEADER_READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def write_archive(
    target: Path | BinaryIO, name: str, text: str, arrays: Iterable[tuple[str, np.ndarray]]
) -> None:
    """Write a text as the member ``name``, and arrays as theirs. Equal contents give equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        # A mere name, and not a ZipInfo, would make writestr put the time into the file; open does not.
        archive.writestr(zipfile.ZipInfo(name), text)
        for member_name, array in arrays:
            with archive.open(member_name, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


@contextmanager
def open_archive(file: BinaryIO, size: int) -> Iterator[zipfile.ZipFile]:
    """Open a file of ``size`` bytes that ``write_archive`` may have written.

    Raises:
        ValueError: something in it is compressed, it claims to hold more than it can, or two members have one name.
        Exception: whatever else zipfile raises for a damaged file.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("a member is compressed")
        if sum(max(member.file_size, member.compress_size) for member in members) > size:
            raise ValueError("it claims to hold more than it does")
        if len({member.filename for member in members}) < len(members):
            raise ValueError("two members have one name")
        yield archive


def read_json(archive: zipfile.ZipFile, name: str) -> Any:
    """What the JSON in the member ``name`` says, not checked."""
    return json.loads(archive.read(name).decode("utf-8"))


def read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """The array in the member ``name``.

    Raises:
        ValueError: it holds Python objects, or less or more than it says.
        Exception: whatever else zipfile and numpy raise for a damaged file.
    """
    info = archive.getinfo(name)
    with archive.open(info) as member:
        shape, _, dtype = _HEADER_READERS[np.lib.format.read_magic(member)](member)
        # Before numpy makes room for it: the array must be as long as what is there.
        length = math.prod(shape) * dtype.itemsize
        if not is_plain(dtype) or length != info.file_size - member.tell():
            raise ValueError(f"{info.filename} is not the array it claims to be")
    with archive.open(info) as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
        member.read()  # zipfile compares checksums only when it comes to the end
    return array


def is_plain(dtype: np.dtype) -> bool:
    """Truth values, numbers, times and texts of fixed length; not Python objects, not records."""
    return dtype.kind in "biufcmMSU" and dtype.itemsize > 0


def sealed(contents: bytes) -> bytes:
    """A zip without a comment, with the digest as its comment.

    Raises:
        ValueError: it is no zip, or it has a comment.
    """
    if has_seal(contents):
        raise ValueError("only a zip without a comment can be sealed")
    before = contents[:-2] + DIGITS.to_bytes(2, "little")
    return before + _digest(before)


def has_seal(contents: bytes) -> bool:
    """Whether there is anything behind the zip, whole or not. Zips written by other programs end without."""
    return contents[-_END_LENGTH:-18] != _END_OF_ZIP or contents[-2:] != b"\0\0"


def is_whole(contents: bytes) -> bool:
    """Whether the digest at the end is that of all before it."""
    return contents[-DIGITS:] == _digest(memoryview(contents)[:-DIGITS])


def _digest(before: bytes | memoryview) -> bytes:
    return hashlib.sha256(before).hexdigest().encode()
