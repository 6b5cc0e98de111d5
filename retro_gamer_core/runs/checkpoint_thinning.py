"""Which checkpoints stay when there are too many: the first, the newest few, and an even spread between them.

A checkpoint is tens of megabytes, and a long run would write hundreds. Only those that training itself
wrote since it began, or since it went back to a checkpoint, are ever counted or deleted: never that
checkpoint and those before it, ``final.pt`` or ``best.pt``, a file that somebody put there or renamed, or
what was set aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from retro_gamer_core.runs.run_directory import RunDirectory

#: So many of the newest stay, where there is room for them, to go back a little way.
NEWEST = 3


def thinned(episodes: Iterable[int], keep: int) -> list[int]:
    """The episodes whose checkpoints stay.

    Args:
        episodes: after which of them there is a checkpoint.
        keep: how many stay at most; 0 for all.

    The first and the newest stay (of a single one, the newest). While there is one too many, the one goes
    whose neighbours are closest together, the earliest of several. So neighbours are never further apart
    than they were written, or than twice the length of the run divided by ``keep`` − ``NEWEST``.
    """
    staying = sorted(set(episodes))
    newest = max(1, min(NEWEST, keep - 2))
    first = 1 if keep > 1 else 0
    while 0 < keep < len(staying):
        between = range(first, len(staying) - newest)
        del staying[min(between, key=lambda i: staying[i + 1] - staying[max(0, i - 1)])]
    return staying


def thin_checkpoints(run: RunDirectory, written: Iterable[int], keep: int) -> list[int]:
    """Delete those of the checkpoints after the episodes ``written`` that do not stay. Returns what is left.

    Hold the run meanwhile.
    """
    there = {episode for episode in written if run.checkpoint_path(episode).is_file()}
    for episode in there - set(thinned(there, keep)):
        with suppress(PermissionError):  # open in another program on Windows: next time, then
            run.checkpoint_path(episode).unlink(missing_ok=True)
            there.remove(episode)
    return sorted(there)


def explain_thinning(keep: int) -> str:
    """What stays, for ``training.log``."""
    if keep == 0:
        return "all of them stay"
    if keep == 1:
        return "only the newest stays"
    return (
        f"at most {keep} of them stay: the first, the newest, and an even spread between them "
        "(keep_checkpoints, 0 keeps all)"
    )
