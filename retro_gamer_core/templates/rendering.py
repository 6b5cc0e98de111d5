"""The templates of new packages, and what fills them in: names made of titles; texts of people are data, never code.

The rules for texts stand in ``cookiecutter-game/local_extensions.py``, since that folder must be enough for
``cookiecutter`` alone. Here they are loaded from there.
"""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from jinja2 import Environment, StrictUndefined

_HERE = Path(__file__).parent
_INSTALLED = _HERE / "cookiecutter-game"
GAME_TEMPLATE = _INSTALLED if _INSTALLED.is_dir() else _HERE.parents[1] / "cookiecutter-game"
"""In the installed package, or in a checkout."""
PLUGIN_TEMPLATE = _HERE / "plugin"

_extensions = ModuleType(f"{__name__}.local_extensions")
SourceFileLoader(_extensions.__name__, str(GAME_TEMPLATE / "local_extensions.py")).exec_module(_extensions)

one_line = _extensions.one_line
package_name = _extensions.package_name
problem_with_title = _extensions.problem_with_title
quoted = _extensions.quoted


def environment() -> Environment:
    """What renders a template as ``cookiecutter`` does: a name that nobody gave is an error."""
    return Environment(
        extensions=[_extensions.TextFilters], undefined=StrictUndefined, keep_trailing_newline=True
    )
