"""``retro-gamer new``: a package to begin with: a game, or a part of one's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from retro_gamer_core.kinds import KINDS
from retro_gamer_core.templates.questions import Question, game_questions
from retro_gamer_core.terminal.printing import into, next_step, say

_GAME: Final = "game"
_PARTS = tuple(kind.name for kind in KINDS.values() if kind.template)


def _answers_as_flags(command: Callable[..., None]) -> Callable[..., None]:
    for question in reversed(game_questions()[1:]):  # the title is the name
        kind = click.Choice(tuple(question.choices)) if question.choices else str
        text = f"Of a game: {question.text[:1].lower()}{question.text[1:]}"
        command = click.option(f"--{question.name}", type=kind, help=text)(command)
    return command


@click.command()
@click.argument("kind", type=click.Choice([_GAME, *_PARTS]), metavar="KIND")
@click.argument("name", required=False)
@click.option("--output", type=click.Path(path_type=Path), metavar="DIRECTORY",
              help="The directory to make; named after the package if left out.")  # fmt: skip
@_answers_as_flags
@click.option("--no-input", is_flag=True, help="Ask nothing; take what is usual.")
def new(kind: str, name: str | None, output: Path | None, no_input: bool, **answers: str | None) -> None:
    """Make a package of your own, complete and working.

    KIND is game, encoder, network, memory or logger; NAME is any title for a game, a short word for the
    others. In a terminal, what is not said is asked.
    """
    given = {key: value for key, value in answers.items() if value is not None}
    if kind == _GAME:
        _new_game(name, output, given, ask=not no_input and sys.stdin.isatty())
        return
    if given:
        raise click.UsageError(f"--{next(iter(given))} is for a game; {kind} takes a name only")
    if name is None:
        raise click.UsageError(f"a name is missing, as in: retro-gamer new {kind} my_{kind}")
    _new_part(kind, name, output)


def _new_game(title: str | None, output: Path | None, given: Mapping[str, str], *, ask: bool) -> None:
    from retro_gamer_core.templates.game_package import game_package
    from retro_gamer_core.templates.new_directory import new_directory

    answers = {**given, **({} if title is None else {"title": title})}
    if ask:
        answers |= {q.name: _asked(q) for q in game_questions() if q.name not in answers}
    name, files = game_package(answers)
    directory = output or Path(name)
    with new_directory(directory, files):
        pass
    module = name.replace("-", "_")
    say(f"Made {directory}: the game {name}, in {len(files)} files. Begin with {module}/game.py.")
    next_step(
        *into(directory),
        'pip install --editable ".[test]"',
        f"python -m {module}",
        f"retro-gamer create --game {name} --output runs/first",
    )


def _asked(question: Question) -> str:
    if not question.choices:
        return click.prompt(question.text, default=question.default, err=True)
    click.echo(question.text, err=True)
    for choice, meaning in question.choices.items():
        click.echo(f"  {choice}: {meaning}", err=True)
    choices = click.Choice(tuple(question.choices))
    return click.prompt("Your choice", default=question.default, type=choices, show_choices=False, err=True)


def _new_part(kind: str, name: str, output: Path | None) -> None:
    from retro_gamer_core.templates.new_directory import new_directory
    from retro_gamer_core.templates.part_package import new_part

    part, files = new_part(kind, name)
    directory = output or Path(part.distribution)
    with new_directory(directory, files):
        pass
    say(f"Made {directory}: the {kind} {part.name}. Begin with {part.module}/{part.file}.")
    next_step(
        *into(directory),
        'pip install --editable ".[test]"',
        "pytest",
        f"retro-gamer create --game snake --output runs/{part.name} {part.in_create}",
    )
