"""Questions for judges that need no game."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class AtOnce:
    seconds: float = 30.0

    def be_answered(self) -> dict[str, Any]:
        return {"answer": 42}


@dataclass(frozen=True)
class Never:
    """As a file would be that keeps its process for ever, busy or not, in code that heeds no limit."""

    began: str
    seconds: float = 0.0
    busy: bool = False

    def be_answered(self) -> dict[str, Any]:
        Path(self.began).touch()
        while True:
            time.sleep(0 if self.busy else 60)
