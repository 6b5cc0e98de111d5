"""What the plugin offers, and that looking at the offer costs nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pluggy
import pytest

import retro_gamer_memories
from retro_gamer_core import Memory, hookspecs


@pytest.fixture(scope="module")
def parts():
    manager = pluggy.PluginManager("retro_gamer")
    manager.add_hookspecs(hookspecs)
    manager.register(retro_gamer_memories)
    manager.check_pending()
    return {part.name: part for offered in manager.hook.retro_gamer_memories() for part in offered}


def factory_of(part):
    module, _, name = part.factory.partition(":")
    return getattr(import_module(module), name)


def test_it_offers_two_memories(parts, spec):
    assert set(parts) == {"uniform", "prioritized"}
    for part in parts.values():
        assert isinstance(factory_of(part)(10, spec), Memory)


def test_listing_the_parts_imports_neither_numpy_nor_torch():
    script = (
        "import sys, retro_gamer_memories as plugin\n"
        "assert len(list(plugin.retro_gamer_memories())) == 2\n"
        "print(sorted({'numpy', 'torch'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
