"""A new game: the folder that ``cookiecutter`` fills in, filled in without it, and to the same bytes.

What it asks is read from the ``cookiecutter.json`` that ``cookiecutter`` reads too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.templates.rendering import GAME_TEMPLATE, Files, environment, problem_with_title

TOP = "{{cookiecutter.__name}}"
"""The one folder of the template that becomes the package's own."""


@dataclass(frozen=True)
class Question:
    """One thing to ask.

    Args:
        name: of the answer, in templates and as a flag.
        text: the question, for people.
        default: what is taken where nobody answers.
        choices: the answers there are, with their meanings; empty where any text will do.
    """

    name: str
    text: str
    default: str
    choices: Mapping[str, str] = field(default_factory=dict)


@cache
def template_settings() -> dict[str, Any]:
    """All of ``cookiecutter.json``."""
    return json.loads((GAME_TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))


def game_questions() -> Iterator[Question]:
    """The questions, in the order in which they are asked."""
    settings = template_settings()
    for name, value in settings.items():
        if name.startswith("_"):
            continue
        prompt = settings["__prompts__"][name]
        if isinstance(value, str):
            yield Question(name, prompt, value)
        else:  # a list of choices, with the meaning of each
            yield Question(name, prompt["__prompt__"], value[0], {choice: prompt[choice] for choice in value})


def game_package(answers: Mapping[str, str]) -> tuple[str, Files]:
    """The name of the package, and its files.

    Args:
        answers: by the names of the questions; any text, as it is never executed. What is missing has
            the default.

    Raises:
        RetroGamerError: no package can be made of this title; the message proposes another.
    """
    problem, _, proposal = problem_with_title(answers.get("title", "a title")).partition(" Try: ")
    if problem:
        raise RetroGamerError(problem, hint=f"a title such as {proposal}")
    render = environment().from_string
    values = {question.name: question.default for question in game_questions()} | dict(answers)

    def filled_in(text: str) -> str:
        return render(text).render(cookiecutter=values)

    for name, template in template_settings().items():
        if name.startswith("__") and isinstance(template, str):
            values[name] = filled_in(template)

    folder = GAME_TEMPLATE / TOP
    files = {
        filled_in(path.relative_to(folder).as_posix()): filled_in(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return values["__name"], files
