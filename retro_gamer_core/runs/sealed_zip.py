"""A zip that ends with the SHA-256 of all before it, so that no damage to it goes unnoticed.

The digest, 64 hexadecimal digits, is the comment of the zip, which every program that opens zips reads past.
It says nothing of who made the file.
"""

from __future__ import annotations

import hashlib

DIGITS = 64
_END_OF_ZIP = b"PK\x05\x06"
_END_LENGTH = 22  # of a zip without a comment; the last two bytes are the length of the comment


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
