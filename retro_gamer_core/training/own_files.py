"""Parts in files of one's own, found although the command is typed in another directory."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retro_gamer_core.runs.run_directory import RunDirectory


def make_importable(run: RunDirectory, sections: Mapping[str, Any] | None = None) -> None:
    """Let Python find the modules that a run names as ``my_file:MyPart``, if they lie above the run.

    What can be imported already is left alone, the working directory included, which comes first.

    Args:
        run: whose settings name them.
        sections: those settings; read from its ``config.toml`` when left out.
    """
    if sections is None:
        sections = {}
        with suppress(OSError, ValueError):  # told by whoever reads the settings next
            sections = tomllib.loads(run.config.read_text(encoding="utf-8"))
    for module in {name.partition(":")[0].partition(".")[0] for name in _texts(sections) if ":" in name}:
        if not module.isidentifier() or _is_found(module):
            continue
        for directory in run.path.resolve().parents:
            if _holds(directory, module):
                sys.path.append(str(directory))
                break


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _is_found(module: str) -> bool:
    if _holds(Path.cwd(), module):
        return True
    try:
        return find_spec(module) is not None
    except (ValueError, ImportError):
        return True


def _holds(directory: Path, module: str) -> bool:
    return (directory / f"{module}.py").is_file() or (directory / module / "__init__.py").is_file()
