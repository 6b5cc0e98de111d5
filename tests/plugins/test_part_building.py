"""From a part to the thing itself: its options, its arguments, and what it must be able to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from retro_gamer_core import Option, RetroGamerError
from retro_gamer_core.errors import ConfigurationError, PartNotFound, PluginError
from retro_gamer_core.options import Setting
from retro_gamer_core.plugins.part_building import load_factory, options_declared_by

COUNTING_MEMORY = '''
from dataclasses import dataclass
from typing import Annotated
from retro_gamer_core import Option

class Counting:
    """Remembers nothing but how much it saw.

    Args:
        step: how much each transition counts.
        label (str): what it is called
    """
    def __init__(self, capacity, spec, step: int = 1, *, label="", gain=1, sizes: list[int] = (2, 3), **more):
        self.given = (capacity, spec, step, label, more)
    def __len__(self): return 0
    def add(self, transitions): pass
    def sample(self, batch_size, rng): pass
    def update_priorities(self, keys, td_errors): pass
    def recode(self, codes): pass
    def state_dict(self): return {}
    def load_state_dict(self, state): pass

def strict(capacity, spec, *, step: Annotated[int, Option("How much each counts.", low=1)] = 1):
    return Counting(capacity, spec, step)

def all_given(capacity, spec, *, step):
    return Counting(capacity, spec, step)

@dataclass
class Declared:
    step: Annotated[int, Option("How much each counts.", low=1)] = 7
'''


@pytest.fixture
def plugins(install, others):
    """Plugins with one that offers memories: ``counting``, ``strict``, ``declared`` and some broken ones."""
    install(
        "memory-pack",
        COUNTING_MEMORY
        + """
def refuses(capacity, spec):
    from retro_gamer_core import RetroGamerError
    raise RetroGamerError("the capacity is too small", hint="capacity = 1000")

def raises(capacity, spec):
    import json
    return json.loads("{")

def needs(capacity, spec, *, radius):
    return Counting(capacity, spec, radius)

def forgets(capacity, spec):
    Counting(capacity, spec)

class Partial:
    recode = "not a method"
    def __init__(self, capacity, spec): pass
    def add(self, transitions): pass

@hookimpl
def retro_gamer_memories():
    for factory in ("Counting", "strict", "refuses", "raises", "needs", "forgets", "Partial", "COUNT", "misspelt"):
        yield Part(factory.lower(), "", f"memory_pack:{factory}")
    yield Part("declared", "", "memory_pack:all_given", "memory_pack:Declared")
    yield Part("elsewhere", "", "module_of_another_world:build")

