"""Which plugins are found, in which order, and how they are kept out before anything of theirs runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from retro_gamer_core.plugins.registry import Plugins, configure, installed_plugins

ENCODER = '@hookimpl\ndef retro_gamer_encoders():\n    yield Part("{name}", "", "m:f")\n'


@pytest.fixture
def two_packs(install):
    """Two plugins that would be missed if they were imported unasked: each leaves a file behind."""
    for pack in ("snake-pack", "Pong_Pack"):
        name = pack[:5].lower().strip("-_")
        trace = "import pathlib\npathlib.Path(__file__).with_suffix('.imported').touch()\n"
        site = install(
            pack, trace + ENCODER.format(name=name), entry_points={f"{name}_parts": pack.replace("-", "_")}
        )
    return lambda: {path.stem for path in site.glob("*.imported")}


def statuses(plugins: Plugins) -> dict[str, str]:
    return {record.distribution: record.status for record in plugins.records if not record.built_in}


@pytest.fixture
def environment(monkeypatch):
    """Set variables, and let ``installed_plugins`` read them anew."""
    for name in ("RETRO_GAMER_PLUGINS", "RETRO_GAMER_NO_PLUGIN", "RETRO_GAMER_STRICT"):
        monkeypatch.delenv(name, raising=False)

    def environment(**variables: str) -> Plugins:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        configure(blocked=["retro-gamer"])
        return installed_plugins()

    yield environment
    configure()


def test_the_record_of_a_plugin(install, record_of):
    install(
        "snake-pack",
        ENCODER.format(name="coiled")
        + '@hookimpl\ndef retro_gamer_recipes():\n    yield Recipe("long", "", "m:f")\n',
        entry_points={"snakes": "snake_pack"},
        version="2.1",
    )
    record = record_of("snake-pack")
    assert (record.name, record.distribution, record.version) == ("snakes", "snake-pack", "2.1")
    assert (record.module, record.status, record.problem) == ("snake_pack", "ok", None)
    assert record.offers == (("encoder", "coiled"), ("recipe", "long"))
    assert record.hooks == ("retro_gamer_encoders", "retro_gamer_recipes")
    assert str(record.provider) == "snakes (snake-pack 2.1)"


def test_built_in_plugins_come_first_then_others_by_distribution(install):
    install("zebra-pack", ENCODER.format(name="z"), entry_points={"b": "zebra_pack", "a": "zebra_pack"})
    install("Ant-Pack", ENCODER.format(name="ant"))
    install("retro-gamer", ENCODER.format(name="built-in"))  # stands before the real one on sys.path
    records = Plugins().records
    assert [(r.distribution, r.name) for r in records] == [
        ("retro-gamer", "retro_gamer"),
        ("Ant-Pack", "Ant_Pack"),
        ("zebra-pack", "a"),
        ("zebra-pack", "b"),
    ]
    assert [record.built_in for record in records] == [True, False, False, False]
    assert list(Plugins(blocked=["b"]).parts("encoder")) == ["built-in", "ant", "z"]


def test_the_real_built_in_plugins_are_found_like_any_other():
    names = [record.name for record in Plugins().records if record.built_in]
    assert names == sorted(names)
    assert {"retro_gamer_encoders", "retro_gamer_networks", "retro_gamer_memories", "retro_gamer_dqn"} <= set(
        names
    )


@pytest.mark.parametrize("name", ["snake-pack", "Snake_Pack", "snake_parts", "SNAKE-PARTS"])
def test_a_blocked_plugin_is_listed_and_not_imported(two_packs, others, name):
    plugins = others(blocked=(name,))
    assert statuses(plugins) == {"Pong_Pack": "ok", "snake-pack": "blocked"}
    assert two_packs() == {"Pong_Pack"}
    assert list(plugins.parts("encoder")) == ["pong"]
    assert plugins.warnings == ()


def test_only_some_plugins(two_packs, others):
    assert statuses(others(only=["pong-pack"])) == {"Pong_Pack": "ok", "snake-pack": "blocked"}
    assert two_packs() == {"Pong_Pack"}


def test_no_plugins_of_others_still_leaves_the_built_in_ones(two_packs):
    plugins = Plugins(only=[])
    assert set(statuses(plugins).values()) == {"blocked"}
    assert "blocked" not in {record.status for record in plugins.records if record.built_in}
    assert two_packs() == set()


def test_a_built_in_plugin_can_be_blocked():
    plugins = Plugins(blocked=["retro_gamer_memories"], only=[])
    assert [record.name for record in plugins.records if record.status == "blocked"] == [
        "retro_gamer_memories"
    ]
    assert plugins.parts("memory") == {}


def test_blocking_wins_over_letting_in(two_packs, others):
    assert statuses(others(only=["snake-pack"], blocked=("snake-pack",)))["snake-pack"] == "blocked"


def test_unknown_names_are_warnings_with_the_nearest_name(two_packs, others):
    plugins = others(only=["pong-pack", "snaek-pack"], blocked=("pong_partz",))
    assert plugins.warnings == (
        "no plugin is called 'snaek-pack': did you mean 'snake-pack'?",
        "no plugin is called 'pong_partz': did you mean 'pong_parts'?",
    )
    assert two_packs() == set()


def test_nothing_is_imported_before_it_is_asked_for(two_packs, others):
    assert others().warnings == ()
    assert two_packs() == set()


def test_the_environment_lets_in(two_packs, environment):
    assert statuses(environment(RETRO_GAMER_PLUGINS="snake-pack, ")) == {
        "Pong_Pack": "blocked",
        "snake-pack": "ok",
    }
    assert two_packs() == {"snake_pack"}


def test_an_empty_environment_variable_lets_nobody_in(two_packs, environment):
    assert set(statuses(environment(RETRO_GAMER_PLUGINS="")).values()) == {"blocked"}


def test_the_environment_blocks(two_packs, environment):
    plugins = environment(RETRO_GAMER_NO_PLUGIN="snake-pack,pong_parts")
    assert set(statuses(plugins).values()) == {"blocked"}
    assert two_packs() == set()


@pytest.mark.parametrize(("value", "strict"), [("1", True), ("0", False), ("", False)])
def test_the_environment_is_strict(environment, value, strict):
    assert environment(RETRO_GAMER_STRICT=value).strict is strict


def test_configuring_adds_to_the_environment(two_packs, environment):
    environment(RETRO_GAMER_NO_PLUGIN="snake-pack")
    configure(blocked=["pong-pack"], only=["snake-pack"], strict=True)
    plugins = installed_plugins()
    assert plugins.strict
    assert plugins is installed_plugins()
    assert two_packs() == set()


def test_a_half_removed_distribution_harms_nobody(install, record_of):
    site = install("snake-pack", ENCODER.format(name="coiled"))
    ruin = site / "ruin-1.0.dist-info"
    ruin.mkdir()
    (ruin / "entry_points.txt").write_text("[retro_gamer]\nruin = ruin\n", encoding="utf-8")
    assert record_of("snake-pack").status == "ok"
    assert record_of("unnamed distribution").problem.trouble == "missing module"


def test_two_plugins_with_one_entry_point_name_are_two_plugins(install, others):
    install("snake-pack", ENCODER.format(name="coiled"), entry_points={"parts": "snake_pack"})
    install("pong-pack", ENCODER.format(name="flat"), entry_points={"parts": "pong_pack"})
    assert list(others().parts("encoder")) == ["coiled", "flat"]


def test_asking_for_plugins_imports_nothing_heavy():
    program = (
        "import sys; from retro_gamer_core.plugins.registry import Plugins; Plugins(only=[]).parts('network');"
        "print([m for m in ('torch', 'numpy', 'retro', 'rich', 'tomlkit', 'click') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
