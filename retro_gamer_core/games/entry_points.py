"""The games that installed packages register as ``retro.games`` entry points. Nothing is imported."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from retro_gamer_core.plugins.discovery import name_and_version

GROUP = "retro.games"
DEFAULT_FACTORY = "create_game"


@dataclass(frozen=True)
class RegisteredGame:
    """One entry point, ``name = "module:factory"`` or ``name = "module"``, and the distribution it is from."""

    name: str
    module: str
    factory: str | None
    distribution: str
    version: str

    @property
    def entry(self) -> str:
        """What stands in the entry point; ``find_game`` takes it as a name too."""
        return f"{self.module}:{self.factory}" if self.factory else self.module

    @property
    def owner(self) -> str:
        """The distribution and its version, for messages."""
        return f"{self.distribution} {self.version}"

    @property
    def reinstall(self) -> str:
        """The command that brings back what is missing of it."""
        return f"pip install --force-reinstall {self.distribution}"


def is_installed_game(named: str) -> bool:
    """Whether this is the name of a registered game, or what stands in its entry point."""
    return any(named in (game.name, game.entry) for game in registered_games())


def games_of_project(directory: Path) -> dict[str, str]:
    """The games that the ``pyproject.toml`` in ``directory`` registers once it is installed, by name."""
    try:
        project = tomllib.loads((directory / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
        games = project.get("entry-points", {}).get(GROUP, {})
        return {str(name): str(entry) for name, entry in games.items()}
    except (OSError, ValueError, AttributeError):  # there is none, or it is of another shape
        return {}


def project_with(name: str) -> Path | None:
    """The directory with the project of the game of this name: this one, or one beside with the game's name."""
    return next((place for place in (Path(), Path(name)) if name in games_of_project(place)), None)


def registered_games() -> list[RegisteredGame]:
    """Every registered game, by name. Several distributions may offer different games of one name.

    The same game registered twice counts once, so that a framework may come to register games that
    another package registered in its stead.
    """
    found: dict[tuple[str, str, str], RegisteredGame] = {}
    for entry_point in entry_points(group=GROUP):
        module, _, factory = entry_point.value.partition("[")[0].partition(":")
        name, module, factory, owner = entry_point.name, module.strip(), factory.strip(), entry_point.dist
        if owner is not None:  # else it was made by hand, and installed by nobody
            game = RegisteredGame(name, module, factory or None, *name_and_version(owner))
            found.setdefault((name, module, factory or DEFAULT_FACTORY), game)
    return sorted(found.values(), key=lambda game: (game.name, game.distribution))
