"""Each example plugin, broken in each way that is diagnosed: what is wrong is named, and all else works."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import pytest
from examples.desk import Desk, everything_else_works
from examples.example_packages import COMMAND, PLUGINS, Example

from retro_gamer_core.plugins.diagnosis import Trouble

Breaking = Callable[[Desk, Example], None]


@dataclass(frozen=True)
class Way:
    """A way of breaking a plugin.

    Args:
        name: what its author did.
        trouble: how it is classified.
        breaking: does it.
        cause, fix: what must be said; ``{hook}`` and the like stand for what is different in each plugin.
        file: where its last line is to be corrected, if that is known.
        works: whether all that the plugin offers still works but for one name.
    """

    name: str
    trouble: Trouble
    breaking: Breaking
    cause: str
    fix: str
    file: str = ""
    works: bool = False


def in_words(text: str, example: Example) -> str:
    """``text`` about one plugin."""
    return text.format(
        hook=example.hook,
        misspelt=example.hook[:-1],
        module=example.module,
        distribution=example.distribution,
        name=example.name,
        kind=example.kind,
        offer="Command" if example is COMMAND else "Part",
        field="command" if example is COMMAND else "factory",
        code=example.code,
        attribute=example.attribute,
    )


# Breaking it ----------------------------------------------------------------------------------


def writing(old: str, new: str, *, file: str = "{module}/__init__.py") -> Breaking:
    """Other text in a file."""

    def breaking(desk: Desk, example: Example) -> None:
        desk.change(*(in_words(text, example) for text in (file, old, new)))

    return breaking


def beginning_with(line: str, *, file: str = "{module}/__init__.py") -> Breaking:
    """A line more at the beginning of a file."""

    def breaking(desk: Desk, example: Example) -> None:
        path = desk.site / in_words(file, example)
        path.write_text(f"{line}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")

    return breaking


def entry_point(value: str, *, after: Breaking | None = None) -> Breaking:
    """An entry point that names something else."""

    def breaking(desk: Desk, example: Example) -> None:
        file = f"{desk.metadata_of(example.distribution)}/entry_points.txt"
        desk.change(file, f"= {example.module}", f"= {in_words(value, example)}")
        if after:
            after(desk, example)

    return breaking


def without(what: str) -> Breaking:
    """A file or folder that was lost."""

    def breaking(desk: Desk, example: Example) -> None:
        path = desk.site / in_words(what, example)
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return breaking


def in_a_class(desk: Desk, example: Example) -> None:
    path = desk.site / example.module / "__init__.py"
    imports, _, hook = path.read_text(encoding="utf-8").partition("\n\n\n")
    method = hook.replace("():", "(self):").replace("\n", "\n    ").rstrip()
    path.write_text(f"{imports}\n\n\nclass Plugin:\n    {method}\n", encoding="utf-8")


def another_with_that_name(desk: Desk, example: Example) -> None:
    """A second package that offers the same, as somebody else's would."""
    for original in (desk.site / example.module, desk.site / desk.metadata_of(example.distribution)):
        copy = original.with_name(original.name.replace(example.module, f"{example.module}_too"))
        shutil.copytree(original, copy)
    information = f"{desk.metadata_of(f'{example.distribution}-too')}"
    desk.change(
        f"{information}/METADATA", f"Name: {example.distribution}", f"Name: {example.distribution}-too"
    )
    desk.change(f"{information}/entry_points.txt", example.module, f"{example.module}_too")


def offering_twice(desk: Desk, example: Example) -> None:
    path = desk.site / example.module / "__init__.py"
    head, hook, body = path.read_text(encoding="utf-8").partition(f"def {example.hook}():\n")
    path.write_text(f"{head}{hook}{body}{body}", encoding="utf-8")


INIT = "{module}/__init__.py"
MARKED = "@hookimpl\ndef {hook}():"

