"""Links that lead out of a directory: a run may come from a stranger, and no file of yours is changed through one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from retro_gamer_core.errors import Problem, ProblemsFound


class LinkRefused(ProblemsFound):
    """Something would have been written, cut or deleted through a link that leads elsewhere; it was not."""


def refuse_links_out_of(directory: Path) -> None:
    """Look through a directory before anything in it is written, cut or deleted.

    The directory itself may be a link, and so may be what stays within it.

    Raises:
        LinkRefused: naming each link in it that leads out of it.
    """
    _refuse(_links_out_of(directory, directory.resolve()))


def refuse_link_out(file: Path) -> None:
    """The same for one file, which may only lead to a place within its own directory.

    Raises:
        LinkRefused: it leads out of it.
    """
    if file.is_symlink() and not file.resolve().is_relative_to(file.parent.resolve()):
        _refuse([file])


def _links_out_of(directory: Path, root: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:  # not there, or not to be read: told by whoever wants something in it
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink():
            if not path.resolve().is_relative_to(root):
                yield path
        elif entry.is_dir():
            yield from _links_out_of(path, root)


def _refuse(links: Iterator[Path] | list[Path]) -> None:
    problems = [Problem(f"{link} leads to {link.readlink()}") for link in links]
    if problems:
        raise LinkRefused(
            "Nothing was written, for there are links here that lead out of the directory:",
            problems,
            footer="What is written there would change files elsewhere on this computer. Remove each link, or put a "
            "copy of what it leads to in its place.",
        )
