"""Whether the code that a run from elsewhere brings along may run: a person is asked, nobody else is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from retro_gamer_core.terminal.printing import is_terminal, warn

if TYPE_CHECKING:
    from retro_gamer_core.configuration.own_files import OwnCode
    from retro_gamer_core.runs.run_directory import RunDirectory


def ask(run: RunDirectory, found: Sequence[OwnCode]) -> bool:
    """Name the code, and ask whether it may run. Where nobody can answer, it may not."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return False
    if threading.current_thread() is not threading.main_thread():
        return False
    warn(f"{run.path} was not made on this computer, and names code of its own:")
    for code in found:
        warn(f"  - {code}" + (f" ({code.file})" if code.file else ""))
    warn("It would run with your rights, as any program does. Have you read it, or do you trust its author?")
    return click.confirm("Run it", default=False, err=True)