COUNT = 3
""",
    )
    return others()


def build(plugins, name: str, **options):
    return plugins.build(plugins.find_part("memory", name), options, capacity=100, spec="spec")


def refused(plugins, name: str, **options) -> PluginError:
    with pytest.raises(PluginError) as caught:
        build(plugins, name, **options)
    assert "memory_pack (memory-pack 1.0)" in str(caught.value)
    return caught.value


def test_a_part_is_built_with_its_arguments_and_options(plugins):
    assert build(plugins, "strict", step=5).given == (100, "spec", 5, "", {})


def test_options_are_read_from_the_signature(plugins):
    options = {option.name: option for option in plugins.options_of(plugins.find_part("memory", "counting"))}
    assert list(options) == ["step", "label", "gain", "sizes"]
    assert options["step"] == Setting("step", "int", 1, Option("how much each transition counts."))
    assert options["label"] == Setting("label", "str", "", Option("what it is called"))
    assert (options["gain"].type, options["sizes"].type) == ("float", "int_list")


def test_an_option_without_a_default_is_listed_too(plugins):
    [radius] = plugins.options_of(plugins.find_part("memory", "needs"))
    assert (radius.name, radius.default, radius.required) == ("radius", None, True)
    assert "'radius'" in str(refused(plugins, "needs"))


def test_options_declared_apart_are_all_given_to_the_factory_defaults_too(plugins):
    part = plugins.find_part("memory", "declared")
    assert plugins.options_of(part) == (Setting("step", "int", 7, Option("How much each counts.", low=1)),)
    assert build(plugins, "declared").given[2] == 7
    assert build(plugins, "declared", step=2).given[2] == 2


def test_a_factory_named_by_its_path_has_the_options_that_its_plugin_declares(plugins):
    part = plugins.find_part("memory", "memory_pack:all_given")
    assert plugins.build(part, capacity=100, spec="spec").given[2] == 7


def test_options_declared_apart_need_no_import_of_the_factory(plugins, install):
    part = "Part('far', '', 'no_such:f', 'far_pack:options')"
    options = "def options(capacity, spec, *, a=1): pass\n"
    install("far-pack", f"{options}@hookimpl\ndef retro_gamer_memories():\n    yield {part}\n")
    from retro_gamer_core.plugins.registry import Plugins

    fresh = Plugins(blocked=["retro-gamer"])
    part = fresh.find_part("memory", "far")
    assert [option.name for option in fresh.options_declared_apart(part)] == ["a"]


@pytest.mark.parametrize("name", ["strict", "declared"])
def test_unknown_options_are_all_refused_with_the_nearest(plugins, name):
    with pytest.raises(ConfigurationError) as caught:
        build(plugins, name, setp=5, zzz=1)
    assert [problem.hint for problem in caught.value.problems] == [
        "did you mean 'step'?",
        "choose one of: step",
    ]


def test_a_factory_that_takes_any_option_is_given_any(plugins):
    assert build(plugins, "counting", anything=5).given[-1] == {"anything": 5}


def test_an_explained_refusal_passes_through(plugins):
    with pytest.raises(RetroGamerError, match="too small") as caught:
        build(plugins, "refuses")
    assert type(caught.value) is RetroGamerError


def test_a_factory_that_raises_names_the_plugin_and_its_last_line(plugins):
    error = refused(plugins, "raises")
    assert "JSONDecodeError" in str(error)
    lines = Path(error.problem.where.rpartition(":")[0]).read_text(encoding="utf-8").splitlines()
    assert lines[int(error.problem.where.rpartition(":")[2]) - 1].strip() == 'return json.loads("{")'


def test_a_part_that_lacks_something_is_told_all_of_it(plugins):
    missing = str(refused(plugins, "partial"))
    for name in (
        "__len__()",
        "sample()",
        "update_priorities()",
        "recode()",
        "state_dict()",
        "load_state_dict()",
    ):
        assert name in missing
    assert "add()" not in missing


def test_a_factory_that_forgets_to_return(plugins):
    error = refused(plugins, "forgets")
    assert "gave nothing back" in str(error)
    assert "return" in error.problem.hint


def test_a_factory_that_is_no_factory(plugins):
    assert "not a function or class" in str(refused(plugins, "count"))


@pytest.mark.parametrize(("name", "fix"), [("misspelt", "memory-pack"), ("elsewhere", "memory-pack")])
def test_a_promise_that_a_plugin_does_not_keep(plugins, name, fix):
    error = refused(plugins, name)
    assert (
        error.problem.hint == f"pip install --{'upgrade' if name == 'misspelt' else 'force-reinstall'} {fix}"
    )
    assert "not in your run" in error.problem.why


def test_a_factory_is_given_what_it_asks_for_by_name_and_nothing_else(plugins):
    part = plugins.find_part("memory", "strict")
    assert plugins.build(part, {}, spec="spec", capacity=100, run_directory="more").given[:2] == (100, "spec")


@pytest.mark.parametrize("name", ["by_position:build", "by_position"])
def test_a_factory_that_calls_what_it_is_given_by_another_name_is_told_the_names(install, others, name):
    install(
        "by-position",
        """
from retro_gamer_core import Part, hookimpl

@hookimpl
def retro_gamer_memories():
    yield Part("by_position", "", "by_position:build")

def build(capacity, what_is_seen):
    raise AssertionError("called")
