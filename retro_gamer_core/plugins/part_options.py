"""The options of a part: what its factory takes beside what the platform itself gives to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any

from retro_gamer_core.options import Setting, parameters_of, settings_of
from retro_gamer_core.parts import Kind

#: What the platform itself gives to a factory of each kind, in this order.
CALLED_WITH: Mapping[Kind, tuple[str, ...]] = {
    "encoder": ("metadata",),
    "network": ("spec", "n_outputs"),
    "memory": ("capacity", "spec"),
    "learner": ("context",),
    "logger": ("run_directory",),
}


def options_declared_by(declared: Any, kind: Kind) -> tuple[Setting, ...]:
    """The options that a factory of this kind takes, or that a dataclass (or another callable) declares."""
    return settings_of(declared, without=_filled_by_platform(declared, kind))


def takes_any_option(factory: Callable[..., Any]) -> bool:
    """Whether ``factory`` has a ``**kwargs``, and so takes options that nobody listed."""
    return any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters_of(factory))


def _filled_by_platform(declared: Any, kind: Kind) -> set[str]:
    if hasattr(declared, "__dataclass_fields__"):
        return set()
    if kind == "network":  # a plain torch.nn.Module is given those of these that it asks for, by name
        return {"spec", "n_inputs", "n_outputs"}
    by_position = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    positional = [each.name for each in parameters_of(declared) if each.kind in by_position]
    return set(positional[: len(CALLED_WITH[kind])])
