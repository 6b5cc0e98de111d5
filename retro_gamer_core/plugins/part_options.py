"""The options of a part, read from the signature of its factory where its author listed none."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter
from typing import Any

from retro_gamer_core.options import Option, Type
from retro_gamer_core.parts import Kind

#: What the platform itself gives to a factory of each kind, in this order.
CALLED_WITH: Mapping[Kind, tuple[str, ...]] = {
    "encoder": ("metadata",),
    "network": ("spec", "n_outputs"),
    "memory": ("capacity", "spec"),
    "learner": ("context",),
    "logger": ("run_directory",),
}

_TYPES: Mapping[str, Type] = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    "list[int]": "int_list",
    "tuple[int, ...]": "int_list",
    "Sequence[int]": "int_list",
    "list[str]": "str_list",
    "tuple[str, ...]": "str_list",
    "Sequence[str]": "str_list",
    "dict": "table",
}


def options_in_signature(factory: Callable[..., Any], kind: Kind) -> tuple[Option, ...]:
    """An option for each parameter of ``factory`` that the platform does not fill itself.

    The default is the parameter's own, or None where it has none. The type comes from the annotation,
    else from the default; the meaning from a line ``name: meaning`` in the docstring. ``**kwargs``
    adds nothing: what it stands for cannot be known, and a misspelt setting must not vanish in it.
    An author who needs it lists the options in the ``Part``.
    """
    explained = inspect.getdoc(factory) or ""
    return tuple(
        Option(
            parameter.name,
            None if parameter.default is Parameter.empty else parameter.default,
            _type_of(parameter),
            _meaning_of(parameter.name, explained),
        )
        for parameter in _settable(_parameters_of(factory), kind)
    )


def takes_any_option(factory: Callable[..., Any]) -> bool:
    """Whether ``factory`` has a ``**kwargs``, and so takes options that nobody listed."""
    return any(parameter.kind is Parameter.VAR_KEYWORD for parameter in _parameters_of(factory))


def _parameters_of(factory: Callable[..., Any]) -> list[Parameter]:
    try:
        return list(signature_of(factory).parameters.values())
    except (TypeError, ValueError):  # some callables written in C have no signature
        return []


def signature_of(factory: Callable[..., Any]) -> inspect.Signature:
    """The signature, whose annotations may be text."""
    if sys.version_info >= (3, 14):  # annotations that only a type checker can evaluate would raise
        from annotationlib import Format

        return inspect.signature(factory, annotation_format=Format.STRING)
    return inspect.signature(factory)


def _settable(parameters: Sequence[Parameter], kind: Kind) -> list[Parameter]:
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    filled = set(positional[: len(CALLED_WITH[kind])])
    if kind == "network":  # a plain torch.nn.Module is given those of these that it asks for, by name
        filled = {"spec", "n_inputs", "n_outputs"}
    open_ended = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return [p for p in parameters if p.name not in filled and p.kind not in open_ended]


def _type_of(parameter: Parameter) -> Type:
    annotation, default = parameter.annotation, parameter.default
    written = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    written = written.removesuffix(" | None").removeprefix("collections.abc.")
    if written in _TYPES:
        return _TYPES[written]
    if annotation is not Parameter.empty:
        return "any"
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, (int, float)):
        return "float"  # `dropout=0` stands for any number unless its author wrote `: int`
    if isinstance(default, str):
        return "str"
    return "any"


def _meaning_of(name: str, explained: str) -> str:
    line = re.search(rf"^\s*{name}\s*(?:\([^)]*\))?:\s*(.+)$", explained, re.MULTILINE)
    return line[1] if line else ""
