"""What a released distribution has in common with the checkout, so that nothing is typed twice.

Two hooks of hatchling, used by the ``pyproject.toml`` in each folder here: one for the metadata, one for
the files. A source archive has no checkout around it, so it gets a ``pyproject.toml`` without hooks, in
which all metadata is written out.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomlkit
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_ROOT = Path(__file__).parents[1]
_CHECKOUT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))

[_HATCHLING] = _CHECKOUT["build-system"]["requires"]

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
    """Puts the checkout's packages into the wheel and the source archive, or none: ``code = false``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        wheel = _CHECKOUT["tool"]["hatch"]["build"]["targets"]["wheel"]
        files = {str(_ROOT / package): Path(package).name for package in wheel["packages"]}
        files |= {str(_ROOT / path): place for path, place in wheel.get("force-include", {}).items()}
        if not self.config["code"]:
            files = {}
        if self.target_name == "sdist":
            self._written = TemporaryDirectory()
            pyproject = Path(self._written.name, "pyproject.toml")
            pyproject.write_text(self._without_hooks([*files.values()]), encoding="utf-8", newline="\n")
            build_data["force_include"].pop(str(Path(self.root, "pyproject.toml")))
            files |= {str(pyproject): "pyproject.toml", str(_ROOT / "README.md"): "README.md"}
        build_data["force_include"].update(files)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "sdist":
            self._written.cleanup()

    def _without_hooks(self, code: list[str]) -> str:
        """The text of a ``pyproject.toml`` that builds the same wheel from the files in the archive."""
        # Packages, and what lies in one of them already.
        wheel = (
            {"packages": [path for path in code if "/" not in path]} if code else {"bypass-selection": True}
        )
        metadata = {field: value for field, value in self.metadata.core.config.items() if field != "dynamic"}
        written_out = {
            "build-system": {"requires": [_HATCHLING], "build-backend": "hatchling.build"},
            "project": {**metadata, "readme": "README.md"},
            "tool": {"hatch": {"build": {"targets": {"wheel": wheel}}}},
        }
        return tomlkit.dumps(written_out)


def _name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0]
