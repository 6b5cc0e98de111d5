"""Import strings for what has none: a class or function that was made in a test or a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def import_string_of(factory: Callable[..., Any]) -> str:
    """A name under which ``factory`` can be loaded in this process."""
    module, path = getattr(factory, "__module__", None), getattr(factory, "__qualname__", "")
    found: Any = sys.modules.get(module or "")
    for name in path.split("."):
        found = getattr(found, name, None)
    if found is factory and ":" not in path:
        return f"{module}:{path}"
    name = f"{getattr(factory, '__name__', 'part')}_{len(_SHELF)}"
    _SHELF[name] = factory
    return f"{__name__}:{name}"


_SHELF: dict[str, Any] = {}


def __getattr__(name: str) -> Any:
    if name in _SHELF:
        return _SHELF[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
