"""From Python's docstrings to Markdown, for the pages that ``generate.py`` makes.

Not Sphinx's autodoc, because these pages are to be read where nothing is built, too.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from textwrap import dedent
from typing import Any, is_typeddict

_LISTS = {"Args:": "", "Attributes:": "", "Returns:": "Gives ", "Raises:": "Raises "}
_TYPE_IN_ANNOTATED = re.compile(r"^Annotated\[(.+?), Option\(.*\)\]$", re.DOTALL)
_STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def described(name: str, thing: Any, level: int = 3) -> str:
    """A class or a function: how it is called, what its docstring says, and what a class offers."""
    parts = [f"{'#' * level} `{name}`"]
    if not (getattr(thing, "_is_protocol", False) or is_typeddict(thing)):  # these nobody calls
        parts.append(_fenced(_call(name, thing)))
    parts.append(markdown(inspect.getdoc(thing) or ""))
    if inspect.isclass(thing):
        # A protocol asks for all that the protocols below it ask for.
        asking = [each for each in reversed(thing.__mro__) if each is thing or "_is_protocol" in vars(each)]
        members = {each: found for one in asking for each, found in vars(one).items()}
        public = {each: found for each, found in members.items() if not each.startswith("_")}
        values = {each: found.__doc__ for each, found in public.items() if isinstance(found, property)}
        values = strings_below_names(thing) | values
        parts.append("\n".join(f"- `{each}`: {_line(said)}" for each, said in values.items() if said))
        methods = [each for each, found in public.items() if callable(getattr(thing, each)) and found.__doc__]
        parts += [described(f"{name}.{each}", getattr(thing, each), level + 1) for each in methods]
    return "\n\n".join(part for part in parts if part)


def markdown(docstring: str) -> str:
    """A docstring as Markdown: arguments become a list, tables stay tables, examples are text."""
    blocks = re.split(r"\n\n(?! )", docstring)  # an indented example may have blank lines
    return "\n\n".join(part for block in blocks for part in _block(block))


def table_row(cells: Iterable[str]) -> str:
    """A line of a table; a cell may hold the sign that parts cells."""
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def strings_below_names(cls: type) -> dict[str, str]:
    """What is said of each name that a class declares, in the string below it."""
    [definition] = ast.parse(dedent(inspect.getsource(cls))).body
    said = {}
    for node, below in pairwise(definition.body):
        match node, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                said[name] = text
    return said


def _block(block: str) -> Iterator[str]:
    first, _, rest = block.partition("\n")
    if first.startswith("==="):
        yield _table(block)
    elif first in _LISTS:
        items = re.split(r"\n(?! )", dedent(rest))
        yield "\n".join(f"- {_item(_LISTS[first], _line(item))}" for item in items)
    elif first.endswith("::"):
        yield _fenced(dedent(rest).strip("\n"))
    else:
        yield _line(block)


def _table(block: str) -> str:
    """A table of Markdown from one of reStructuredText, whose cells may be several lines high."""
    rule, *lines = block.splitlines()
    starts = [column.start() for column in re.finditer("=+", rule)]
    rows: list[list[str]] = []
    for line in lines:
        cells = [line[start:end].strip() for start, end in pairwise([*starts, None])]
        if line.startswith("==="):
            continue
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [f"{above} {cell}" for above, cell in zip(rows[-1], cells, strict=True)]
    rows.insert(1, ["---"] * len(starts))
    return "\n".join(table_row(map(_line, row)) for row in rows)


def _item(before: str, text: str) -> str:
    names, colon, meaning = text.partition(": ")
    if not colon or not re.fullmatch(r"[\w*]+(, [\w*]+)*", names):
        return before + text
    return f"{before}{', '.join(f'`{name}`' for name in names.split(', '))}: {meaning}"


def _line(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


def _call(name: str, thing: Any) -> str:
    signature = inspect.signature(thing)
    parameters = [each for each in signature.parameters.values() if each.name != "self"]
    shown = []
    for by_name_only, some in groupby(parameters, lambda each: each.kind is each.KEYWORD_ONLY):
        shown += ["*"] * by_name_only + [_parameter(each) for each in some]
    gives = signature.return_annotation
    after = "" if inspect.isclass(thing) or gives is signature.empty else f" -> {gives}"
    line = f"{name}({', '.join(shown)}){after}"
    if len(line) <= 90:
        return line
    return "\n".join([f"{name}(", *(f"    {each}," for each in shown), f"){after}"])


def _parameter(parameter: inspect.Parameter) -> str:
    text = _STARS.get(parameter.kind, "") + parameter.name
    if parameter.annotation is not parameter.empty:
        text += ": " + _TYPE_IN_ANNOTATED.sub(r"\1", str(parameter.annotation))
    if parameter.default is not parameter.empty:
        default = repr(parameter.default)
        text += " = " + ("…" if default.startswith("<") else default)
    return text