""",
    )
    part = others().find_part("memory", name)
    with pytest.raises(PluginError, match="needs a value for 'what_is_seen'") as refused:
        others().build(part, capacity=100, spec="spec")
    assert "capacity, spec" in refused.value.problem.why


def test_an_import_path_is_built_like_any_part(install, others):
    install("own-memory", COUNTING_MEMORY, entry_points={})
    part = others().find_part("memory", "own_memory:Counting")
    assert others().build(part, {"step": 2}, capacity=9, spec="spec").given == (9, "spec", 2, "", {})
    assert [option.name for option in others().options_of(part)] == ["step", "label", "gain", "sizes"]
    with pytest.raises(PartNotFound, match="did you mean 'Counting'"):
        others().build(others().find_part("memory", "own_memory:Coutning"), capacity=9, spec="spec")


def test_attributes_are_part_of_a_contract(install, others):
    install("blind", "class Blind:\n    def __init__(self, metadata): pass\n    def encode(self, *a): pass\n")
    part = others().find_part("encoder", "blind:Blind")
    with pytest.raises(PluginError, match="has no spec"):
        others().build(part, metadata=None)


def test_an_encoder_without_the_shape_of_what_it_shows_is_told(install, others):
    code = "class Vague:\n    spec = (3, 3)\n    def __init__(self, metadata): pass\n    def encode(self, *a): pass\n"
    install("vague", code)
    with pytest.raises(PluginError, match="its spec is of type tuple"):
        others().build(others().find_part("encoder", "vague:Vague"), metadata=None)


def test_a_network_is_given_what_it_asks_for_so_all_else_is_an_option(install, others):
    install(
        "nets",
        "class Net:\n    def __init__(self, n_inputs, n_outputs, hidden, *, dropout=0.1): pass\n"
        "    def forward(self, x): pass\n",
    )
    options = others().options_of(others().find_part("network", "nets:Net"))
    assert [(option.name, option.default) for option in options] == [("hidden", None), ("dropout", 0.1)]


@pytest.mark.parametrize("kind", ["encoder", "network", "memory", "learner", "logger"])
@pytest.mark.parametrize(
    "name",
    [
        "shutil:rmtree",
        "builtins:print",
        "mine:rmtree",
        "mine:bound",
        "mine:anything",
        "mine:Anything",
        "mine:NUMBER",
    ],
)
def test_what_a_person_names_is_not_called_unless_it_can_be_a_part(install, others, kind, name):
    install(
        "mine",
        """
from functools import partial
from shutil import rmtree

NUMBER = 1
bound = partial(rmtree, ignore_errors=True)

def anything(path, *more, **options):
    raise SystemExit("called")

class Anything:
    def __init__(self, *given, **options):
        raise SystemExit("called")
""",
    )
    with pytest.raises(PartNotFound) as refused:
        others().build(others().find_part(kind, name), path=Path("/nowhere"))
    assert name in refused.value.problem.where and kind in refused.value.problem.what


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("encoder", "def make(metadata, *, radius=1)"),
        ("encoder", "def make(game)"),
        ("encoder", "def make(frame, scale=2)"),
        ("network", "def make(n_inputs, n_outputs)"),
        ("network", "def make(spec, n_outputs, width)"),
        ("memory", "def make(capacity, spec, **more)"),
        ("learner", "def make(context)"),
        ("logger", "def make(run_directory, color='red')"),
    ],
)
def test_a_function_is_known_as_the_maker_of_a_part_by_what_it_asks_for(install, others, kind, head):
    install("mine", f"{head}: pass\n")
    assert load_factory(others().find_part(kind, "mine:make")).__name__ == "make"


def test_a_callable_without_a_signature_has_no_options():
    assert options_declared_by(dict, "network") == ()


@pytest.mark.parametrize(
    ("parameter", "type_"),
    [
        ("x: int = 1", "int"),
        ("x: 'float' = 1", "float"),
        ("x: bool = True", "bool"),
        ("x: str | None = None", "str"),
        ("x: list[int] | None = None", "int_list"),
        ("x: 'Sequence[str]' = ()", "str_list"),
        ("x: dict = {}", "table"),
        ("x: Path = None", "any"),
        ("x=True", "bool"),
        ("x=1", "float"),
        ("x='a'", "str"),
        ("x=None", "any"),
    ],
)
def test_the_type_of_an_option(install, others, parameter, type_):
    install("typed", f"from pathlib import Path\ndef build(context, {parameter}): pass\n", entry_points={})
    [option] = others().options_of(others().find_part("learner", "typed:build"))
    assert option.type == type_
