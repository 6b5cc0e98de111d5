"""Where the files to begin with are: in the installed package, or in a checkout."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def _game_template() -> Path:
    installed = _HERE / "cookiecutter-game"
    return installed if installed.is_dir() else _HERE.parents[1] / "cookiecutter-game"


GAME_TEMPLATE = _game_template()
PLUGIN_TEMPLATE = _HERE / "plugin"
