"""A new game: the folder that ``cookiecutter`` fills in, filled in without it, and to the same bytes."""

from __future__ import annotations

from collections.abc import Mapping

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.templates.folders import GAME_TEMPLATE
from retro_gamer_core.templates.new_directory import Files
from retro_gamer_core.templates.questions import game_questions, template_settings
from retro_gamer_core.templates.text_filters import environment, problem_with_title

TOP = "{{cookiecutter.__name}}"
"""The one folder of the template that becomes the package's own."""


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
    for name, template in template_settings().items():
        if name.startswith("__") and isinstance(template, str):
            values[name] = render(template).render(cookiecutter=values)

    def filled_in(text: str) -> str:
        return render(text).render(cookiecutter=values)

    folder = GAME_TEMPLATE / TOP
    files = {
        filled_in(path.relative_to(folder).as_posix()): filled_in(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return values["__name"], files
