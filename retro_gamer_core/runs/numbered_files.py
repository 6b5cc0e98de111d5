"""Files with a number in their name, in the order of the numbers.

In the order of their names, ``ep_9900.pt`` would come after ``ep_20000.pt``, and training would go on
from the wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


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


def entries(directory: Path) -> list[Path]:
    """What is in a directory, by name; nothing when there is no such directory."""
    return sorted(directory.iterdir()) if directory.is_dir() else []
