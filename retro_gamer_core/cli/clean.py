"""``retro-gamer clean``: removes what training made, so that the run can begin afresh."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import open_run
from retro_gamer_core.terminal.printing import command, next_step, say, size_in_words, table

if TYPE_CHECKING:
    from retro_gamer_core.runs.run_directory import RunDirectory


@click.command("clean")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Remove without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would be removed.")
def clean(directory: Path, yes: bool, dry_run: bool) -> None:
    """Remove what training made, to begin afresh.

    RUN is the directory of the run. Its config.toml, what was set aside and your own files stay.
    """
    run = open_run(directory)
    if dry_run:
        _show(run, run.made_by_training())
        next_step(command("clean", directory))
        return
    with run.hold():  # also while asking, so that nothing is removed that was not shown
        files = run.made_by_training()
        _show(run, files)
        if files and (yes or _confirmed(files)):
            run.remove(files)
            say(f"Removed. What stays: {', '.join(_left_in(run)) or 'nothing'}.")
        elif files:
            say("Nothing was removed.")
    next_step(command("train", directory))


def _show(run: RunDirectory, files: Sequence[Path]) -> None:
    if not files:
        say("There is nothing to remove: training has made no files here.")
        return
    table(
        {"made by training": str(path.relative_to(run.path)), "size": size_in_words(path.stat().st_size)}
        for path in files
    )


def _confirmed(files: Sequence[Path]) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "there is no terminal to ask on; to remove them without being asked, add --yes"
        )
    what = "this file" if len(files) == 1 else f"these {len(files)} files"
    return click.confirm(f"Remove {what}? They cannot be brought back", err=True)


def _left_in(run: RunDirectory) -> list[str]:
    """What is still there, but for empty directories and the lock that is held just now."""
    return [
        path.name + "/" * path.is_dir()
        for path in sorted(run.path.iterdir())
        if path not in (run.lock, run.holder) and (not path.is_dir() or any(path.iterdir()))
    ]
