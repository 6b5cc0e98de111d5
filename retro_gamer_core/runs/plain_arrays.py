"""Arrays in a zip file that may come from anybody: read without running code, and without being lied to.

A file of this kind is an uncompressed ``.npz``: ``numpy.load`` and any unzip program open it. What is
refused here is what a hostile one could do: Python objects in an array, compressed members that unfold
to more than the disk holds, sizes that lie, a name that stands for two members.
"""

from __future__ import annotations

import math
import zipfile

import numpy as np

_HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def is_plain(dtype: np.dtype) -> bool:
    """Truth values, numbers, times and texts of fixed length; not Python objects, not records."""
    return dtype.kind in "biufcmMSU" and dtype.itemsize > 0


def refuse_lies(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive that claims to hold more than a file of ``size`` bytes can, before it is read.

    Raises:
        ValueError: it does, something in it is compressed, or two members have one name.
    """
    members = archive.infolist()
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise ValueError("a member is compressed")
    if sum(max(member.file_size, member.compress_size) for member in members) > size:
        raise ValueError("it claims to hold more than it does")
    if len({member.filename for member in members}) < len(members):
        raise ValueError("two members have one name")


def write_array(archive: zipfile.ZipFile, name: str, array: np.ndarray) -> None:
    """Add ``array`` as the member ``name``. Equal arrays give equal bytes."""
    # A mere name, and not a ZipInfo, would make writestr put the time into the file; open does not.
    with archive.open(name, "w", force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)


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
