"""The command line: ``retro-gamer list``, ``create``, ``train``, ``play``, …

Each command lives in a module of its own that is imported when the command is used, so that help and
lists appear at once. Commands print; what they print is decided further down.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with an exit code (docs/reference/exit-codes.md)."""
    from retro_gamer_core.terminal.streams import prepare_streams

    prepare_streams()
    if sys.argv[1:] == ["--version"]:  # answered before anything is imported
        from retro_gamer_core.distributions import own_version

        print(f"retro-gamer {own_version()}")
        return

    from retro_gamer_core.cli.exits import run_and_exit
    from retro_gamer_core.cli.group import retro_gamer

    run_and_exit(retro_gamer)
