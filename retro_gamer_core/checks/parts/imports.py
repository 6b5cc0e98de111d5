"""What it costs to load a plugin, which every command does: seen in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from retro_gamer_core.checks.finding import Finding, warning

#: Packages that take tens of milliseconds to seconds to import.
HEAVY = (
    *("torch", "numpy", "pandas", "scipy", "sklearn", "matplotlib", "tensorflow", "jax", "gymnasium"),
    *("PIL", "rich", "requests", "onnxruntime", "tensorboard", "retro"),
)

#: Milliseconds. The built-in plugins take one or two.
SLOW = 500

_PROGRAM = """
import json, sys, time
sys.path[:] = json.loads(sys.argv[2])
import retro_gamer_core, retro_gamer_core.hookspecs, retro_gamer_core.parts, retro_gamer_core.options
before, began = set(sys.modules), time.perf_counter()
__import__(sys.argv[1])
seconds = time.perf_counter() - began
print("\\n" + json.dumps([seconds, sorted({name.partition(".")[0] for name in set(sys.modules) - before})]))
"""


@dataclass(frozen=True)
class ImportCost:
    """What importing a module took, and which packages it brought along."""

    milliseconds: float
    packages: tuple[str, ...]


def import_cost(module: str) -> ImportCost | None:
    """The cost of importing ``module`` where only the contracts are loaded. None if that fails."""
    command = [sys.executable, "-P", "-c", _PROGRAM, module, json.dumps(sys.path)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=True,
        )
        seconds, packages = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    return ImportCost(1000 * seconds, tuple(packages))


def import_findings(plugin: str, module: str) -> Iterator[Finding]:
    """Whether a plugin's own module is as light as it should be."""
    cost = import_cost(module.partition(":")[0])
    if cost is None:
        return
    heavy = [package for package in HEAVY if package in cost.packages]
    if heavy:
        yield warning(
            "heavy-import",
            f"loading the plugin {plugin} imports {', '.join(heavy)} ({cost.milliseconds:.0f} ms)",
            why="every command loads every plugin, also those that only print a list",
            hint="name the code by an import string in a module of its own, which is imported when it is needed",
            number=round(cost.milliseconds),
        )
    elif cost.milliseconds > SLOW:
        yield warning(
            "slow-import",
            f"loading the plugin {plugin} takes {cost.milliseconds:.0f} ms",
            why="every command loads every plugin, also those that only print a list",
            hint=f"see what takes so long: python -X importtime -c 'import {module.partition(':')[0]}'",
            number=round(cost.milliseconds),
        )
