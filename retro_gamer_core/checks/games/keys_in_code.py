"""Which keys does a game's code speak of? Read from the source of what its characters do with a key press."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

_NAME_OF_KEY = re.compile(r"KEY_[A-Z0-9_]+")


def keys_handled_by(characters: Iterable[type]) -> set[str] | None:
    """The keys named in the code of these types of characters; None where some code cannot be read.

    A name such as ``"KEY_UP"`` counts wherever it stands in a method, or in a table or list that a method
    uses. A single character counts where it is compared with something, or stands in such a table.
    """
    found: set[str] = set()
    for character in characters:
        for function in _methods(character):
            try:
                source = textwrap.dedent(inspect.getsource(function))
                tree = ast.parse(source)
            except (OSError, TypeError, SyntaxError):
                return None
            found |= set(_in_source(tree))
            if function.__name__ == "handle_keystroke":
                found |= set(_in_tables(function, character))
    return found


def _methods(character: type) -> Iterator[Callable[..., Any]]:
    """Those that are really called: what a class puts in place of a method counts, and then no other one."""
    for name in {name for class_ in character.__mro__[:-1] for name in vars(class_)}:
        for class_ in character.__mro__[:-1]:
            function = vars(class_).get(name)
            if inspect.isfunction(function):
                yield function
                if "super" not in function.__code__.co_names:
                    break


def _in_source(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _NAME_OF_KEY.fullmatch(node.value)
        ):
            yield node.value
        elif isinstance(node, ast.FunctionDef) and node.name == "handle_keystroke":
            yield from _compared(node)


def _compared(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Compare):
            compared = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            compared = [node.value]
        else:
            continue
        for place in compared:
            for part in ast.walk(place):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) == 1:
                    yield part.value


def _in_tables(function: Callable[..., Any], character: type) -> Iterator[str]:
    """Keys in what the function refers to by name: a table of steps above it, or an attribute of its class."""
    for name in function.__code__.co_names:
        table = getattr(character, name, function.__globals__.get(name))
        if isinstance(table, (Mapping, list, tuple, set, frozenset)):
            yield from (key for key in table if isinstance(key, str) and _may_be_a_key(key))


def _may_be_a_key(text: str) -> bool:
    return len(text) == 1 or _NAME_OF_KEY.fullmatch(text) is not None
