"""``retro-gamer promote``: from one file to a package that others can install."""

from __future__ import annotations

from pathlib import Path

import click

from retro_gamer_core.kinds import KINDS
from retro_gamer_core.terminal.printing import into, next_step, say


@click.command()
@click.argument("place", metavar="FILE.py:NAME")
@click.option("--kind", type=click.Choice(list(KINDS)),
              help="What it is, where that cannot be seen.")  # fmt: skip
@click.option("--name", help="What it is to be called in config.toml.")
@click.option("--game", default="snake", show_default=True, help="The game to check it with.")
@click.option("--output", type=click.Path(path_type=Path), metavar="DIRECTORY",
              help="The directory to make; named after the package if left out.")  # fmt: skip
def promote(place: str, kind: str | None, name: str | None, game: str, output: Path | None) -> None:
    """Make a package of a part that is in one file: an encoder, a network, a learner, …

    The file is copied as it is. Before anything is left on the disk, the package is checked with a game, by
    itself and as it will be installed.
    """
    from retro_gamer_core.templates.promotion import promote as make_package

    directory, part = make_package(place, kind=kind, name=name, game=game, output=output)
    say(f"Made {directory}: the {part.kind} {part.name}, with {part.file} in it as it is.")
    say(f"Checked as it will be installed: it works by its name, with {game}.")
    next_step(
        *into(directory),
        'pip install --editable ".[test]"',
        f"retro-gamer create --game {game} --output runs/{part.name} {part.in_create}",
    )
