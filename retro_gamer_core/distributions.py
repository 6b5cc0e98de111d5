"""The names under which pip knows this code: with torch, as in a checkout, and without."""

from __future__ import annotations

WITH_TORCH, WITHOUT_TORCH = "retro-gamer", "retro-gamer-core"

NAMES = (WITHOUT_TORCH, WITH_TORCH)
"""The released ``retro-gamer`` holds no code and requires the other one, so the version is the same."""


def own_version() -> str:
    """The version of this code, ``"unknown"`` where it was never installed."""
    from importlib.metadata import PackageNotFoundError, version

    for name in NAMES:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "unknown"
