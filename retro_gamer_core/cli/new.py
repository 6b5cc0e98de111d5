"""``retro-gamer new`` and ``promote``: a package to begin with, or around a part that is in one file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from retro_gamer_core.kinds import KINDS
from retro_gamer_core.templates.game_package import Question, game_package, game_questions
from retro_gamer_core.templates.part_package import new_part
from retro_gamer_core.templates.rendering import Files, new_directory
from retro_gamer_core.terminal.printing import into, next_step, say

_GAME: Final = "game"
_OUTPUT = click.option("--output", type=click.Path(path_type=Path), metavar="DIRECTORY",
                       help="The directory to make; named after the package if left out.")  # fmt: skip
_INSTALL = 'pip install --editable ".[test]"'
_PARTS = tuple(kind.name for kind in KINDS.values() if kind.template)


def _answers_as_flags(command: Callable[..., None]) -> Callable[..., None]:
    for question in reversed([*game_questions()][1:]):  # the title is the name
        kind = click.Choice(tuple(question.choices)) if question.choices else str
        text = f"Of a game: {question.text[:1].lower()}{question.text[1:]}"
        command = click.option(f"--{question.name}", type=kind, help=text)(command)
    return command


@click.command()
@click.argument("kind", type=click.Choice([_GAME, *_PARTS]), metavar="KIND")
@click.argument("name", required=False)
@_OUTPUT
@_answers_as_flags
@click.option("--no-input", is_flag=True, help="Ask nothing; take what is usual.")
def new(kind: str, name: str | None, output: Path | None, no_input: bool, **answers: str | None) -> None:
    """Make a package of your own, complete and working.

    KIND is a game or a kind of part; NAME is any title for a game, a short word for a part. In a terminal,
    what is not said is asked.
    """
    given = {key: value for key, value in answers.items() if value is not None}
    if kind == _GAME:
        package, files = _new_game(name, given, ask=not no_input and sys.stdin.isatty())
        module = package.replace("-", "_")
        what, begin = f"the game {package}, in {len(files)} files", f"{module}/game.py"
        then = (f"python -m {module}", f"retro-gamer create --game {package} --output runs/first")
    elif given:
        raise click.UsageError(f"--{next(iter(given))} is for a game; {kind} takes a name only")
    elif name is None:
        raise click.UsageError(f"a name is missing, as in: retro-gamer new {kind} my_{kind}")
    else:
        part, files = new_part(kind, name)
        package, what, begin = part.distribution, f"the {kind} {part.name}", f"{part.module}/{part.file}"
        then = ("pytest", f"retro-gamer create --game snake --output runs/{part.name} {part.in_create}")
    directory = output or Path(package)
    new_directory(directory, files)
    say(f"Made {directory}: {what}. Begin with {begin}.")
    next_step(*into(directory), _INSTALL, *then)


def _new_game(title: str | None, given: Mapping[str, str], *, ask: bool) -> tuple[str, Files]:
    answers = {**given, **({} if title is None else {"title": title})}
    if ask:
        answers |= {q.name: _asked(q) for q in game_questions() if q.name not in answers}
    return game_package(answers)


def _asked(question: Question) -> str:
    if not question.choices:
        return click.prompt(question.text, default=question.default, err=True)
    click.echo(question.text, err=True)
    for choice, meaning in question.choices.items():
        click.echo(f"  {choice}: {meaning}", err=True)
    choices = click.Choice(tuple(question.choices))
    return click.prompt("Your choice", default=question.default, type=choices, show_choices=False, err=True)


@click.command()
@click.argument("place", metavar="FILE.py:NAME")
@click.option("--kind", type=click.Choice(list(KINDS)),
              help="What it is, where that cannot be seen.")  # fmt: skip
@click.option("--name", help="What it is to be called in config.toml.")
@click.option("--game", default="snake", show_default=True, help="The game to check it with.")
@_OUTPUT
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
        _INSTALL,
        f"retro-gamer create --game {game} --output runs/{part.name} {part.in_create}",
    )
