"""Where the jobs of an experiment run: on this computer, on several that share a folder, or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from retro_gamer_core.contracts import Executor
from retro_gamer_core.plugins.registry import Plugins, installed_plugins


def executor_called(
    named: str, directory: Path, workers: int | None = None, *, plugins: Plugins | None = None
) -> Executor:
    """The executor that ``--on NAME`` or ``--on NAME:ARGUMENT`` means.

    Args:
        named: what was typed.
        directory: that of the experiment.
        workers: how many jobs at once; None for as many as make sense.

    Raises:
        PartNotFound: no plugin offers it.
        RetroGamerError: it needs something that is not installed, or the argument makes no sense.
    """
    plugins = plugins or installed_plugins()
    name, _, argument = named.partition(":")
    given: dict[str, Any] = {"directory": directory, "workers": workers, "argument": argument}
    built: Executor = plugins.build(plugins.find_part("executor", name), {}, **given)
    return built
