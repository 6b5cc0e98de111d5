"""What a factory tells by its methods and its signature: which kind of part it makes, and with which options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from inspect import Parameter
from typing import Any, Literal

from retro_gamer_core.options import Setting, parameters_of, settings_of, signature_of
from retro_gamer_core.parts import Kind

#: What the platform itself gives to a factory of each kind, in this order.
CALLED_WITH: Mapping[Kind, tuple[str, ...]] = {
    "encoder": ("metadata",),
    "network": ("spec", "n_outputs"),
    "memory": ("capacity", "spec"),
    "learner": ("context",),
    "logger": ("run_directory",),
}

#: The method that tells each kind; a learner may have those of the kinds below it, too.
_METHODS: Mapping[str, Kind] = {
    "encode": "encoder",
    "forward": "network",
    "learn": "learner",
    "sample": "memory",
    "episode_finished": "logger",
}

#: What the first argument of a function tells.
_ARGUMENTS: Mapping[str, Kind] = {
    **{arguments[0]: kind for kind, arguments in CALLED_WITH.items()},
    "game": "encoder",
    "frame": "encoder",
    "n_inputs": "network",
}


def kind_of(factory: Any) -> Kind | Literal["game"] | None:
    """What a class or function makes, told by its methods or its arguments; None if that cannot be told."""
    if inspect.isclass(factory):
        return kind_with(dir(factory))
    try:
        parameters = signature_of(factory).parameters.values()
    except (TypeError, ValueError):
        return None
    required = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    return _ARGUMENTS.get(required[0]) if required else "game"


def kind_with(methods: Collection[str]) -> Kind | None:
    """The kind of part that a class with these methods is."""
    return next((kind for method, kind in _METHODS.items() if method in methods), None)


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
