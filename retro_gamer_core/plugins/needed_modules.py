"""What a part needs beside its own code: whether that is installed, and how to get it.

``retro-gamer-core`` comes without torch. So a part that needs torch says so in its description, and is
listed, explained and configured where there is none; only building it is refused.
"""

from __future__ import annotations

from importlib.util import find_spec

from retro_gamer_core.distributions import WITH_TORCH
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.parts import Part

_COMES_WITH = {"torch": WITH_TORCH}


def missing(part: Part) -> list[str]:
    """The modules that ``part`` needs and that are not installed. None of them is imported."""
    return [module for module in part.needs if not _is_installed(module)]


def _is_installed(module: str) -> bool:
    if "." in module and not _is_installed(module.rpartition(".")[0]):
        return False  # find_spec would raise
    return find_spec(module) is not None


def how_to_install(module: str) -> str:
    """The command that brings a module."""
    package = module.partition(".")[0]
    return f"pip install {_COMES_WITH.get(package, package)}"


def refuse_without(part: Part, what: str) -> None:
    """Refuse to go on where something that ``part`` needs is not installed; ``what`` names it in the message.

    Raises:
        RetroGamerError: saying what to install.
    """
    for module in missing(part):
        raise needed(module, what)


def needed(module: str, what: str) -> RetroGamerError:
    """The error of using ``what`` without a module."""
    why = "learning is done with it; to play what was exported, nobody needs it" if module == "torch" else ""
    return RetroGamerError(
        f"{what} needs {module}, which is not installed here", why=why, hint=how_to_install(module)
    )
