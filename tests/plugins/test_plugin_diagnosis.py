"""Each way a plugin can be broken is a record with its own cause and fix, and harms nothing else."""

from __future__ import annotations

import pytest

from retro_gamer_core.errors import PluginError

FINE = '@hookimpl\ndef retro_gamer_encoders():\n    yield Part("fine", "Works.", "fine_plugin:build")\n'


@pytest.fixture
def diagnose(install, others, record_of):
    """Install a broken plugin beside one that is fine, and return what is said about it.

    The first line of ``source`` is line 2 of the plugin's file.
    """

    def diagnose(source: str = "", **details):
        install("broken-pack", source, **details)
        install("fine-pack", FINE)
        plugins = others()
        assert record_of("fine-pack", plugins).status == "ok"
        assert list(plugins.parts("encoder")) == ["fine"]
        record = record_of("broken-pack", plugins)
        assert (record.status, record.offers) == ("broken", ())
        return record.problem

    return diagnose


def test_missing_dependency(diagnose):
    problem = diagnose("import pandas_of_another_world\n")
    assert problem.trouble == "missing dependency"
    assert "pandas_of_another_world" in problem.cause
    assert problem.fix == "pip install pandas_of_another_world"
    assert problem.where.endswith("broken_pack.py:2")


def test_dependency_without_a_module_it_should_have(diagnose):
    problem = diagnose("import pluggy.of_another_world")
    assert problem.trouble == "missing dependency"
    assert problem.fix == "pip install --upgrade pluggy"


def test_module_of_the_plugin_missing(diagnose):
    problem = diagnose(files={})
    assert problem.trouble == "missing module"
    assert "broken_pack" in problem.cause
    assert problem.fix == "pip install --force-reinstall broken-pack"


def test_part_of_the_plugin_missing(diagnose):
    problem = diagnose(files={"broken_pack/__init__.py": "\nimport broken_pack.stripes\n"})
    assert problem.trouble == "missing module"
    assert "broken_pack.stripes" in problem.cause
    assert problem.fix == "pip install --force-reinstall broken-pack"
    assert problem.where.endswith("__init__.py:2")


def test_attribute_of_the_entry_point_missing(diagnose):
    problem = diagnose("plugin = 1", entry_points={"broken_pack": "broken_pack:plugni"})
    assert problem.trouble == "missing attribute"
    assert problem.fix == "did you mean 'plugin'?"


@pytest.mark.parametrize("name", ["Prat", "of_another_world"])
def test_something_that_this_retro_gamer_does_not_have(diagnose, name):
    problem = diagnose(f"from retro_gamer_core import {name}")
    assert problem.trouble == "newer retro-gamer needed"
    assert name in problem.cause
    assert "spelling" in problem.fix
    assert "pip install --upgrade retro-gamer" in problem.fix


def test_syntax_error(diagnose):
    problem = diagnose("\ndef retro_gamer_encoders(:\n    pass\n")
    assert problem.trouble == "syntax error"
    assert problem.where.endswith("broken_pack.py:3")


def test_error_at_import_is_placed_in_the_last_line_of_the_plugin(diagnose):
    problem = diagnose(
        """
        import json
        def read():
            json.loads("{")
        read()
        """
    )
    assert problem.trouble == "error at import"
    assert "JSONDecodeError" in problem.cause
    assert problem.where.endswith("broken_pack.py:5")


@pytest.mark.parametrize("leave", ["import sys; sys.exit(3)", "raise SystemExit", "raise GeneratorExit"])
def test_a_plugin_cannot_end_the_program_at_import(diagnose, leave):
    assert diagnose(leave).trouble == "error at import"


