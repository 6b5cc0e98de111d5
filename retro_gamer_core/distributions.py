"""The names under which pip knows this code: with torch, as in a checkout, and without."""

from __future__ import annotations

WITH_TORCH, WITHOUT_TORCH = "retro-gamer", "retro-gamer-core"

NAMES = (WITHOUT_TORCH, WITH_TORCH)
"""The released ``retro-gamer`` holds no code and requires the other one, so the version is the same."""


def installed_version(distribution: str) -> str | None:
    """The version that is installed of what pip knows by this name; None where it is not."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def own_version() -> str:
    """The version of this code, ``"unknown"`` where it was never installed."""
    return next(filter(None, map(installed_version, NAMES)), "unknown")
