"""Which snapshots play the other side, for as long as a duel says so.

Games are made by functions without arguments, and perhaps in another process. So what a duel has to tell
them stands in an environment variable, which processes that are started inherit.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NewType

#: A JSON object: for each run, by its absolute path, the files that may play it; null is random keys.
VARIABLE = "RETRO_GAMER_OPPONENTS"

#: Where several may play, the last one plays this share of the games.
SHARE_OF_THE_NEWEST = 0.5

#: The file of a snapshot; None for random keys.
File = str | None

Asked = NewType("Asked", set[Path])

_asked: Asked = Asked(set())


@contextmanager
def seated(seats: Mapping[Path, Sequence[Path | None]]) -> Iterator[Asked]:
    """Let ``Opponent`` play these files for each of these runs, the newest last, while the block runs.

    Gives the set of those runs that a game has asked for since, in this process.
    """
    before = os.environ.get(VARIABLE)
    files = {
        str(run.resolve()): [file and str(file.resolve()) for file in seat] for run, seat in seats.items()
    }
    os.environ[VARIABLE] = json.dumps(files)
    _asked.clear()
    try:
        yield _asked
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def files_for(run: Path) -> tuple[File, ...]:
    """The files that may play the run, the newest last; none where no duel says so. ``run`` is absolute."""
    text = os.environ.get(VARIABLE)
    if not text:
        return ()
    _asked.add(run)
    return _read(text).get(str(run), ())


def drawn(files: Sequence[File]) -> File:
    """Which of them plays a game: the newest, or as often one of those before it.

    The draw is from Python's ``random``, as the games' own are, so that a game can be played again from its
    seed.
    """
    if len(files) == 1 or random.random() < SHARE_OF_THE_NEWEST:
        return files[-1]
    return random.choice(files[:-1])


@lru_cache(maxsize=4)
def _read(text: str) -> dict[str, tuple[File, ...]]:
    return {run: tuple(files) for run, files in json.loads(text).items()}
