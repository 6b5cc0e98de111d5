"""Python's own numbers, whatever a game or a plugin calls one; and dataclasses back from a file, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from math import isnan
from typing import Any, Literal

import numpy as np
import pytest
import tomlkit

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.plain_values import number, plain, restored


class Level(IntEnum):
    HARD = 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (True, 1),
        (0.5, 0.5),
        (2**70, 2**70),
        (np.int64(3), 3),
        (np.uint8(255), 255),
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.bool_(True), 1),
        (np.array(2.5), 2.5),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
        (Level.HARD, 3),
    ],
)
def test_a_number_is_pythons_own(value, expected):
    found = number(value)
    assert found == expected and type(found) in (int, float)


@pytest.mark.parametrize("value", [None, "3", "", [], [3], (3,), np.array([3]), 1j, np.str_("3"), object()])
def test_what_is_no_number(value):
    assert number(value) is None


@pytest.mark.parametrize("value", [10**400, Fraction(10**400), Decimal("sNaN"), float("nan")])
def test_what_no_float_can_hold_is_not_an_ordinary_number(value):
    assert isnan(number(value))


def types_in(value: Any) -> set[type]:
    if isinstance(value, dict):
        return {dict} | {kind for pair in value.items() for each in pair for kind in types_in(each)}
    if isinstance(value, (list, tuple)):
        return {type(value)} | {kind for each in value for kind in types_in(each)}
    return {type(value)}


def test_a_nest_of_anything_plain_is_made_of_pythons_own_values():
    nest = tomlkit.parse('[a]\nb = "text"\nc = [1, 2.5]\n')
    found = plain({"toml": nest, "numpy": (np.float64(1), np.bool_(False), np.str_("x")), 3: None}, "it")
    assert found == {
        "toml": {"a": {"b": "text", "c": [1, 2.5]}},
        "numpy": (1.0, False, "x"),
        3: None,
    }
    assert types_in(found) <= {dict, list, tuple, str, int, float, bool, type(None)}


@pytest.mark.parametrize("value", [object(), {"deep": [1, {2, 3}]}, {(1, 2): 3}, np.zeros(3), b"bytes"])
def test_what_is_not_plain_is_named(value):
    with pytest.raises(RetroGamerError) as raised:
        plain({"part": {"key": value}}, "progress")
    assert "progress['part']['key']" in raised.value.problem.where


@dataclass(frozen=True)
class Inner:
    name: str
    share: float


@dataclass(frozen=True)
class Outer:
    count: int
    best: Inner | None
    kind: Literal["one", "other"]
    all: list[Inner]
    names: tuple[str, ...] = ()
    options: Mapping[str, Any] = None


OUTER = Outer(3, Inner("a", 0.5), "one", [Inner("b", 1)], ("x", "y"), {"k": object})


def test_a_dataclass_comes_back_as_it_was():
    assert restored(Outer, asdict(OUTER)) == OUTER
    assert restored(Outer, {**asdict(OUTER), "best": None}).best is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("count", -1),
        ("count", "3"),
        ("count", 3.0),
        ("count", True),
        ("count", 2**63),
        ("count", None),
        ("best", {"name": "a"}),
        ("best", {"name": "a", "share": "much"}),
        ("best", {"name": "a", "share": 1, "more": 2}),
        ("best", {"name": "a", "share": 10**400}),
        ("best", [1]),
        ("kind", "third"),
        ("kind", []),
        ("all", 5),
        ("all", [5]),
        ("names", "xy"),
        ("names", [1]),
        ("options", []),
        ("stranger", 1),
    ],
)
def test_a_field_that_cannot_be_is_refused(key, value):
    with pytest.raises(ValueError):
        restored(Outer, {**asdict(OUTER), key: value})


@pytest.mark.parametrize("values", [None, [], "text", {}, {"count": 3}])
def test_so_is_what_is_no_such_thing_at_all(values):
    with pytest.raises(ValueError):
        restored(Outer, values)
