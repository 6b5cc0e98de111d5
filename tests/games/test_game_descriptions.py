"""Where a description is found, what wins over what, and where the search ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from retro_gamer_core.errors import MetadataError
from retro_gamer_core.games.descriptions import Description, describe, describe_module
from retro_gamer_core.games.metadata import GameMetadata, metadata_in

PLUGIN = """\
from retro_gamer_core import GameDescription, hookimpl

@hookimpl
def retro_gamer_games():
    yield GameDescription("pong", "{game}", {values}, notes=("{note}",))
"""


def reward(description: Description) -> str | None:
    return (description.values or {}).get("reward")


def table(reward: str, header: str = "tool.retro-gamer") -> str:
    return f'[{header}]\nactions = ["w"]\nreward = "{reward}"\n'


@pytest.fixture
def describes(install):
    """A plugin that describes ``game``, each under a distribution of its own."""

    def describes(distribution: str, game: str, note: str = "", **values) -> None:
        source = PLUGIN.format(game=game, values=values, note=note)
        install(
            distribution,
            {f"{distribution}_plugin.py": source},
            plugins={distribution: f"{distribution}_plugin"},
        )

    return describes


def test_a_table_is_found_beside_the_game_and_above_it(write):
    root = write(
        {"pyproject.toml": table("far"), "a/pong.py": "", "b/pong.py": "", "b/pyproject.toml": table("near")}
    )
    assert reward(describe(root / "a" / "pong.py")) == "far"
    assert reward(describe(root / "b" / "pong.py")) == "near"


def test_the_table_of_a_package_lies_in_it(write):
    root = write(
        {"pong/__init__.py": "", "pong/pyproject.toml": table("inside"), "pyproject.toml": table("outside")}
    )
    assert reward(describe(root / "pong" / "__init__.py")) == "inside"


def test_the_search_passes_over_a_file_without_the_table(write):
    root = write(
        {"pyproject.toml": table("far"), "a/pyproject.toml": "[project]\nname = 'a'\n", "a/pong.py": ""}
    )
    description = describe(root / "a" / "pong.py")
    assert reward(description) == "far"
    assert str(root / "pyproject.toml") in description.where


def test_the_search_ends_below_site_packages(write, install):
    site = install("arcade", {"pong.py": "", "arcade/maze.py": "", "arcade/pyproject.toml": table("inside")})
    write({"pyproject.toml": table("above")})
    write({"pyproject.toml": table("astray")}, below=site)
    assert describe(site / "pong.py").values is None
    assert reward(describe(site / "arcade" / "maze.py")) == "inside"


def test_the_search_ends_below_the_home_directory(write, monkeypatch):
    home = write({"pyproject.toml": table("home"), "pong.py": "", "games/pong.py": ""})
    monkeypatch.setattr(Path, "home", lambda: home)
    assert describe(home / "games" / "pong.py").values is None
    assert reward(describe(home / "pong.py")) == "home"


def test_each_game_of_a_pack_overrides_what_they_share(write):
    shared = '[tool.retro-gamer]\nactions = ["w"]\nspatial = false\n'
    own = '[tool.retro-gamer.games.pong]\nreward = "points"\nspatial = true\n'
    other = '[tool.retro-gamer.games.maze]\nreward = "steps"\n'
    root = write({"pyproject.toml": shared + own + other, "pong.py": "", "maze.py": ""})
    pong, maze = (metadata_in(describe(root / file)) for file in ("pong.py", "maze.py"))
    assert (pong.reward, pong.spatial, pong.actions) == ("points", True, ["w"])
    assert (maze.reward, maze.spatial) == ("steps", False)
    assert "tool.retro-gamer.games.pong" in describe(root / "pong.py").where


def test_a_game_of_a_pack_is_known_by_its_registered_name_and_by_its_factory(write, install):
    tables = table("a", "tool.retro-gamer.games.first") + table("b", "tool.retro-gamer.games.second")
    files = {"arcade/__init__.py": "", "arcade/pyproject.toml": tables + 'factory = "arcade:create_second"\n'}
    site = install("arcade", files, games={"first": "arcade:create_first"})
    package = site / "arcade" / "__init__.py"
    assert reward(describe(package, "create_first")) == "a"
    assert reward(describe(package, "create_second")) == "b"
    assert reward(describe(package, "create_first", name="second")) == "b"


def test_a_pack_that_describes_other_games_says_which(write):
    root = write({"pyproject.toml": table("a", "tool.retro-gamer.games.pong"), "maze.py": ""})
    description = describe(root / "maze.py")
    assert description.values is None
    assert "describes pong" in description.notes[0]


def test_a_pack_may_describe_one_game_and_leave_the_others_what_they_share(write):
    root = write({"pyproject.toml": table("all") + table("p", "tool.retro-gamer.games.pong"), "maze.py": ""})
    assert reward(describe(root / "maze.py")) == "all"


def test_a_plugin_fills_in_what_the_package_leaves_out(install, describes):
    files = {"arcade/pong.py": "", "arcade/pyproject.toml": table("own")}
    site = install("arcade", files)
    describes("companion", "arcade.pong", "because", reward="theirs", player="paddle")
    description = describe(site / "arcade" / "pong.py")
    metadata = metadata_in(description)
    assert (metadata.reward, metadata.player) == ("own", "paddle")
    assert description.notes == ("because",)
    assert "arcade" in description.where and "pyproject.toml" in description.where


def test_a_plugin_describes_a_game_that_says_nothing_of_itself(install, describes):
    site = install("arcade", {"pong.py": ""})
    describes("companion", "pong", actions=["w"], reward="theirs")
    description = describe(site / "pong.py")
    assert metadata_in(description) == GameMetadata(["w"], "theirs")
    assert "companion" in description.where


def test_a_later_plugin_counts_more_than_an_earlier_one(install, describes):
    site = install("arcade", {"pong.py": ""})
    describes("bravo", "pong", "second", reward="later", actions=["w"])
    describes("alpha", "pong", "first", reward="earlier", player="paddle", actions=["w"])
    description = describe(site / "pong.py")
    assert metadata_in(description) == GameMetadata(["w"], "later", player="paddle")
    assert description.notes == ("first", "second")


def test_a_plugin_that_names_a_factory_speaks_of_that_one_only(install, describes):
    site = install("arcade", {"pong.py": ""})
    describes("companion", "pong:create_hard", reward="theirs")
    assert describe(site / "pong.py", "create_hard").values is not None
    assert describe(site / "pong.py").values is None


def test_a_file_that_is_called_like_a_described_module_is_another_game(write, install, describes):
    install("arcade", {"pong.py": ""})
    describes("companion", "pong", reward="theirs")
    assert describe(write({"mine/pong.py": ""}) / "mine" / "pong.py").values is None


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ('[tool.retro-gamer]\nreward = score"\n', ["not valid TOML", "line 2"]),
        ("[tool.retro-gamer", ["not valid TOML"]),
        ("[tool]\nretro-gamer = 3\n", ["3, not a table", "[tool.retro-gamer]"]),
        ("[tool.retro-gamer]\ngames = ['pong']\n", ["games is ['pong'], not a table"]),
        (
            "[tool.retro-gamer.games]\npong = 'x'\n",
            ["pong is 'x', not a table", "[tool.retro-gamer.games.pong]"],
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_line(write, text, facts):
    root = write({"pyproject.toml": text, "pong.py": ""})
    with pytest.raises(MetadataError) as caught:
        describe(root / "pong.py")
    assert caught.value.problem.code == "unreadable-description"
    for fact in [str(root / "pyproject.toml"), *facts]:
        assert fact in str(caught.value)


def test_a_file_in_another_encoding_is_said_to_be(write):
    root = write({"pong.py": ""})
    (root / "pyproject.toml").write_bytes("# für Schlange\n".encode("cp1252"))
    with pytest.raises(MetadataError, match="UTF-8"):
        describe(root / "pong.py")


def test_a_byte_order_mark_does_no_harm(write):
    root = write({"pong.py": ""})
    (root / "pyproject.toml").write_text(table("score"), encoding="utf-8-sig")
    assert reward(describe(root / "pong.py")) == "score"


def test_a_tool_section_of_another_kind_is_not_ours(write):
    assert describe(write({"pyproject.toml": "tool = 1\n", "pong.py": ""}) / "pong.py").values is None


def test_an_empty_table_is_a_description_with_problems(write):
    root = write({"pyproject.toml": "[tool.retro-gamer]\n", "pong.py": ""})
    with pytest.raises(MetadataError) as caught:
        metadata_in(describe(root / "pong.py"))
    assert {problem.code for problem in caught.value.problems} == {"missing-key"}


def test_from_pyproject_reads_the_games_own_table():
    metadata = GameMetadata.from_pyproject("retro.examples.nav")
    assert (metadata.actions, metadata.reward, metadata.character_set) == (
        ["KEY_LEFT", "KEY_RIGHT"],
        "score",
        ["^", "O"],
    )


def test_from_pyproject_knows_games_that_only_a_plugin_describes():
    assert GameMetadata.from_pyproject("retro.examples.snake").character_set == ["@", "*", ">", "<", "^", "v"]


@pytest.mark.parametrize(
    ("module", "code"), [("no_such_module", "no-such-module"), ("json", "not-described")]
)
def test_from_pyproject_without_a_description_is_a_file_not_found(module, code):
    with pytest.raises(FileNotFoundError) as caught:
        GameMetadata.from_pyproject(module)
    assert caught.value.problem.code == code


def test_from_pyproject_with_a_bad_description_is_a_value_error(install):
    install("arcade", {"arcade/pong.py": "", "arcade/pyproject.toml": '[tool.retro-gamer]\nreward = ""\n'})
    with pytest.raises(ValueError) as caught:
        GameMetadata.from_pyproject("arcade.pong")
    assert [problem.code for problem in caught.value.problems] == ["missing-key", "wrong-value"]


def test_nothing_is_imported_to_describe_a_game(install):
    pack = {"arcade/__init__.py": "raise SystemExit", "arcade/pong.py": "raise SystemExit"}
    install("arcade", {**pack, "arcade/pyproject.toml": table("score")})
    assert reward(describe_module("arcade.pong")) == "score"
