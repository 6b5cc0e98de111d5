"""``retro-gamer watch``: the page of a run in the browser, while it trains or afterwards."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from retro_gamer_core.cli.arguments import open_run
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import (
    next_step,
    say,
    say_unbroken,
    typed,
    warn,
    what_games_print_aside,
)


@click.command()
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only print the address.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where it listens; 0 for any free port."
)
def watch(directory: Path, browser: bool, port: int) -> None:
    """Look at a run in the browser; the page lives while the run is trained, by whatever process.

    Only this computer can open it, and only with the address that is printed. Ctrl-C ends it; so does closing the page
    for a quarter of an hour. Training is never touched.
    """
    from retro_gamer_core.configuration.own_files import make_importable
    from retro_gamer_core.plugins.own_code import OwnCodeRefused
    from retro_gamer_seeing.page_source import PageSource
    from retro_gamer_seeing.server import HOST, PageServer

    run = open_run(directory)
    with suppress(OwnCodeRefused):  # asked before anything is drawn; without that code there are no boards
        make_importable(run)
    if hasattr(os, "nice"):
        os.nice(19)  # whoever trains goes first
    try:
        server = PageServer(PageSource(run), port)
    except OSError as error:
        raise RetroGamerError(
            f"nothing can listen on port {port}: {error.strerror or error}",
            where=f"{HOST}:{port}",
            hint="leave --port out, and a free one is found",
        ) from error
    with server:
        say_unbroken(server.address)
        warn("The page of the run; Ctrl-C ends it. Nobody can open it without this address.")
        if browser and not _opened(server.invitation()):
            warn("No browser could be opened from here: copy the address into one on this computer.")
        try:
            with what_games_print_aside():
                server.serve_forever()
        except KeyboardInterrupt:
            warn("")
    if server.left_alone:
        say("Nobody has looked at the page for a while, so this ends.")
    next_step(typed("retro-gamer", "report", directory))


def _opened(address: str) -> bool:
    """Open a browser with windows, or the one that ``BROWSER`` names. One that would fill this terminal is none."""
    import webbrowser

    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    if type(found) is webbrowser.GenericBrowser and not os.environ.get("BROWSER"):
        return False
    return found.open(address)
