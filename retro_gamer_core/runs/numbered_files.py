"""Files with a number in their name: in the order of the numbers, and which stay when there are too many.

In the order of their names, ``ep_9900.pt`` would come after ``ep_20000.pt``, and training would go on
from the wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from retro_gamer_core.runs.atomic_files import entries

#: So many of the newest stay, where there is room for them, to go back a little way.
NEWEST = 3


@dataclass(frozen=True)
class Numbering:
    """The names ``prefix`` + number + ``suffix``, the number with at least so many ``digits``."""

    prefix: str
    suffix: str
    digits: int = 1

    def name(self, number: int) -> str:
        return f"{self.prefix}{number:0{self.digits}d}{self.suffix}"

    def number(self, name: str) -> int | None:
        """The number in a file's name, however many digits it has; None for other names."""
        found = re.fullmatch(f"{re.escape(self.prefix)}([0-9]{{1,18}}){re.escape(self.suffix)}", name)
        return int(found[1]) if found else None

    def files(self, directory: Path) -> list[Path]:
        """The files of such names, by number; other files are passed over."""
        numbered = [
            (number, path) for path in entries(directory) if (number := self.number(path.name)) is not None
        ]
        return [path for _, path in sorted(numbered)]


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
