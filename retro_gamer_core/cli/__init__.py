"""The command line: ``retro-gamer list``, ``create``, ``train``, ``play``, …

Each command lives in a module of its own that is imported when the command is used, so that help and
lists appear at once. Commands print; what they print is decided further down.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and end the process with an exit code (docs/reference/exit-codes.md)."""
    _prepare_streams()
    if sys.argv[1:] == ["--version"]:  # answered before anything is imported
        from retro_gamer_core.distributions import own_version

        print(f"retro-gamer {own_version()}")
        return

    from retro_gamer_core.cli.exits import run_and_exit
    from retro_gamer_core.cli.group import retro_gamer

    run_and_exit(retro_gamer)


def _prepare_streams() -> None:
    """No stream is missing, and none fails for a character: what cannot be shown becomes a question mark."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # whoever began this closed it
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - till the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Without this, the Fortran runtime under some numpy builds ends the process on Ctrl-C on Windows.
    os.environ.setdefault("FOR_DISABLE_CONSOLE_CTRL_HANDLER", "1")
