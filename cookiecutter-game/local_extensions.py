"""What the templates ask for: names made of titles, and texts of people put safely into files.

A title or a name may hold anything: quotes, backslashes, ``{{ }}``. It is data, and is never executed:
the templates only ever write it through one of these filters. ``cookiecutter`` loads this file from the
template's folder, and ``retro-gamer new`` takes the same one, so both make the same files.
"""

import re
import sys
import unicodedata
from keyword import kwlist, softkwlist

from jinja2 import Environment
from jinja2.ext import Extension

OURS = "retro-gamer"  # and whatever begins like this may be one of our own packages
LONGEST_TITLE = 80
LONGEST_NAME = 40

_LETTERS_WITHOUT_ACCENTS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})

_TAKEN = frozenset(
    {
        *kwlist,
        *softkwlist,
        *map(str.lower, (*kwlist, *sys.stdlib_module_names)),
        # what is installed beside it, and the games that are in `retro-gamer list` already
        *("retro", "retro-games", "retro-console"),
        *("numpy", "torch", "click", "rich", "pluggy", "blessed", "jinja2", "pytest", "pip", "setuptools"),
        *("snake", "nav", "beast", "labyrinth"),
        # folders of the package, and names that Windows keeps to itself
        *("test", "tests", "policies", "runs", "con", "prn", "aux", "nul"),
        *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
    }
)


def one_line(text: str) -> str:
    """The text in one line, without characters that no file should hold."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).split())


def package_name(title: str, kind: str = "game") -> str:
    """A name that pip and Python take: ``space-rocks`` for ``Space Rocks``, ``game-2048`` for ``2048``.

    Only the letters a to z, digits and hyphens. Where a name is taken by Python or by what is installed
    beside it, ``kind`` is added.
    """
    text = title.casefold().translate(_LETTERS_WITHOUT_ACCENTS).replace("'", "").replace("’", "")
    words = re.findall("[a-z0-9]+", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode())
    name = "-".join(words) or f"my-{kind}"
    if len(name) > LONGEST_NAME:
        name = name[: LONGEST_NAME + 1].rpartition("-")[0] or name[:LONGEST_NAME]
    if name[0].isdigit():
        name = f"{kind}-{name}"
    may_be_ours = name.startswith(OURS) and not name.endswith(f"-{kind}")
    taken = name in _TAKEN or name.replace("-", "_") in _TAKEN or may_be_ours
    return f"{name}-{kind}" if taken else name


def problem_with_title(title: str) -> str:
    """What is wrong with a title, and another to try; empty where nothing is."""
    title = one_line(title)
    if not title:
        return "A game needs a title. Try: Space Rocks"
    if len(title) > LONGEST_TITLE:
        shorter = title[:LONGEST_TITLE].rpartition(" ")[0] or title[:LONGEST_TITLE]
        return f"The title has {len(title)} characters, and at most {LONGEST_TITLE} fit. Try: {shorter}"
    return ""


def quoted(text: str) -> str:
    """The text as TOML and Python write one, with quotes around it."""
    return '"{}"'.format(one_line(text).replace("\\", "\\\\").replace('"', '\\"'))


def markdown(text: str) -> str:
    """The text as Markdown shows it, letter by letter."""
    return re.sub(r"([\\`*_\[\]<>#|~!&])", r"\\\1", one_line(text))


class TextFilters(Extension):
    """The functions above, as filters for templates."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        for function in (one_line, package_name, problem_with_title, quoted, markdown):
            environment.filters[function.__name__] = function
