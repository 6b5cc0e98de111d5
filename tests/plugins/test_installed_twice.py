"""The same code brought by ``retro-gamer`` and by ``retro-gamer-core``, and parts that need what is not there."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

import pytest

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.parts import Part
from retro_gamer_core.plugins.diagnosis import missing
from retro_gamer_core.plugins.discovery import GROUP, INSTALLED_TWICE
from retro_gamer_core.plugins.records import ProvidedPart, Provider
from retro_gamer_core.plugins.registry import Plugins
from retro_gamer_core.runs.parts_lock import LockedPart, differences


@pytest.fixture
def brought_twice(install) -> Plugins:
    """The checkout, and in front of it ``retro-gamer-core`` with the very same entry points."""
    built_in = {
        entry.name: entry.value for entry in entry_points(group=GROUP) if entry.dist.name == "retro-gamer"
    }
    install("retro-gamer-core", entry_points=built_in, files={})
    return Plugins(only=())


def test_each_plugin_is_there_once_from_what_python_finds_first(brought_twice):
    names = [record.name for record in brought_twice.records]
    assert names == sorted(set(names))
    assert {record.distribution for record in brought_twice.records} == {"retro-gamer-core"}
    assert {record.problem for record in brought_twice.records} == {None}
    assert brought_twice.find_part("network", "mlp").provider.built_in


def test_one_is_warned_and_told_the_way_out(brought_twice):
    [warning] = brought_twice.warnings
    assert warning == INSTALLED_TWICE
    assert "pip uninstall retro-gamer retro-gamer-core" in warning


def test_the_command_prints_that_warning(brought_twice, capsys, monkeypatch):
    module = import_module("retro_gamer_core.cli.installed")
    monkeypatch.setattr(module, "installed_plugins", lambda: brought_twice)
    module.list_plugins.main([], standalone_mode=False)
    assert INSTALLED_TWICE in capsys.readouterr().err


def test_brought_once_nobody_is_warned():
    assert Plugins(only=()).warnings == ()


def test_the_same_name_for_other_code_is_still_two_plugins(install):
    for pack in ("one-pack", "other-pack"):
        install(pack, entry_points={"parts": pack.replace("-", "_")})
    assert [
        record.distribution for record in Plugins(blocked=["retro-gamer"]).records if record.name == "parts"
    ] == [
        "one-pack",
        "other-pack",
    ]


def test_built_in_plugins_go_by_either_name():
    provider = Provider("retro_gamer_dqn", "retro-gamer-core", "1.0")
    assert provider.built_in
    assert provider.goes_by("retro-gamer") and provider.goes_by("Retro_Gamer_Core")
    assert not Provider("p", "retro-gamer-neighbours", "1.0").built_in


def test_a_run_does_not_mind_which_of_the_two_it_was_trained_with():
    was, now, newer = (
        LockedPart("encoder", "egocentric", "e:e", "retro_gamer_encoders", distribution, version)
        for distribution, version in (
            ("retro-gamer", "1.0"),
            ("retro-gamer-core", "1.0"),
            ("retro-gamer-core", "1.1"),
        )
    )
    assert differences([was], [now]) == []
    assert len(differences([was], [newer])) == 1


# -- parts that need something -----------------------------------------------------------------


def test_a_part_whose_need_is_not_met_is_listed_and_not_built(install, others):
    source = """
        @hookimpl
        def retro_gamer_encoders():
            yield Part("deep", "", "deep_pack:never_imported", needs=("json", "a_module_that_is_not_there"))
    """
    install("deep-pack", source)
    part = others().find_part("encoder", "deep")
    with pytest.raises(RetroGamerError) as refused:
        others().build(part, None)
    assert refused.value.exit_code == 1
    assert (
        refused.value.problem.what
        == "the encoder 'deep' needs a_module_that_is_not_there, which is not installed here"
    )
    assert refused.value.problem.hint == "pip install a_module_that_is_not_there"


def test_a_module_inside_a_package_that_is_not_there_is_missing():
    part = Part("far", "Looks far.", "far:Far", needs=("nosuch_package.inside", "importlib.util"))
    assert missing(part) == ["nosuch_package.inside"]


def test_a_part_whose_needs_are_met_is_built(others):
    part = ProvidedPart(
        "logger", Part("list", "", "builtins:list", needs=("json",)), Provider("mine", "mine", "1.0")
    )
    with pytest.raises(RetroGamerError, match="has no"):  # it is built, and then found not to be a logger
        others().build(part)