def test_ctrl_c_at_import_is_not_held_back(install, others):
    install("slow-pack", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        _ = others().records


@pytest.mark.parametrize("marker", ["@hookimpl", ""])
def test_misspelt_hook(diagnose, marker):
    problem = diagnose(f"{marker}\ndef retro_gamer_enocders(): pass")
    assert problem.trouble == "misspelt hook"
    assert "retro_gamer_enocders" in problem.cause
    assert "did you mean retro_gamer_encoders?" in problem.fix
    assert ("@hookimpl" in problem.fix) is (marker == "")
    assert "broken_pack.py:" in problem.where


def test_hook_like_no_other(diagnose):
    problem = diagnose("@hookimpl\ndef retro_gamer_zzz(): pass")
    assert problem.trouble == "misspelt hook"
    assert "retro_gamer_encoders" in problem.fix
    assert "retro_gamer_training_finished" in problem.fix


def test_missing_marker(diagnose):
    problem = diagnose("\ndef retro_gamer_encoders(): return []")
    assert problem.trouble == "missing marker"
    assert "@hookimpl" in problem.fix
    assert problem.where.endswith("broken_pack.py:3")


@pytest.mark.parametrize("parameters", ["run, epsiode", "run, epsiode=None"])
def test_unknown_argument(diagnose, parameters):
    problem = diagnose(f"@hookimpl\ndef retro_gamer_episode_finished({parameters}): pass")
    assert problem.trouble == "unknown argument"
    assert "'epsiode'" in problem.cause
    assert problem.fix == "did you mean 'episode'?"


def test_argument_of_a_hook_that_has_none(diagnose):
    problem = diagnose("@hookimpl\ndef retro_gamer_encoders(register): return []")
    assert problem.trouble == "unknown argument"
    assert problem.fix == "this hook takes no arguments"


def test_class_in_place_of_an_object(diagnose):
    source = "class Stripes:\n    @hookimpl\n    def retro_gamer_encoders(self): return []\n"
    problem = diagnose(source, entry_points={"broken_pack": "broken_pack:Stripes"})
    assert problem.trouble == "a class"
    assert "plugin = Stripes()" in problem.fix
    assert "broken_pack:plugin" in problem.fix


@pytest.mark.parametrize("value", ["broken_pack", "broken_pack:answer", "broken_pack:nothing"])
def test_no_hooks(diagnose, value):
    problem = diagnose("answer = 42\nnothing = None", entry_points={"broken_pack": value})
    assert problem.trouble == "no hooks"
    assert "@hookimpl" in problem.fix


@pytest.mark.parametrize("body", ["raise KeyError('x')", "yield Part('a', '', 'm:f'); raise KeyError('x')"])
def test_hook_that_raises(diagnose, body):
    problem = diagnose(f"@hookimpl\ndef retro_gamer_encoders():\n    {body}")
    assert problem.trouble == "error in a hook"
    assert "KeyError: 'x'" in problem.cause
    assert problem.where.endswith("broken_pack.py:4")


def test_hook_of_an_object_that_raises(diagnose):
    source = "class Stripes:\n    @hookimpl\n    def retro_gamer_games(self):\n        1 / 0\nstripes = Stripes()\n"
    problem = diagnose(source, entry_points={"broken_pack": "broken_pack:stripes"})
    assert problem.trouble == "error in a hook"
    assert problem.where.endswith("broken_pack.py:5")


def test_hook_that_leaves_the_program(diagnose):
    assert diagnose("@hookimpl\ndef retro_gamer_games(): raise SystemExit(1)").trouble == "error in a hook"


@pytest.mark.parametrize(
    "answer",
    ["None", "'stripes'", "Part('a', '', 'm:f')", "{'a': 1}", "['stripes']", "[Recipe('a', '', 'm:f')]"],
)
def test_wrong_answer(diagnose, answer):
    problem = diagnose(f"@hookimpl\ndef retro_gamer_encoders():\n    return {answer}")
    assert problem.trouble == "wrong answer"
    assert "retro_gamer_encoders" in problem.cause
    assert "Part(…)" in problem.fix
    assert problem.where.endswith("broken_pack.py:2")


@pytest.mark.parametrize("name", ["''", "'Stripes'", "'two words'", "'a:b'", "'-a'", "None", "3"])
def test_invalid_name(diagnose, name):
    problem = diagnose(f"@hookimpl\ndef retro_gamer_networks():\n    yield Part({name}, '', 'm:f')")
    assert problem.trouble == "invalid name"
    assert name.strip("'") in problem.cause


@pytest.mark.parametrize(
    ("hook", "answer", "field"),
    [
        ("networks", "Part('a', '', print)", "factory"),
        ("networks", "Part('a', '', 'no_colon')", "factory"),
        ("networks", "Part('a', '', 'm:f', {'radius': 4})", "options"),
        ("networks", "Part('a', '', 'm:f', 3)", "options"),
        ("networks", "Part('a', '', 'm:f', replaces=3)", "replaces"),
        ("recipes", "Recipe('a', '', print)", "choose"),
        ("commands", "Command('a', '', 'm:')", "command"),
        ("games", "GameDescription('a', None, {})", "game"),
    ],
)
def test_field_that_cannot_be_used(diagnose, hook, answer, field):
    problem = diagnose(f"@hookimpl\ndef retro_gamer_{hook}():\n    yield {answer}")
    assert problem.trouble == "wrong answer"
    assert f"the {field} of its" in problem.cause
    assert f"{field}=" in problem.fix


def test_one_name_twice_in_one_plugin(diagnose):
    problem = diagnose("@hookimpl\ndef retro_gamer_networks():\n    return [Part('a', '', 'm:f')] * 2")
    assert problem.trouble == "name taken"
    assert "'a' twice" in problem.cause


def test_plugin_for_a_newer_api(diagnose):
    problem = diagnose("RETRO_GAMER_API = 99\n" + FINE)
    assert problem.trouble == "newer retro-gamer needed"
    assert "99" in problem.cause
    assert problem.fix == "pip install --upgrade retro-gamer"


def test_the_api_of_an_object_is_that_of_its_module(diagnose):
    source = (
        "RETRO_GAMER_API = 99\nclass Stripes:\n    @hookimpl\n    def retro_gamer_games(self): return ()\n"
    )
    source += "it = Stripes()\n"
    problem = diagnose(source, entry_points={"broken_pack": "broken_pack:it"})
    assert problem.trouble == "newer retro-gamer needed"


def test_api_version_that_is_no_number(diagnose):
    problem = diagnose("RETRO_GAMER_API = '1'\n" + FINE)
    assert problem.trouble == "API version not a number"
    assert problem.fix == "RETRO_GAMER_API = 2"


@pytest.mark.parametrize("body", ["return []", "return (yield)"])
def test_wrapper(diagnose, body):
    problem = diagnose(f"@hookimpl(wrapper=True)\ndef retro_gamer_encoders():\n    {body}")
    assert problem.trouble == "a wrapper"


def test_module_that_cannot_be_looked_at(diagnose):
    problem = diagnose("def __getattr__(name):\n    raise RuntimeError(name)")
    assert problem.trouble == "error at import"
    assert "RuntimeError" in problem.cause
    assert problem.where.endswith("broken_pack.py:3")


def test_strict_mode_raises_with_the_cause(install, others):
    install("broken-pack", "1 / 0")
    with pytest.raises(PluginError, match=r"broken-pack 1\.0.*ZeroDivisionError") as caught:
        _ = others(strict=True).records
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_strict_mode_raises_where_nothing_was_raised(install, others):
    install("broken-pack", "def retro_gamer_encoders(): pass")
    with pytest.raises(PluginError, match="@hookimpl"):
        others(strict=True).parts("encoder")


def test_what_a_plugin_may_do(install, others):
    """Things that look unusual and are fine: an object, a hook under another name, an optional hook."""
    install(
        "fine-pack",
        """
        RETRO_GAMER_API = 2
        class Stripes:
            @hookimpl
            def retro_gamer_encoders(self):
                return {Part("striped", "", "m:f")}
        @hookimpl(specname="retro_gamer_networks")
        def my_networks():
            return ()
        @hookimpl(optionalhook=True)
        def retro_gamer_of_the_future(anything):
            pass
        @hookimpl
        def retro_gamer_training_started(run, added_in_a_later_version=None):
            pass
        def retro_gamer_version():
            return "not near any hook"
        stripes = Stripes()
        """,
        entry_points={"module": "fine_pack", "object": "fine_pack : stripes [extra]"},
    )
    as_module, as_object = (record for record in others().records if not record.built_in)
    assert (as_module.status, as_object.status) == ("ok", "ok")
    assert as_module.hooks == ("retro_gamer_networks", "retro_gamer_training_started")
    assert as_object.hooks == ("retro_gamer_encoders",)
    assert as_object.offers == (("encoder", "striped"),)


def test_what_a_plugin_prints_at_import_is_kept_out_of_the_output_for_programs(install, record_of, capsys):
    install("loud-pack", "print('hello')\n" + FINE.replace("fine_plugin", "loud_pack"))
    assert record_of("loud-pack").status == "ok"
    assert capsys.readouterr().out == ""


def test_two_entry_points_to_one_object_are_told(install, others):
    install("fine-pack", FINE, entry_points={"one": "fine_pack", "other": "fine_pack"})
    first, second = others().records[-2:]
    assert (first.status, second.status, second.problem.trouble) == ("ok", "broken", "name taken")
    assert list(others().parts("encoder")) == ["fine"]
