"""``retro-gamer plugins``."""

import json

import pytest

GOOD = """\
    from typing import Annotated
    from retro_gamer_core import Command, GameDescription, Option, Part, Recipe, hookimpl

    def options(*, width: Annotated[int, Option("How wide a stripe is.", low=1)] = 3): pass

    @hookimpl
    def retro_gamer_encoders():
        yield Part("stripes", "Sees the board as stripes.", "stripes_code:Stripes", options="stripes:options")

    @hookimpl
    def retro_gamer_recipes():
        yield Recipe("stripy", "Everything in stripes.", "stripes_code:choose")

    @hookimpl
    def retro_gamer_training_finished(outcome):
        pass
"""


@pytest.fixture
def plugin(install):
    """``plugin("stripes", source)``: an installed plugin of one module."""

    def plugin(name: str, source: str, version: str = "1.0") -> None:
        install(name, version, {"retro_gamer": {name.replace("-", "_"): name.replace("-", "_")}},
                {f"{name.replace('-', '_')}.py": source})  # fmt: skip

    return plugin


@pytest.fixture
def row_of(retro_gamer):
    """``row_of("stripes")``: the line of that plugin."""

    def row_of(name: str, *options: str) -> str:
        ended = retro_gamer(*options, "plugins")
        assert ended.code == 0
        return next(line for line in ended.out.splitlines() if line.startswith(f"{name} "))

    return row_of


def test_every_built_in_plugin_works_and_says_what_it_offers(retro_gamer):
    ended = retro_gamer("plugins")
    assert ended.code == 0
    assert "BROKEN" not in ended.out
    rows = [line for line in ended.out.splitlines() if line.startswith("retro_gamer_networks ")]
    assert len(rows) == 1
    assert " ok " in rows[0]
    assert "network: mlp, cnn" in rows[0]


def test_every_part_stands_in_the_table_with_its_summary_and_plugin(retro_gamer, plugin):
    plugin("stripes", GOOD)
    table = retro_gamer("plugins").out.partition("Parts, by the names")[2]
    rows = [line.split(maxsplit=3) for line in table.splitlines()[2:]]
    assert ["encoder", "stripes", "stripes", "Sees the board as stripes."] in rows
    assert ["recipe", "stripy", "stripes", "Everything in stripes."] in rows
    assert {kind for kind, *_ in rows} == {
        "encoder",
        "network",
        "memory",
        "learner",
        "logger",
        "executor",
        "player",
        "recipe",
    }


def test_what_a_plugin_offers_is_grouped_by_kind(row_of, plugin):
    plugin("stripes", GOOD, version="2.1")
    _name, *package, status, offers = row_of("stripes").split(maxsplit=4)
    assert (package, status, offers) == (["stripes", "2.1"], "ok", "encoder: stripes; recipe: stripy")


def test_a_plugin_that_only_listens_offers_nothing_to_name(row_of, plugin):
    hook = "@hookimpl\ndef retro_gamer_training_finished(outcome):\n    pass\n"
    plugin("listener", f"from retro_gamer_core import hookimpl\n\n{hook}")
    assert row_of("listener").split()[-4:] == ["ok", "listens", "to", "training"]


def test_a_broken_plugin_is_explained_and_the_exit_code_is_zero(retro_gamer, row_of, plugin):
    plugin("needy", "# line 1\nimport a_package_that_is_not_there\n")
    assert row_of("needy").split() == ["needy", "needy", "1.0", "BROKEN", "-"]
    ended = retro_gamer("plugins")
    assert ended.code == 0
    assert "needy (needy 1.0) is broken: it needs a_package_that_is_not_there, which is not" in ended.out
    assert "needy.py:2" in ended.out
    assert "try:   pip install a_package_that_is_not_there" in ended.out
    assert "Next: pip install a_package_that_is_not_there" in ended.err


def test_a_blocked_plugin_is_listed_as_such(row_of, plugin):
    plugin("stripes", "raise SystemExit('imported after all')")
    assert row_of("stripes", "--no-plugin", "stripes").split()[3:] == ["blocked", "-"]


def test_a_name_taken_twice_is_shown_without_calling_the_plugin_broken(retro_gamer, row_of, plugin):
    plugin("stripes", GOOD)
    plugin("more-stripes", GOOD)
    assert "ok, but see below" in row_of("more_stripes")
    ended = retro_gamer("plugins")
    assert "BROKEN" not in ended.out
    assert "its encoder 'stripes' has the name of another one" in ended.out


def test_blocking_what_is_not_there_is_warned_about(retro_gamer):
    ended = retro_gamer("--no-plugin", "retro_gamer_netwroks", "plugins")
    assert ended.code == 0
    assert (
        "Warning: no plugin is called 'retro_gamer_netwroks': did you mean 'retro_gamer_networks'?"
        in ended.err
    )


def test_a_plugin_author_can_ask_for_an_error(retro_gamer, plugin):
    plugin("needy", "import a_package_that_is_not_there\n")
    assert retro_gamer("--strict-plugins", "plugins").code not in (0, 2)


def test_for_programs(retro_gamer, plugin):
    plugin("stripes", GOOD)
    plugin("needy", "import a_package_that_is_not_there\n")
    answer = json.loads(retro_gamer("--no-plugin", "retro_gamer_networks", "plugins", "--json").out)
    assert answer["schema"] == 1
    plugins = {plugin["name"]: plugin for plugin in answer["plugins"]}
    assert plugins["stripes"] == {
        "name": "stripes",
        "distribution": "stripes",
        "version": "1.0",
        "module": "stripes",
        "status": "ok",
        "built_in": False,
        "offers": [["encoder", "stripes"], ["recipe", "stripy"]],
        "hooks": ["retro_gamer_encoders", "retro_gamer_recipes", "retro_gamer_training_finished"],
        "problem": None,
    }
    assert plugins["retro_gamer_networks"]["status"] == "blocked"
    assert plugins["needy"]["status"] == "broken"
    assert plugins["needy"]["problem"]["trouble"] == "missing dependency"
    assert plugins["needy"]["problem"]["fix"] == "pip install a_package_that_is_not_there"
    [stripes] = [part for part in answer["parts"] if part["name"] == "stripes"]
    assert (stripes["kind"], stripes["plugin"], stripes["distribution"]) == ("encoder", "stripes", "stripes")
    assert stripes["options"][0]["meaning"] == "How wide a stripe is."
    assert "stripy" in [recipe["name"] for recipe in answer["recipes"]]
    assert "snake" in [game["name"] for game in answer["games"]]
    assert not [part for part in answer["parts"] if part["kind"] == "network"]
    assert answer["warnings"] == []
