"""Options are said once: name, type, range, default and meaning come from where the code takes them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial, wraps
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest

from retro_gamer_core import Option
from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.errors import ConfigurationError, PluginError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.options import Setting, check_settings, problems_in, settings_of
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.plugins.registry import Plugins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from somewhere import Unknown

RATE = Option("How far.", above=0, high=1, hint="0.5", typical="0.1 to 0.9")


@dataclass(frozen=True)
class Everything:
    rate: Annotated[float, RATE] = 0.1
    loss: Annotated[Literal["huber", "squared"], Option("How it counts.")] = "huber"
    sizes: Annotated[Sequence[int], Option(low=1, allow_empty=False)] = (3, 4)
    names: list[str] = field(default_factory=lambda: ["a"])
    radius: Annotated[int | None, Option()] = None
    table: dict[str, float] = field(default_factory=dict)


def factory(
    context: Unknown, *given: Any, rate: Annotated[float, RATE] = 0.1, other: Unknown = None, **more: Any
):
    """Makes it.

    Args:
        context: nobody's option
        other (Unknown): of a type
            that nobody knows

    More: of something else.
    """


def test_a_dataclass_says_everything():
    assert settings_of(Everything) == (
        Setting("rate", "float", 0.1, RATE),
        Setting("loss", "str", "huber", Option("How it counts."), choices=("huber", "squared")),
        Setting("sizes", "int_list", (3, 4), Option(low=1, allow_empty=False)),
        Setting("names", "str_list", ["a"]),
        Setting("radius", "int", None),
        Setting("table", "table", {}),
    )


def test_a_signature_says_the_same_whatever_else_stands_in_it():
    assert settings_of(factory, without={"context"}) == (
        Setting("rate", "float", 0.1, RATE),
        Setting("other", "any", None, Option("of a type that nobody knows")),
    )


class Made:
    def __call__(self, context: Unknown, *, rate: Annotated[float, RATE] = 0.1): ...


@pytest.mark.parametrize("called", [partial(factory), wraps(factory)(lambda *given, **named: None), Made()])
def test_whatever_can_be_called_says_its_own(called):
    assert settings_of(called, without={"context"})[0] == Setting("rate", "float", 0.1, RATE)


class Base:
    def __init__(self, context, size, *, rate: Annotated[float, RATE] = 0.1, other=2.5, **more):
        """Its own ``**more`` go nowhere."""


class WithMore(Base):
    def __init__(self, context, *, mine: int = 1, other=3.5, **options):
        super().__init__(context, 7, other=other, **options)


class AsItIs(WithMore):
    pass


class OfADataclass:
    Options = Everything

    def __init__(self, context, **options):
        self.settings = Everything(**options)


class WithoutMore(OfADataclass):
    def __init__(self, context, *, mine: int = 1):
        super().__init__(context)


@pytest.mark.parametrize("made_of", [WithMore, AsItIs])
def test_a_class_that_passes_its_options_on_has_those_of_its_base(made_of):
    mine, other, rate = settings_of(made_of, without={"context"})
    assert (mine, other.default, rate) == (
        Setting("mine", "int", 1),
        3.5,
        Setting("rate", "float", 0.1, RATE),
    )


def test_options_may_be_those_of_a_dataclass_and_of_it_alone_where_they_are_passed_on():
    assert settings_of(OfADataclass, without={"context"}) == settings_of(Everything)
    assert settings_of(WithoutMore, without={"context"}) == (Setting("mine", "int", 1),)


def test_an_option_that_cannot_be_read_is_no_silent_loss_of_its_range():
    def build(far: Annotated[int, Option("How far.", lowest=1)] = 3): ...

    def elsewhere(far: Annotated[Unknown, Option("How far.", low=1)] = 3): ...

    for broken in (build, elsewhere):
        with pytest.raises(PluginError, match="far"):
            settings_of(broken)


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("rate", 0, True),
        ("rate", 1, False),
        ("rate", float("nan"), True),
        ("rate", "fast", True),
        ("loss", "hubber", True),
        ("loss", 3, True),
        ("sizes", [], True),
        ("sizes", [3, 0], True),
        ("sizes", [True], True),
        ("radius", None, False),
        ("radius", 2.5, True),
        ("names", ["b", "c"], False),
        ("table", 3, True),
    ],
)
def test_a_value_is_checked_by_what_was_declared(name, value, wrong):
    [setting] = [setting for setting in settings_of(Everything) if setting.name == name]
    assert bool(setting.problem_with(value)) is wrong


def test_a_mistake_is_told_with_a_value_to_try():
    [rate, *_] = settings_of(Everything)
    problem = rate.problem_with(2.5, where="here")
    assert (problem.what, problem.why, problem.hint) == (
        "rate = 2.5: this must be at most 1",
        "How far.",
        "rate = 0.5",
    )


def test_an_object_may_check_itself():
    check_settings(Everything())
    with pytest.raises(ConfigurationError) as caught:
        check_settings(Everything(rate=7, sizes=()))
    assert len(caught.value.problems) == 2


def test_every_default_is_fine_and_reaches_the_factory():
    """Of every built-in part and of the core: the default that is told is the one that counts."""
    plugins = Plugins(only=())
    for section, settings in SECTION_KEYS.items():
        assert problems_in({each.name: each.default for each in settings}, settings, section=section) == []
    declared = 0
    for kind in KINDS:
        for part in plugins.parts(kind).values():
            if any(find_spec(module) is None for module in part.part.needs):
                continue
            options = plugins.options_of(part)
            defaults = {each.name: each.default for each in options if not each.required}
            assert problems_in(defaults, options, section=kind) == []
            if part.part.options is not None:
                assert plugins.options_in_effect(part, {}) == defaults
                declared += 1
                if (made_by := load_attribute(part.part.options, what="it")) and isinstance(made_by, type):
                    made = made_by()
                    assert {name: getattr(made, name) for name in defaults} == defaults
    assert declared >= 5


def test_options_of_the_built_in_parts_are_explained_without_anything_heavy():
    code = (
        "import sys\n"
        "from retro_gamer_core.plugins.registry import Plugins\n"
        "from retro_gamer_core.kinds import KINDS\n"
        "plugins = Plugins(only=())\n"
        "found = [plugins.options_declared_apart(part) for kind in KINDS for part in plugins.parts(kind).values()]\n"
        "assert sum(map(bool, found)) >= 6, found\n"
        "print(*{'torch', 'numpy', 'tomlkit', 'retro'} & sys.modules.keys())"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


@dataclass
class Explained:
    """Settings whose meaning is in the docstring.

    Args:
        near: How near.
        far: How far it sees, which may take
            more than one line.
    """

    near: int = 1
    far: Annotated[int, Option(low=1)] = 3


def test_a_meaning_in_the_docstring_may_go_on_in_the_next_line():
    meanings = [setting.option.meaning for setting in settings_of(Explained)]
    assert meanings == ["How near.", "How far it sees, which may take more than one line."]


# A plugin of API 1 ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        'OPTIONS = (Option("far", 8, "int", "How far."),)',
        'OPTIONS = (Option(name="far", default=8, type="int", meaning="How far."),)',
        '@hookimpl\ndef retro_gamer_encoders():\n    yield Part("a", "", "m:f", (Option("far", 8, "int", ""),))',
        '@hookimpl\ndef retro_gamer_encoders():\n    yield Part("a", "", "m:f", options=())',
        '@hookimpl\ndef retro_gamer_encoders():\n    yield Part("a", "", "m:f", options=[Option("How far.")])',
        "RETRO_GAMER_API = 1\n@hookimpl\ndef retro_gamer_encoders():\n    return ()",
    ],
)
def test_a_plugin_of_api_1_is_told_how_it_is_written_now(install, others, body):
    install("old-pack", body)
    [record] = [record for record in others().records if not record.built_in]
    assert (record.status, record.problem.trouble) == ("broken", "older plugin API")
    assert "Annotated[int, Option(" in record.problem.fix
