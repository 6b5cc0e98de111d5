"""A new plugin package with one part in it: written to begin with, or around a file that is there."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.templates.rendering import PLUGIN_TEMPLATE, Files, environment, package_name


@dataclass(frozen=True)
class NewPart:
    """What the templates of a plugin package ask for.

    Args:
        kind, name: of the part.
        attribute: the class or function that makes it.
        file: the module of the package that holds it.
        summary: one sentence.
        other_value: another value of an option, as Python code, for a test.
        game: the game that its test is to try it with; where empty, any will do.
    """

    kind: str
    name: str
    attribute: str
    file: str
    summary: str
    other_value: str = ""
    game: str = ""

    @property
    def distribution(self) -> str:
        return f"retro-gamer-{self.name.replace('_', '-')}"

    @property
    def module(self) -> str:
        return f"retro_gamer_{self.name}"

    @property
    def factory(self) -> str:
        return f"{self.module}.{self.file.removesuffix('.py')}:{self.attribute}"

    @property
    def in_create(self) -> str:
        return KINDS[self.kind].flag.format(self.name)


def new_part(kind: str, name: str) -> tuple[NewPart, Files]:
    """The smallest working package of a kind.

    Raises:
        RetroGamerError: there is such a part already.
    """
    name = part_name(kind, name)
    summary, other_value = KINDS[kind].template or ("", "")
    attribute = "".join(word.capitalize() for word in name.split("_"))
    part = NewPart(kind, name, attribute, f"{name}.py", summary, other_value=other_value)
    return part, package_around(part, filled_in(f"{kind}.py", part))


def package_around(part: NewPart, code: str | bytes) -> Files:
    """The files of the package whose part is made by ``code``."""
    files: dict[str, str | bytes] = {
        name: filled_in(name, part) for name in ("pyproject.toml", "README.md", ".gitignore")
    }
    files[f"{part.module}/__init__.py"] = filled_in("__init__.py", part)
    files[f"{part.module}/{part.file}"] = code
    files[f"tests/test_{part.name}.py"] = filled_in("test.py", part)
    return files


def part_name(kind: str, text: str) -> str:
    """What a part is called, made of what somebody typed.

    Raises:
        RetroGamerError: another part is called so, or a package that is there.
    """
    name = package_name(text, kind).replace("-", "_")
    taken = installed_plugins().parts(kind).get(name)
    if taken is not None:
        article = KINDS[kind].article
        raise RetroGamerError(
            f"there is {article} {kind} called {name!r} already",
            where=str(taken.provider),
            why="two plugins that offer one name are in each other's way",
            hint=f"another name, such as my_{name}",
        )
    module = find_spec(f"retro_gamer_{name}")
    if module is not None and module.origin:
        raise RetroGamerError(
            f"there is a package called {module.name} already",
            where=module.origin,
            why="yours would have that name, too, and installing it would put it in the other one's place",
            hint=f"another name, such as my_{name}",
        )
    return name


def filled_in(file: str, part: NewPart) -> str:
    """A template of a plugin package with its gaps filled in."""
    template = (PLUGIN_TEMPLATE / f"{file}.jinja").read_text(encoding="utf-8")
    return environment().from_string(template).render(part=part, hook=KINDS[part.kind].hook)
