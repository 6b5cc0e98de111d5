"""Which keys does a game's code speak of? Read from the source of what its characters do with a key press."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

_NAME_OF_KEY = re.compile(r"KEY_[A-Z0-9_]+")

_WRITTEN_OUT = (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set)


def keys_handled_by(characters: Iterable[type]) -> set[str] | None:
    """The keys named in the code of these types of characters; None where some code cannot be read.

    A name such as ``"KEY_UP"`` counts wherever it stands in a method, or in a table that a method uses. Anything
    else counts only where the key that was pressed is compared with it, or looked up in what holds it.
    """
    found: set[str] = set()
    for character in characters:
        try:
            trees = {method: _tree_of(method) for method in _methods(character)}
        except (OSError, TypeError, SyntaxError):
            return None
        for method, tree in trees.items():
            texts = set(_texts_in(tree))
            for name in method.__code__.co_names:  # a table of steps above it, or an attribute of its class
                texts.update(_texts_held(getattr(character, name, method.__globals__.get(name))))
            found |= {text for text in texts if _NAME_OF_KEY.fullmatch(text)}
            if method.__name__ == "handle_keystroke" and len(tree.args.args) > 1:
                found |= _KeysOf(character, trees).asked_for(method, tree.args.args[1].arg)
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


def _tree_of(function: Callable[..., Any]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise SyntaxError
    return tree


def _texts_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _texts_held(table: Any) -> Iterator[str]:
    """The texts in a text, or in a list, a set or the keys of a dict."""
    if isinstance(table, (str, Mapping, list, tuple, set, frozenset)):
        yield from (text for text in table if isinstance(text, str))


class _KeysOf:
    """Follows the pressed key through the methods of a type of character.

    Args:
        trees: its methods, read.
    """

    def __init__(self, character: type, trees: Mapping[Callable[..., Any], ast.FunctionDef]) -> None:
        self._character = character
        self._trees = trees
        self._followed: set[tuple[str, str]] = set()

    def asked_for(self, method: Callable[..., Any], parameter: str) -> set[str]:
        """The keys that the parameter of a method, a pressed key, is compared with."""
        if (method.__qualname__, parameter) in self._followed:
            return set()
        self._followed.add((method.__qualname__, parameter))
        tree, keys, names = self._trees[method], {parameter}, dict(method.__globals__)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Assign, ast.NamedExpr)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                own = {target.id for target in targets if isinstance(target, ast.Name)}
                if _is_key(node.value, keys):  # name = keystroke.name
                    keys |= own
                elif isinstance(node.value, _WRITTEN_OUT):  # steps = {"a": -1, "d": 1}
                    names |= dict.fromkeys(own, node.value)
        texts = (text for node in ast.walk(tree) for text in self._in_node(node, keys, names))
        return {text for text in texts if len(text) == 1 or _NAME_OF_KEY.fullmatch(text)}

    def _in_node(self, node: ast.AST, keys: set[str], names: Mapping[str, Any]) -> Iterator[str]:
        match node:
            case (
                ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[held])
                | ast.Subscript(value=held, slice=key)
                | ast.Call(func=ast.Attribute(value=held, attr="get"), args=[key, *_])
            ) if _is_key(key, keys):
                yield from self._in_value(held, names)
            case ast.Compare(left=left, comparators=others):
                if any(_is_key(side, keys) for side in (left, *others)):
                    for side in (left, *others):
                        yield from _texts_in(side)
            case ast.Match(subject=subject, cases=cases) if _is_key(subject, keys):
                for case in cases:
                    yield from _texts_in(case.pattern)
            case ast.Call(func=ast.Attribute(attr=name), args=arguments):  # self.move(keystroke)
                places = [i for i, argument in enumerate(arguments, 1) if _is_key(argument, keys)]
                for method, tree in self._trees.items():
                    if method.__name__ == name:
                        for place in places:
                            for argument in tree.args.args[place : place + 1]:
                                yield from self.asked_for(method, argument.arg)

    def _in_value(self, node: ast.AST, names: Mapping[str, Any]) -> Iterator[str]:
        """The texts in what is written out, or in what a name stands for."""
        match node:
            case ast.Constant(value=str(text)):
                yield from (text, *text)
            case ast.Dict(keys=texts):
                for key in filter(None, texts):
                    yield from _texts_in(key)
            case ast.Name(id=name) if isinstance(names.get(name), ast.AST):
                yield from self._in_value(names[name], names)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                own = isinstance(node, ast.Name)
                yield from _texts_held(names.get(name) if own else getattr(self._character, name, None))
            case _:
                yield from _texts_in(node)


def _is_key(node: ast.AST, keys: set[str]) -> bool:
    """Whether this is the pressed key itself: ``key``, ``key.name``, ``str(key)``, ``key.lower()``."""
    match node:
        case ast.Name(id=name):
            return name in keys
        case (
            ast.Call(func=ast.Name(id="str"), args=[value])
            | ast.Call(func=ast.Attribute(value=value, attr="lower" | "upper" | "strip"))
            | ast.Attribute(value=value)
        ):
            return _is_key(value, keys)
        case ast.BoolOp(values=values):
            return any(_is_key(value, keys) for value in values)
    return False
