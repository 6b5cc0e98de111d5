"""``retro-gamer report``: the page of a run in one file, to hand in or to show at home."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from retro_gamer_core.cli.arguments import open_run, refuse_to_replace
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import (
    MovingLine,
    next_step,
    say,
    size_in_words,
    typed,
    warn,
    what_games_print_aside,
)

_BEGINNING = 4000
"""Bytes of a file in which the mark of a page stands."""


@click.command()
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Where it is written; report.html in the run's directory if left out.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that report did not make.")
def report(directory: Path, output: Path | None, force: bool) -> None:
    """Write the page of a run into one HTML file that needs nothing else, and no network.

    A report that is there already is replaced; any other file is not.
    """
    from retro_gamer_core.configuration.own_files import make_importable
    from retro_gamer_core.plugins.own_code import OwnCodeRefused
    from retro_gamer_core.runs.atomic_files import write_text
    from retro_gamer_seeing.page_source import PageSource, everything
    from retro_gamer_seeing.rendering import MARK, page

    run = open_run(directory)
    with suppress(OwnCodeRefused):  # asked before anything is drawn; without that code there are no boards
        make_importable(run)
    output = output or run.path / "report.html"
    refuse_to_write_over(output, force=force, mark=MARK)
    with MovingLine() as line, what_games_print_aside():
        if not line.moves:
            warn("Gathering what there is to show…")
        html = page(everything(PageSource(run), line.show))
    write_text(output, html)
    say(f"{output}: {size_in_words(output.stat().st_size)}, one file for any browser, without a network")
    next_step(typed("retro-gamer", "watch", directory))


def refuse_to_write_over(path: Path, *, force: bool, mark: str) -> None:
    """Let only a page be replaced that says of itself, by its mark, that it was made in the same way.

    Raises:
        RetroGamerError: there is another file, or no directory.
    """
    if not path.parent.is_dir():
        raise RetroGamerError(
            f"there is no directory {path.parent}",
            where=str(path),
            hint="make it first, or choose another place",
        )
    if path.is_file():
        with path.open("rb") as file:
            force = force or f'content="{mark}"'.encode() in file.read(_BEGINNING)
    refuse_to_replace(path, force)
