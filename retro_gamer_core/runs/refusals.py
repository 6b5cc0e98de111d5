"""Why a saved file is not used: it is damaged, of another program, or does not fit what there is now."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retro_gamer_core.errors import CheckpointDamaged, CheckpointIncompatible, RetroGamerError
from retro_gamer_core.plugins.diagnosis import in_words

#: The configuration that something was saved with, as ``RunConfig.to_sections`` gives it.
Sections = Mapping[str, Any]


def check_own(was: Sections, *, name: str) -> None:
    """Refuse what another program saved, such as retro-gamer 0.4.0, whose checkpoints say less.

    Raises:
        CheckpointIncompatible: ``was`` is not what ``RunConfig.to_sections`` gives.
    """
    sections = ("metadata", "preprocessing", "model", "training")
    if not all(isinstance(was.get(section), Mapping) for section in sections):
        raise CheckpointIncompatible(
            f"{name} was saved by retro-gamer 0.4.0 or older, or by another program",
            why="networks were built in another way then, so these weights fit none that can be built now",
            hint="begin a new run for the same game: retro-gamer create --game GAME --output RUN",
        )


@contextmanager
def damage_explained(path: Path) -> Iterator[None]:
    """Whatever a file that was altered makes anybody raise who reads it, it means one thing.

    Raises:
        CheckpointDamaged: in place of any error that is not a ``RetroGamerError``, and not of the system.
    """
    try:
        yield
    except (RetroGamerError, MemoryError):
        raise
    except Exception as error:
        # A file that names a place in it that cannot be makes the system refuse to go there.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise CheckpointDamaged(
            f"{path.name} is damaged, or not what retro-gamer wrote: {in_words(error)}",
            where=str(path),
            why="nothing in it can be relied on, then",
            hint="use another one: retro-gamer info RUN lists them",
        ) from error


@contextmanager
def misfit_explained(name: str) -> Iterator[None]:
    """Parts refuse a saved state that does not fit them with errors of their own: say what that means.

    Raises:
        CheckpointIncompatible: in place of any error that is not a ``RetroGamerError``.
    """
    try:
        yield
    except RetroGamerError:
        raise
    except Exception as error:
        raise CheckpointIncompatible(
            f"{name} does not fit the parts that this run is built from now: {in_words(error)}",
            why="the code of the network, the learner or the memory has changed since it was saved",
            hint="bring the old code back, or begin a new run with the new one",
        ) from error
