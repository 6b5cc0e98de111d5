"""Commands that only look at a config start quickly: nothing heavy is imported for it."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_configuration_imports_nothing_heavy():
    code = (
        "import sys, retro_gamer_core.configuration as c; "
        "print(*{'tomlkit', 'numpy', 'torch', 'rich', 'retro', 'click'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == ""
