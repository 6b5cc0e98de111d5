"""Whether a run was made by this person on this computer, or came here in another way.

A run that is made gets a seal: what a secret key of this person makes of the place of its directory. Nobody
else can make one, and a copy of a sealed run lies in another place, so a run that is handed in never has it.
The place is known by its path and by its number in the file system, so a run may be renamed and moved.
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import write_text

SEAL = "made_here.txt"
_SAID = "# Written by retro-gamer on the computer that made this run, or trained it. It is believed nowhere else.\n"
_BYTES = 32
_LONGEST = 1000


def seal(directory: Path) -> None:
    """Say that the run in ``directory`` is one of this person's own; where no key can be kept, nothing happens."""
    key = _key(make=True)
    if key is not None and not is_sealed(directory):
        with suppress(RetroGamerError, OSError):
            write_text(directory / SEAL, _SAID + "".join(f"{line}\n" for line in _seals(key, directory)))


def is_sealed(directory: Path) -> bool:
    """Whether ``seal`` was called for this directory, where it is now or in another place of its disk."""
    file, key = directory / SEAL, _key()
    try:
        if key is None or not file.is_file() or file.stat().st_size > _LONGEST:
            return False
        written = file.read_text(encoding="utf-8", errors="replace").encode().split()
        seals = _seals(key, directory)
    except OSError:
        return False
    return any(hmac.compare_digest(word, each.encode()) for word in written for each in seals)


def _seals(key: bytes, directory: Path) -> list[str]:
    place = directory.resolve()
    known_by = [f"path {os.path.normcase(place)}"]
    if number := place.stat().st_ino:
        known_by.append(f"number {number}")
    return [hmac.digest(key, os.fsencode(text), "sha256").hex() for text in known_by]


def _key(*, make: bool = False) -> bytes | None:
    """The key of this person; None where there is none and none can be made."""
    import click

    file = Path(click.get_app_dir("retro-gamer"), "key")
    try:
        if make and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as new:
                new.write(secrets.token_bytes(_BYTES))
        key = file.read_bytes()
    except OSError:
        return None
    return key if len(key) == _BYTES else None
