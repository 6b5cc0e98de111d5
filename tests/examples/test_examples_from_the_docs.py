"""The examples are what the tutorials build, and need no name that ``retro_gamer_core`` does not export."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from examples.example_packages import EXAMPLES, GAME_PACK, PLUGINS
from markdown_it import MarkdownIt

import retro_gamer
import retro_gamer_core
import retro_gamer_core.testing
from retro_gamer_core.templates.game_package import game_package
from retro_gamer_core.templates.rendering import write_files

TUTORIALS = EXAMPLES.parent / "docs" / "tutorials"
FOLDERS = [EXAMPLES / GAME_PACK, *(example.folder for example in PLUGINS)]

EXPORTED = {
    module.__name__: module.__all__ for module in (retro_gamer, retro_gamer_core, retro_gamer_core.testing)
}

#: What is there wherever retro-gamer is.
BROUGHT_ALONG = {"retro", "numpy", "torch", "click"}


def code_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "dist" not in path.parts)


def files_shown_in(page: Path) -> dict[str, str]:
    """The text of each file by the name that stands in its first line."""
    shown = {}
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        first, _, text = token.content.partition("\n")
        if token.type == "fence" and (name := re.fullmatch(r"# ([\w./-]+\.(?:py|toml))", first)):
            shown[name[1]] = text
    return shown


@pytest.mark.parametrize("example", PLUGINS, ids=str)
def test_the_tutorial_shows_the_whole_package(example):
    page = TUTORIALS / f"your-own-{example.kind}.md"
    files = [example.folder / "pyproject.toml", *code_in(example.folder)]
    there = {file.relative_to(example.folder).as_posix(): file.read_text(encoding="utf-8") for file in files}
    assert files_shown_in(page) == there


def test_the_tutorial_builds_the_pack_of_games(tmp_path):
    """First the template, then what the page changes in it. When a template changes, so does the example."""
    _, files = game_package({"title": "Star Pack", "author": "Ada"})
    write_files(tmp_path, files)
    package = tmp_path / "star_pack"
    built = {
        path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8") for path in code_in(package)
    }
    built |= files_shown_in(TUTORIALS / "publish-a-pack.md")
    pack = EXAMPLES / GAME_PACK
    files = [pack / "pyproject.toml", *code_in(pack / "star_pack")]
    assert {path.relative_to(pack).as_posix(): path.read_text(encoding="utf-8") for path in files} == built


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_only_names_that_are_exported_are_imported(folder):
    for path in code_in(folder):
        for module, names in imports_in(path):
            if module.partition(".")[0] in {"retro_gamer", "retro_gamer_core"}:
                assert set(names) <= set(EXPORTED[module]), path
            else:
                package = module.partition(".")[0]
                known = sys.stdlib_module_names | BROUGHT_ALONG | {package_in(folder)}
                assert package in (known | {"pytest"} if path.parent.name == "tests" else known), path


def imports_in(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each module that is imported, and which names from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ["the whole module"]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module, [alias.name for alias in node.names]


def package_in(folder: Path) -> str:
    [package] = [path.name for path in folder.iterdir() if (path / "__init__.py").is_file()]
    return package
