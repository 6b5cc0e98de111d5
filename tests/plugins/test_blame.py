"""Whose code failed: told by where it lies."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from retro_gamer_core.plugins.blame import blamed
from retro_gamer_core.plugins.registry import Plugins


def error_of(module: str) -> Exception:
    """What its ``fail`` raises, without the lines of this test."""
    with pytest.raises(KeyError) as caught:
        import_module(module).fail()
    return caught.value.with_traceback(caught.value.__traceback__.tb_next)


@pytest.mark.parametrize(
    ("place", "whose"),
    [
        ("desk", "code of your own failed: KeyError: 'x'"),
        ("home/.local/lib/python3.12/site-packages", None),
        ("usr/lib/python3/dist-packages", None),
    ],
)
def test_a_library_is_no_file_of_ones_own(place, whose, tmp_path, monkeypatch):
    folder: Path = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "fails_somewhere.py").write_text("def fail():\n    raise KeyError('x')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "fails_somewhere", raising=False)
    found = blamed(error_of("fails_somewhere"), Plugins(only=()))
    assert (found and found.problem.what) == whose
    sys.modules.pop("fails_somewhere")
