"""A kind of part is one row and a Protocol: one more is listed, checked, configured, documented and built."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any, Protocol

import pytest
from click.testing import CliRunner

from retro_gamer_core.checks.parts import check_part
from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.configuration import config_from_sections, settings_table
from retro_gamer_core.errors import ConfigurationError, PluginError
from retro_gamer_core.kinds import KINDS, Kind
from retro_gamer_core.plugins.registry import Plugins, installed_plugins


class Umpire(Protocol):
    """Says which key is right."""

    def judge(self, game: Any) -> str | None: ...


UMPIRES = '''
from typing import Annotated

class Nervous:
    """Presses one key all the time."""
    def __init__(self, metadata, *, key: Annotated[int, Option("Which of the keys.", low=0)] = 0):
        self.key = metadata.actions[key]
    def judge(self, game):
        return self.key

class Idle:
    pass

@hookimpl
def retro_gamer_umpires():
    yield Part("nervous", "Presses one key.", "nervous_pack:Nervous")
    yield Part("idle", "Has no method.", "nervous_pack:Idle")
'''
DESCRIPTION = {
    "actions": ["KEY_LEFT", "KEY_RIGHT"],
    "reward": "score",
    "character_set": ["@"],
    "board_size": [3, 3],
}


@pytest.fixture
def plugins(install, monkeypatch):
    """With one row more among the kinds, and a plugin that offers two of that kind."""
    module = ModuleType("contract_of_umpires")
    module.Umpire = Umpire
    monkeypatch.setattr(Umpire, "__module__", module.__name__)
    monkeypatch.setattr(Umpire.judge, "__module__", module.__name__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    row = Kind(
        "umpire",
        "umpires",
        "Umpires: they say which key is right.",
        'Part("nervous", "Presses one key.", "my_plugin:Nervous")',
        "contract_of_umpires:Umpire",
        ("metadata",),
        method="judge",
    )
    monkeypatch.setitem(KINDS, row.name, row)
    install("nervous-pack", UMPIRES)
    installed_plugins.cache_clear()
    yield Plugins()
    installed_plugins.cache_clear()


def config(plugins, **table):
    sections = {"game": {"name": "snake"}, "metadata": DESCRIPTION, "umpire": table}
    return config_from_sections(sections, plugins)


def test_it_is_listed(plugins):
    assert list(plugins.parts("umpire")) == ["idle", "nervous"]
    printed = CliRunner().invoke(retro_gamer, ["plugins", "--json"], catch_exceptions=False).stdout
    [nervous] = [part for part in json.loads(printed)["parts"] if part["name"] == "nervous"]
    assert (nervous["kind"], nervous["plugin"]) == ("umpire", "nervous_pack")


def test_it_is_configured_in_its_own_table(plugins):
    read = config(plugins, name="nervous", key=1)
    [chosen] = read.parts_of("umpire")
    assert (chosen.name, chosen.options) == ("nervous", {"key": 1})
    assert config_from_sections(read.to_sections(), plugins) == read


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"name": "nervuos"}, "did you mean 'nervous'"),
        ({"name": "nervous", "key": -1}, "at least 0"),
        ({"name": "nervous", "keys": 1}, "did you mean 'key'"),
        ({"name": 3}, "text in quotes"),
    ],
)
def test_what_is_wrong_in_its_table_is_told(plugins, table, said):
    with pytest.raises(ConfigurationError, match=said) as refused:
        config(plugins, **table)
    assert all(problem.where.startswith("[umpire]") for problem in refused.value.problems)


def test_it_is_built_and_held_to_its_protocol(plugins):
    metadata = config(plugins, name="nervous").metadata
    umpire = plugins.build(plugins.find_part("umpire", "nervous"), {"key": 1}, metadata=metadata)
    assert umpire.judge(None) == "KEY_RIGHT"
    with pytest.raises(PluginError, match="has no judge"):
        plugins.build(plugins.find_part("umpire", "idle"), {}, metadata=metadata)


def test_it_is_checked(plugins):
    assert list(check_part("umpire", "nervous", plugins=plugins, quick=True)) == []
    [found] = check_part("umpire", "idle", plugins=plugins, quick=True)
    assert found.code == "cannot-be-built"


def test_the_command_knows_it_by_its_name_and_by_what_it_can_do(plugins):
    for name in ("nervous", "nervous_pack:Nervous"):
        checked = CliRunner().invoke(
            retro_gamer, ["check", name, "--quick", "--json"], catch_exceptions=False
        )
        assert json.loads(checked.stdout)["kind"] == "umpire"


def test_it_is_documented(plugins):
    rows = [row for row in settings_table(plugins) if row.section == "umpire"]
    assert [(row.name, row.owner) for row in rows] == [("name", ""), ("key", "umpire nervous")]
    assert rows[1].meaning == "Which of the keys."
