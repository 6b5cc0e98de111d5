"""Plugins whose description is fine and whose code is not: only who uses it is stopped, and told whose bug it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from examples.desk import Desk, everything_else_works
from examples.example_packages import (
    COMMAND,
    ENCODER,
    LEARNER,
    LOGGER,
    MEMORY,
    NETWORK,
    PLUGINS,
    WRAPPER,
    Example,
)

Breaking = Callable[[Desk, Example], None]
PARTS = (ENCODER, NETWORK, MEMORY, LOGGER)

#: How a run is made that uses a part, and an option of it.
IN_CREATE = {
    ENCODER: "--encoder nearest --set preprocessing.far=4",
    NETWORK: "--network dueling --set model.neurons=8",
    MEMORY: "--memory highlights --set training.share=0.5",
    LEARNER: "--learner tabular --set learner.step_size=0.2",
    LOGGER: "--set \"logging.loggers=['training_log', 'spreadsheet']\" "
    '--set "logging.spreadsheet={decimal_comma=true}"',
    WRAPPER: "--set \"wrapping.wrappers=['closer']\"",
    COMMAND: "",
}
SHORT = "--training-episodes 3 --set training.learning_starts=32 --set training.batch_size=16"

#: What each kind is asked while training.
METHOD = {ENCODER: "encode", NETWORK: "forward", MEMORY: "sample", LOGGER: "episode_finished"}


@dataclass(frozen=True)
class Way:
    """A way of breaking the code of a plugin.

    Args:
        name: what its author did.
        breaking: does it.
        cause: what must be said of it; ``{}`` stands for the import path.
        fix: what must be said to try; empty where only its author can know.
        kinds: whom it can happen to.
    """

    name: str
    breaking: Breaking
    cause: str
    fix: str = ""
    kinds: tuple[Example, ...] = PLUGINS


def code_of(desk: Desk, example: Example) -> Path:
    return desk.site / example.module / f"{example.code}.py"


def beginning_with(line: str) -> Breaking:
    def breaking(desk: Desk, example: Example) -> None:
        code = code_of(desk, example)
        code.write_text(f"{line}\n{code.read_text(encoding='utf-8')}", encoding="utf-8")

    return breaking


def ending_with(text: str) -> Breaking:
    """More at the end of the file; ``Old`` is what builds the part, and what is called ``New`` takes its place."""

    def breaking(desk: Desk, example: Example) -> None:
        code = code_of(desk, example)
        more = text.format(method=METHOD.get(example))
        lines = [code.read_text(encoding="utf-8"), f"Old = {example.attribute}", more]
        code.write_text("\n".join([*lines, f"{example.attribute} = New", ""]), encoding="utf-8")

    return breaking


def without_code(desk: Desk, example: Example) -> None:
    code_of(desk, example).unlink()


def without_factory(desk: Desk, example: Example) -> None:
    with code_of(desk, example).open("a", encoding="utf-8") as code:
        code.write(f"\n{example.attribute}s = {example.attribute}\ndel {example.attribute}\n")


def asking_for_more(desk: Desk, example: Example) -> None:
    file = f"{example.module}/{example.code}.py"
    desk.change(file, "def __init__(self, ", "def __init__(self, colour, ")


def without_its_option(desk: Desk, example: Example) -> None:
    file = f"{example.module}/{example.code}.py"
    desk.change(file, "*, neurons: int", "*, another_name: int = 3")


def needing_a_box(desk: Desk, example: Example) -> None:
    import_path = f'"{example.import_path}",'
    desk.change(f"{example.module}/__init__.py", import_path, f"{import_path} needs=('box_of_nowhere',),")


AS_DECLARED = "from functools import wraps\n\n\n@wraps(Old)\n"
WAYS = (
    Way("its module is not there", without_code, "cannot be loaded: there is no module",
        "pip install --force-reinstall"),
    Way("its factory is not there", without_factory, "cannot be loaded: there is no", "did you mean"),
    Way("a syntax error", beginning_with("def (:"), "cannot be loaded: Python cannot read it", "correct that line"),
    Way("an error at import", beginning_with("SPEED = 1 / 0"), "importing it ended with ZeroDivisionError",
        "correct that line"),
    Way("leaving at import", beginning_with("raise SystemExit(3)"), "importing it ended with SystemExit: 3",
        "correct that line"),
    Way("something that is not installed", beginning_with("import pandas_of_nowhere"),
        "it needs pandas_of_nowhere, which is not installed", "pip install pandas_of_nowhere"),
    Way("a name of a newer retro-gamer", beginning_with("from retro_gamer_core import Fleet"),
        "it uses something that this retro-gamer does not have", "look at its spelling"),
    Way("something that it says it needs", needing_a_box, "needs box_of_nowhere, which is not installed here",
        "pip install box_of_nowhere", kinds=(ENCODER, MEMORY, LOGGER)),
    Way("no function and no class", ending_with("New = 3"), "cannot be built: {} is not a function or class",
        kinds=PARTS),
    Way("no command", ending_with("New = 3"), "{} is no click command", "@click.command()", kinds=(COMMAND,)),
    Way("a factory that asks for more", asking_for_more, "cannot be built: it needs a value for 'colour'",
        kinds=PARTS),
    Way("a factory without its option", without_its_option,
        "cannot be built: its factory does not take its own option", kinds=(NETWORK,)),  # the others declare their own
    Way("a factory that raises",
        ending_with(f"{AS_DECLARED}def New(*given, **options):\n    raise KeyError('size')"),
        "cannot be built: building it ended with KeyError: 'size'", kinds=PARTS),
    Way("a factory that gives nothing", ending_with(f"{AS_DECLARED}def New(*given, **options):\n    return None"),
        "cannot be built: its factory gave nothing back", kinds=PARTS),
    Way("a method that is missing", ending_with("class New(Old):\n    {method} = None"),
        "cannot be built: its New has no", kinds=PARTS),
    Way("an error in use", ending_with("class New(Old):\n    def {method}(self, *given):\n        1 / 0"),
        "failed: ZeroDivisionError: division by zero", "correct that line",
        kinds=(ENCODER, NETWORK, MEMORY)),
)  # fmt: skip


def pairs() -> Iterator[object]:
    """Every way once for everybody, with another plugin each time where it can be; the rest take a minute."""
    for number, way in enumerate(WAYS):
        first = way.kinds[number % len(way.kinds)]
        for example in way.kinds:
            marks = [] if example is first else [pytest.mark.slow]
            yield pytest.param(way, example, id=f"{example}: {way.name}", marks=marks)


@pytest.mark.parametrize(("way", "example"), list(pairs()))
def test_only_who_uses_it_is_stopped_and_told_whose_bug_it_is(way, example, desk):
    assert desk.type_in(f"create --game snake --output runs/used {SHORT} {IN_CREATE[example]}").code == 0
    way.breaking(desk, example)
    assert "BROKEN" not in everything_else_works(desk)
    used = desk.type_in("curve runs/used" if example is COMMAND else "train runs/used")
    assert used.code in (1, 4)
    named = (f"the {example.kind} '{example.name}'", f"of the plugin {example.module}")
    assert any(name in used.shown for name in named)
    assert way.cause.format(example.import_path) in used.shown
    assert way.fix in used.shown.rpartition("try: ")[2]
    # Something that is not installed is nobody's mistake; everything else is somebody's.
    assert way.breaking is needing_a_box or f"{example.module} ({example.distribution} 1.0)" in used.shown
    assert desk.type_in("info runs/used").code == 0


def test_a_logger_that_fails_is_named_and_training_goes_on(desk):
    assert desk.type_in(f"create --game snake --output runs/used {SHORT} {IN_CREATE[LOGGER]}").code == 0
    ending_with("class New(Old):\n    def episode_finished(self, episode):\n        1 / 0")(desk, LOGGER)
    trained = desk.type_in("train runs/used")
    assert trained.code == 0
    assert "the logger spreadsheet failed and is not used any more: ZeroDivisionError" in trained.shown
    assert desk.type_in("info runs/used").code == 0


def test_a_network_without_its_player_in_numpy_is_trained_and_not_exported(desk):
    assert desk.type_in(f"create --game snake --output runs/used {SHORT} {IN_CREATE[NETWORK]}").code == 0
    (desk.site / NETWORK.module / "in_numpy.py").unlink()
    assert desk.type_in("train runs/used").code == 0
    refused = desk.type_in("export runs/used -o used.rgp --episodes 2")
    assert refused.code == 4
    assert "there is no module retro_gamer_dueling.in_numpy" in refused.shown
    assert "the mistake is in the plugin retro_gamer_dueling (retro-gamer-dueling 1.0)" in refused.shown
    assert "try: pip install --force-reinstall retro-gamer-dueling" in refused.shown
