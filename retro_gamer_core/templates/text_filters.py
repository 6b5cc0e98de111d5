"""Names made of titles, and texts of people put safely into files; by the rules of the game's template.

The functions stand in ``cookiecutter-game/local_extensions.py``, since that folder must be enough for
``cookiecutter`` alone. Here they are loaded from there.
"""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from jinja2 import Environment, StrictUndefined

from retro_gamer_core.templates.folders import GAME_TEMPLATE


def _load() -> ModuleType:
    file = GAME_TEMPLATE / "local_extensions.py"
    spec = spec_from_file_location(f"{__name__}.local_extensions", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_extensions = _load()

one_line = _extensions.one_line
package_name = _extensions.package_name
problem_with_title = _extensions.problem_with_title
quoted = _extensions.quoted


def environment() -> Environment:
    """What renders a template as ``cookiecutter`` does: a name that nobody gave is an error."""
    return Environment(
        extensions=[_extensions.TextFilters], undefined=StrictUndefined, keep_trailing_newline=True
    )