WAYS = (
    Way("the package is not there", "missing module", without("{module}"),
        "there is no module {module}", "pip install --force-reinstall {distribution}"),
    Way("a module of its own is not there", "missing module", beginning_with("from .widths import WIDTH"),
        "it needs its own module {module}.widths, which is not there",
        "pip install --force-reinstall {distribution}", INIT),
    Way("something that is not installed", "missing dependency", beginning_with("import pandas_of_nowhere"),
        "it needs pandas_of_nowhere, which is not installed", "pip install pandas_of_nowhere", INIT),
    Way("something too old that is installed", "missing dependency", beginning_with("import pluggy.nowhere"),
        "it needs pluggy.nowhere, which is not installed", "pip install --upgrade pluggy", INIT),
    Way("an entry point that names nothing", "missing attribute", entry_point("{module}:plugin"),
        "there is no plugin in {module}", "pip install --upgrade {distribution}"),
    Way("a syntax error", "syntax error", writing("def {hook}():", "def {hook}(:"),
        "Python cannot read it", "correct that line", INIT),
    Way("an error at import", "error at import", beginning_with("SPEED = 1 / 0"),
        "importing it ended with ZeroDivisionError: division by zero", "correct that line", INIT),
    Way("leaving at import", "error at import", beginning_with("import sys; sys.exit('bye')"),
        "importing it ended with SystemExit: bye", "correct that line", INIT),
    Way("a newer API", "newer retro-gamer needed", beginning_with("RETRO_GAMER_API = 99"),
        "it was written for plugin API 99", "pip install --upgrade retro-gamer"),
    Way("an older API", "older plugin API", beginning_with("RETRO_GAMER_API = 1"),
        "it was written for plugin API 1", "declare each option where the factory takes it"),
    Way("an option of an older API", "older plugin API",
        beginning_with('from retro_gamer_core import Option; FAR = Option("far", 8, "int", "How far.")'),
        "it was written for plugin API 1", "declare each option where the factory takes it", INIT),
    Way("a name of a newer retro-gamer", "newer retro-gamer needed",
        beginning_with("from retro_gamer_core import Fleet"),
        "it uses something that this retro-gamer does not have",
        "look at its spelling; if that is right, pip install --upgrade retro-gamer", INIT),
    Way("an API version in words", "API version not a number", beginning_with('RETRO_GAMER_API = "one"'),
        "its RETRO_GAMER_API is 'one', not a whole number", "RETRO_GAMER_API = 2"),
    Way("a class", "a class", entry_point("{module}:Plugin", after=in_a_class),
        "its entry point names the class Plugin, not an object made from it", "write plugin = Plugin()"),
    Way("a wrapper", "a wrapper", writing("@hookimpl", "@hookimpl(wrapper=True)"),
        "its hook {hook} is a wrapper", "write @hookimpl without wrapper", INIT),
    Way("no hooks", "no hooks", writing("", "def part():\n    return 'nearest'\n"),
        "it answers no hook of retro-gamer", "mark a function such as retro_gamer_encoders with @hookimpl"),
    Way("a misspelt hook", "misspelt hook", writing("def {hook}", "def {misspelt}"),
        "there is no hook {misspelt}", "did you mean {hook}?", INIT),
    Way("a misspelt hook without a marker", "misspelt hook", writing(MARKED, "def {misspelt}():"),
        "its function {misspelt} is neither a hook nor marked as one",
        "did you mean {hook}? Then write @hookimpl above it", INIT),
    Way("a forgotten marker", "missing marker", writing("@hookimpl\n", ""),
        "its function {hook} is not marked as a hook", "write @hookimpl above it", INIT),
    Way("an argument that the hook has not", "unknown argument", writing("def {hook}()", "def {hook}(register)"),
        "its hook {hook} asks for 'register', which this hook does not have",
        "this hook takes no arguments", INIT),
    Way("a misspelt argument", "unknown argument",
        writing(MARKED, "@hookimpl\ndef retro_gamer_episode_finished(epsiode):\n    pass\n\n\n" + MARKED),
        "its hook retro_gamer_episode_finished asks for 'epsiode', which this hook does not have",
        "did you mean 'episode'?", INIT),
    Way("a hook that raises", "error in a hook", writing(MARKED, MARKED + "\n    print(1 / 0)"),
        "its hook {hook} ended with ZeroDivisionError: division by zero", "correct that line", INIT),
    Way("a hook that leaves", "error in a hook", writing(MARKED, MARKED + "\n    raise SystemExit(3)"),
        "its hook {hook} ended with SystemExit: 3", "correct that line", INIT),
    Way("one thing, not several", "wrong answer", writing("yield {offer}", "return {offer}"),
        "its hook {hook} gave one {offer}, not several", "return [{offer}(…), …], or yield each {offer}", INIT),
    Way("nothing at all", "wrong answer", writing("yield {offer}", "offer = {offer}"),
        "its hook {hook} gave nothing", "return [{offer}(…), …], or yield each {offer}", INIT),
    Way("the name alone", "wrong answer", writing(MARKED, MARKED + "\n    yield '{name}'"),
        "its hook {hook} gave '{name}', which is not a {offer}", "yield {offer}(…)", INIT),
    Way("no import string", "wrong answer", writing("{code}:{attribute}", "{code}.{attribute}"),
        "the {field} of its {offer} '{name}' cannot be used", 'write {field}="module:name"', INIT),
    Way("a name with a blank", "invalid name", writing('"{name}"', '"my {name}"'),
        "'my {name}' is no name for a {offer}", "use lower-case letters, digits, - and _ only", INIT),
    Way("one name twice", "name taken", offering_twice,
        "its hook {hook} gives '{name}' twice", "give one of them another name", INIT),
    Way("a name that another has", "name taken", another_with_that_name,
        "its {kind} '{name}' has the name of another one, from {module}_too ({distribution}-too 1.0)",
        "--no-plugin {module}_too; or its author", works=True),
)  # fmt: skip

#: Every way once for everybody, with another plugin each time; the other pairs take a minute.
PAIRS = [
    pytest.param(
        way,
        example,
        id=f"{example}: {way.name}",
        marks=[] if number % len(PLUGINS) == place else [pytest.mark.slow],
    )
    for number, way in enumerate(WAYS)
    for place, example in enumerate(PLUGINS)
]


def test_every_trouble_there_is_has_a_way():
    assert {way.trouble for way in WAYS} == set(get_args(Trouble))


@pytest.mark.parametrize(("way", "example"), PAIRS)
def test_a_broken_plugin_is_told_and_stops_nothing_else(way, example, desk):
    way.breaking(desk, example)
    shown = everything_else_works(desk)
    became = "is used only in part" if way.works else "is broken"
    told = f"{example.module} ({example.distribution} 1.0) {became}: {in_words(way.cause, example)}"
    assert told in shown
    after = shown[shown.index(told) :]
    assert in_words(way.fix, example) in after.partition("try: ")[2]
    if way.file:
        assert f"{in_words(way.file, example)}:" in after[: after.index("try: ")].replace("\\", "/")
    if not way.works:
        assert shown.count("BROKEN") == 1
