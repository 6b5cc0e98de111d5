"""Python's own values: out of whatever a game, a plugin or numpy calls a number, and back from a file, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from math import nan
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from retro_gamer_core.errors import RetroGamerError

T = TypeVar("T")

#: Larger counts come from no training, and fit into no array.
_LARGEST_COUNT = 2**63 - 1


def number(value: object) -> int | float | None:
    """The number that ``value`` is, be it Python's, numpy's, a ``Decimal`` or a ``Fraction``; None for what is none.

    Numbers that no float can hold are NaN.
    """
    value = _unwrapped(value)
    if not isinstance(value, Real):
        from decimal import Decimal  # here, because games hardly ever have one

        if not isinstance(value, Decimal):
            return None
    try:
        as_float = float(value)
    except (OverflowError, ValueError):
        return nan
    return int(value) if isinstance(value, Integral) else as_float


def is_number(value: object) -> bool:
    return number(value) is not None


def plain(value: Any, where: str) -> Any:
    """The same nest of dicts, lists and tuples, with nothing in it but Python's own numbers, texts, truths and None.

    Raises:
        RetroGamerError: something else is in there; the message says where.
    """
    value = _unwrapped(value)
    if value is None or type(value) in (bool, str, int, float):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # of tomlkit, of numpy, of an Enum
    if isinstance(value, Mapping):
        return {_plain_key(key, where): plain(item, f"{where}[{key!r}]") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [plain(item, f"{where}[{i}]") for i, item in enumerate(value)]
        return items if isinstance(value, list) else tuple(items)
    found = number(value)
    if found is None:
        raise cannot_be_saved(value, where)
    return found


def _unwrapped(value: Any) -> Any:
    """What is in ``np.bool_``, and in arrays and tensors of a single value."""
    return value.item() if getattr(value, "shape", None) == () and not isinstance(value, Real) else value


def cannot_be_saved(value: Any, where: str) -> RetroGamerError:
    """The error for a value that reading a file could not give back."""
    return RetroGamerError(
        f"a value of type {type(value).__name__} cannot be saved",
        where=where,
        why="a saved state holds plain values and arrays only, so that reading one never runs code",
        hint="turn it into a numpy array, a number, text, or a dict or list of these",
    )


def restored(cls: type[T], values: Any) -> T:
    """A dataclass from what ``asdict`` made of it: every field there, each of the type it should have.

    Whole numbers are counts here, from 0 to what an array can hold.

    Raises:
        ValueError: naming the first field that cannot be.
    """
    return _read(values, cls, cls.__name__.strip("_"))


def restored_from(cls: type[T], values: Mapping[str, Any]) -> T:
    """The same out of a mapping that holds more; fields that have a default may be missing.

    Raises:
        ValueError: naming the first field that cannot be.
    """
    return restored(cls, {each.name: values[each.name] for each in fields(cls) if each.name in values})  # type: ignore[arg-type]


def _read(value: Any, hint: Any, where: str) -> Any:
    if hint is Any or (type(value) is hint and hint in (float, str, bool)):
        return value
    value = _unwrapped(value)
    if isinstance(value, Real) and not isinstance(value, (bool, int)):
        value = float(value)  # of numpy, as states of before may hold them
    origin, arguments = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return value if isinstance(value, hint) else _read_fields(value, hint, where)
    if origin is UnionType:
        if value is None and NoneType in arguments:
            return None
        return _read(value, next(each for each in arguments if each is not NoneType), where)
    if origin in (list, tuple) and isinstance(value, (list, tuple)):
        return origin(_read(item, arguments[0], f"{where}[{i}]") for i, item in enumerate(value))
    if origin is Literal:
        fits = value in arguments
    elif hint is int:
        fits = type(value) is int and 0 <= value <= _LARGEST_COUNT
    elif hint is float:
        fits = type(value) is float or (type(value) is int and abs(value) <= _LARGEST_COUNT)
    else:
        fits = isinstance(value, origin or hint)
    if not fits:
        raise ValueError(f"{where} cannot be {type(value).__name__} {str(value)[:40]}")
    return value


def _read_fields(value: Any, cls: type, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} cannot be {type(value).__name__} {str(value)[:40]}")
    hints = _hints(cls)
    try:
        return cls(**{key: _read(item, hints.get(key, Any), key) for key, item in value.items()})
    except TypeError as error:  # a field is missing, or there is one too many
        raise ValueError(f"{where}: {error}") from error


def _plain_key(key: Any, where: str) -> Any:
    if not isinstance(key, (str, int)) or isinstance(key, bool):
        raise cannot_be_saved(key, f"a key of {where}")
    return plain(key, where)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)
