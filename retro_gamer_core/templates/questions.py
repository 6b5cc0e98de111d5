"""What the game's template asks, read from the ``cookiecutter.json`` that ``cookiecutter`` reads too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from retro_gamer_core.templates.folders import GAME_TEMPLATE


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
def template_settings() -> Mapping[str, Any]:
    """All of ``cookiecutter.json``."""
    text = (GAME_TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def game_questions() -> tuple[Question, ...]:
    """The questions, in the order in which they are asked."""
    settings = template_settings()
    return tuple(
        _question(name, value, settings["__prompts__"][name])
        for name, value in settings.items()
        if not name.startswith("_")
    )


def _question(name: str, value: str | list[str], prompt: Any) -> Question:
    """``prompt`` is a text, or for a list of choices a table with the meaning of each."""
    if isinstance(value, str):
        return Question(name, prompt, value)
    return Question(name, prompt["__prompt__"], value[0], {choice: prompt[choice] for choice in value})
