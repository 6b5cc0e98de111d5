"""Finding a part by name or import path; several plugins with one name; what is said when there is none."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core import Part
from retro_gamer_core.errors import PartNotFound, PluginError
from retro_gamer_core.plugins.records import Provider
from retro_gamer_core.plugins.registry import Claim, winner


@pytest.fixture
def offer(install):
    """``offer("snake-pack", 'Part(…)')``: install a plugin with those encoders."""

    def offer(distribution: str, *parts: str) -> None:
        install(distribution, f"@hookimpl\ndef retro_gamer_encoders():\n    return [{', '.join(parts)}]\n")

    return offer


def test_parts_are_in_alphabetical_order(offer, others):
    offer("snake-pack", "Part('b', '', 'm:f')", "Part('a', '', 'm:f')")
    assert list(others().parts("encoder")) == ["a", "b"]
    assert others().parts("memory") == {}


def test_an_import_path_is_a_part_without_any_packaging(others):
    part = others().find_part("network", "my_net:build")
    assert (part.kind, part.name, part.part.factory) == ("network", "my_net:build", "my_net:build")
    assert part.provider == Provider("my_net", None, None)
    assert str(part.provider) == "my_net (named by its import path)"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("my_net.py:build", "my_net:build"),
        ("./nets/my_net.py:Net", "nets.my_net:Net"),
        ("my_net:", "my_net:build"),
        (":build", "my_module:build"),
    ],
)
def test_an_import_path_that_is_none(others, written, instead):
    with pytest.raises(PartNotFound) as caught:
        others().find_part("network", written)
    assert caught.value.problem.hint == instead


def test_an_unknown_name_gets_the_nearest(offer, others):
    offer("snake-pack", "Part('egocentric', '', 'm:f')")
    with pytest.raises(PartNotFound, match="did you mean 'egocentric'"):
        others().find_part("encoder", "egocentirc")


def test_a_dotted_name_gets_its_colon(others):
    with pytest.raises(PartNotFound, match="my_net:build"):
        others().find_part("network", "my_net.build")


def test_a_broken_plugin_that_may_offer_it_is_named_with_its_cure(install, others):
    install("stripes-pack", "import zebra_of_another_world")
    with pytest.raises(PartNotFound) as caught:
        others().find_part("encoder", "stripes")
    assert "stripes_pack (stripes-pack 1.0)" in str(caught.value)
    assert "pip install zebra_of_another_world" in str(caught.value)


def test_a_blocked_plugin_that_may_offer_it_is_named(offer, others):
    offer("stripes-pack", "Part('stripes', '', 'm:f')")
    with pytest.raises(PartNotFound, match=r"blocked:.* stripes_pack"):
        others(blocked=("stripes-pack",)).find_part("encoder", "stripes")


def test_a_name_in_full_tells_two_plugins_apart(offer, others):
    offer("ant-pack", "Part('stripes', 'of ants', 'm:f')")
    offer("bee-pack", "Part('stripes', 'of bees', 'm:f')")
    plugins = others()
    found = [plugins.find_part("encoder", f"{pack}/stripes") for pack in ("ant_pack", "ant-pack", "bee_pack")]
    assert [part.part.summary for part in found] == ["of ants", "of ants", "of bees"]
    assert found[2].name == "bee_pack/stripes"
    with pytest.raises(PluginError) as caught:
        plugins.find_part("encoder", "stripes")
    assert '"bee_pack/stripes"' in caught.value.problem.hint
    with pytest.raises(PartNotFound):
        plugins.find_part("encoder", "cat_pack/stripes")


def test_one_name_from_two_plugins_names_both(offer, others, record_of):
    offer("ant-pack", "Part('stripes', '', 'm:f')", "Part('spots', '', 'm:f')")
    offer("bee-pack", "Part('stripes', '', 'm:f')")
    plugins = others()
    with pytest.raises(PluginError) as caught:
        plugins.find_part("encoder", "stripes")
    assert "ant_pack (ant-pack 1.0)" in str(caught.value)
    assert "bee_pack (bee-pack 1.0)" in str(caught.value)
    assert "--no-plugin bee_pack" in caught.value.problem.hint
    assert list(plugins.parts("encoder")) == ["spots"]
    for distribution, other in [("ant-pack", "bee-pack"), ("bee-pack", "ant-pack")]:
        record = record_of(distribution, plugins)
        assert (record.status, record.problem.trouble) == ("ok", "name taken")
        assert other in record.problem.cause
    assert list(others(blocked=("bee-pack",)).parts("encoder")) == ["spots", "stripes"]


def test_one_name_in_two_kinds_is_no_conflict(install, others):
    install(
        "ant-pack",
        """
        @hookimpl
        def retro_gamer_encoders(): return [Part("stripes", "", "m:f")]
        @hookimpl
        def retro_gamer_networks(): return [Part("stripes", "", "m:f")]
        """,
    )
    assert others().find_part("encoder", "stripes").kind == "encoder"
    assert others().find_part("network", "stripes").kind == "network"


def test_a_built_in_plugin_is_not_to_blame_for_a_conflict(offer, install):
    from retro_gamer_core.plugins.registry import Plugins

    offer("retro-gamer", "Part('one_hot', '', 'm:f')")  # stands before the real one on sys.path
    offer("ant-pack", "Part('one_hot', '', 'm:f')")
    built_in, other = Plugins().records
    assert built_in.problem is None
    assert "retro-gamer" in other.problem.cause


@pytest.mark.parametrize("replaced", ["ant-pack", "Ant_Pack", "ant_pack"])
def test_a_part_may_replace_one_of_its_name(offer, others, record_of, replaced):
    offer("ant-pack", "Part('stripes', 'old', 'm:f')")
    offer("bee-pack", f"Part('stripes', 'new', 'm:f', replaces={replaced!r})")
    assert others().find_part("encoder", "stripes").part.summary == "new"
    assert record_of("ant-pack").problem is None
    assert record_of("bee-pack").problem is None


def test_a_part_replaces_only_the_plugin_it_names(offer, others):
    offer("ant-pack", "Part('stripes', '', 'm:f')", "Part('spots', '', 'm:f')")
    offer("bee-pack", "Part('stripes', '', 'm:f', replaces='ant-pack')")
    offer("cat-pack", "Part('stripes', '', 'm:f')")
    with pytest.raises(PluginError, match="cat-pack"):
        others().find_part("encoder", "stripes")
    assert others().find_part("encoder", "spots").provider.distribution == "ant-pack"


def test_replacing_a_plugin_that_is_not_there_is_no_trouble(offer, others):
    offer("bee-pack", "Part('stripes', '', 'm:f', replaces='ant-pack')")
    assert others().find_part("encoder", "stripes").provider.distribution == "bee-pack"


def test_of_recipes_and_commands_with_one_name_the_first_counts(install, others, record_of):
    for distribution in ("bee-pack", "ant-pack"):
        install(
            distribution,
            f"""
            @hookimpl
            def retro_gamer_recipes(): return [Recipe("tiny", "{distribution}", "m:f")]
            @hookimpl
            def retro_gamer_commands(): return [Command("plot", "{distribution}", "m:f")]
            """,
        )
    assert others().recipes()["tiny"][0].summary == "ant-pack"
    assert others().commands()["plot"][1].distribution == "ant-pack"
    assert record_of("bee-pack").problem.trouble == "name taken"


def test_games_may_be_described_more_than_once(install, others, record_of):
    for distribution in ("bee-pack", "ant-pack"):
        install(
            distribution, '@hookimpl\ndef retro_gamer_games(): return [GameDescription("pong", "g:f", {})]\n'
        )
    assert [provider.distribution for _, provider in others().games()] == ["ant-pack", "bee-pack"]
    assert record_of("bee-pack").problem is None


PACKS = ("ant", "bee", "cat")


@given(st.dictionaries(st.sampled_from(PACKS), st.sampled_from([None, *PACKS]), min_size=1))
def test_who_wins_does_not_depend_on_the_order(replaces):
    claims = [
        Claim("encoder", "stripes", Part("stripes", "", "m:f", replaces=other), Provider(pack, pack, "1"))
        for pack, other in replaces.items()
    ]
    standing = [pack for pack in replaces if not any(replaces[o] == pack for o in replaces if o != pack)]
    for order in permutations(claims):
        won = winner(order)
        assert (won and won.provider.plugin) == (standing[0] if len(standing) == 1 else None)
