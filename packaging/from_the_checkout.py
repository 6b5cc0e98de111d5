"""What a released distribution has in common with the checkout, so that nothing is typed twice.

Two hooks of hatchling, used by the ``pyproject.toml`` in each folder here: one for the metadata, one for
the files.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_ROOT = Path(__file__).parents[1]
_CHECKOUT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))

_EXTRAS_FOR_CHECKOUTS = {"test", "docs"}
"""Tests and pages are in the checkout, and so is whoever runs or builds them."""

_FOR_CHECKOUTS = "Private :: Do Not Upload"
"""PyPI refuses what says so: a wheel of the checkout itself, with all code and torch, has the name of one of these."""


class SharedMetadata(MetadataHookInterface):
    """Fills the fields under ``dynamic`` as the checkout has them, but for requirements.

    ``requires = "all but torch"`` is for the distribution with the code,
    ``requires = "torch"`` for the one that adds torch to it.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        project = _CHECKOUT["project"]
        torch = [requirement for requirement in project["dependencies"] if _name(requirement) == "torch"]
        requirements = {
            "all but torch": [each for each in project["dependencies"] if each not in torch],
            "torch": [f"retro-gamer-core=={project['version']}", *torch],
        }
        readme = (_ROOT / project["readme"]).read_text(encoding="utf-8")
        fields = {
            **project,
            "readme": {"text": readme, "content-type": "text/markdown"},
            "classifiers": [each for each in project["classifiers"] if each != _FOR_CHECKOUTS],
            "dependencies": requirements[self.config["requires"]],
            "optional-dependencies": {
                name: extra
                for name, extra in project["optional-dependencies"].items()
                if name not in _EXTRAS_FOR_CHECKOUTS
            },
        }
        metadata.update({field: fields[field] for field in metadata["dynamic"]})


class SharedFiles(BuildHookInterface):
    """Puts the checkout's packages into the distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        wheel = _CHECKOUT["tool"]["hatch"]["build"]["targets"]["wheel"]
        files = {str(_ROOT / package): Path(package).name for package in wheel["packages"]}
        files |= {str(_ROOT / path): place for path, place in wheel.get("force-include", {}).items()}
        build_data["force_include"].update(files)


def _name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0]
