"""``retro-gamer list``."""

import json

import pytest

GAMES = "retro.games"
DESCRIPTION = '[tool.retro-gamer]\nactions = ["KEY_UP"]\nreward = "score"\n'


@pytest.fixture
def listed(retro_gamer):
    """``listed("pong")``: what ``list --json`` says of the games of that name."""

    def listed(name: str) -> list[dict]:
        answer = json.loads(retro_gamer("list", "--json").out)
        assert answer["schema"] == 1
        return [game for game in answer["games"] if game["name"] == name]

    return listed


def test_the_games_that_come_along_are_ready(retro_gamer):
    ended = retro_gamer("list")
    assert ended.code == 0
    heading, *rows = ended.out.splitlines()
    assert heading.split() == ["game", "package", "board", "described"]
    cells = {row.split()[0]: row.split()[1:] for row in rows}
    assert cells.keys() >= {"snake", "nav", "beast", "labyrinth"}
    assert cells["snake"][0] == "retro-gamer"
    assert cells["snake"][2:] == ["32×16", "yes"]


def test_columns_are_aligned(retro_gamer):
    lines = retro_gamer("list").out.splitlines()
    column = lines[0].index("package")
    assert all(line[column - 1] == " " and line[column] != " " for line in lines)


def test_for_programs(listed):
    [snake] = listed("snake")
    assert snake.pop("version")
    assert snake == {
        "name": "snake",
        "entry": "retro.examples.snake:create_game",
        "distribution": "retro-gamer",
        "board": [32, 16],
        "described": True,
        "problem": None,
    }


def test_a_game_pack_shows_up_with_what_is_known_of_it(install, retro_gamer, listed):
    files = {"pong/__init__.py": "", "pong/pyproject.toml": DESCRIPTION, "maze.py": ""}
    install("game-pack", "1.2", {GAMES: {"pong": "pong:create_game", "maze": "maze:create_game"}}, files)
    [pong], [maze] = listed("pong"), listed("maze")
    assert (pong["distribution"], pong["version"]) == ("game-pack", "1.2")
    assert (pong["described"], pong["board"], pong["problem"]) == (True, None, None)
    assert (maze["described"], maze["board"], maze["problem"]) == (False, None, None)
    rows = retro_gamer("list").out.splitlines()
    [row] = [row for row in rows if row.startswith("pong")]
    assert row.split(maxsplit=3) == ["pong", "game-pack", "1.2", "found by create  yes"]
    [row] = [row for row in rows if row.startswith("maze")]
    assert row.endswith("no")


def test_no_game_is_imported(install, retro_gamer):
    install("loud", "1.0", {GAMES: {"loud": "loud:create_game"}}, {"loud.py": "print('imported')"})
    ended = retro_gamer("list")
    assert "\nloud " in ended.out
    assert "imported" not in ended.out + ended.err


def test_a_game_that_is_gone_is_a_footnote_and_nothing_worse(install, retro_gamer, listed):
    install("gone-pack", "1.0", {GAMES: {"gone": "gone_module:create_game"}}, {})
    ended = retro_gamer("list")
    assert ended.code == 0
    [row] = [row for row in ended.out.splitlines() if row.startswith("gone ")]
    assert row.endswith("no [1]")
    assert "\n\n[1] gone: " in ended.out
    [gone] = listed("gone")
    assert "gone_module" in gone["problem"]
    assert "pip install" in gone["problem"]


def test_two_games_of_one_name_are_told_apart(install, retro_gamer, listed):
    install("other-snakes", "3.0", {GAMES: {"snake": "other_snake:create_game"}}, {"other_snake.py": ""})
    assert {game["distribution"] for game in listed("snake")} == {"retro-gamer", "other-snakes"}
    assert all(game["problem"] for game in listed("snake"))
    ended = retro_gamer("list")
    assert "[1] snake: " in ended.out
    assert "[2] snake: " in ended.out
    assert "--game snake " not in ended.err


def test_a_broken_plugin_is_mentioned_and_the_games_are_there(install, retro_gamer):
    install(
        "broken-pack", "1.0", {"retro_gamer": {"broken_pack": "broken_pack"}}, {"broken_pack.py": "1 / 0"}
    )
    ended = retro_gamer("list")
    assert ended.code == 0
    assert "\nsnake " in ended.out
    assert "not used: broken_pack; to see why: retro-gamer plugins" in ended.err


def test_a_terminal_without_such_characters_is_no_reason_to_fail(install, retro_gamer):
    install("odd", "1.0", {GAMES: {"☻": "odd:create_game"}}, {"odd.py": ""})
    ended = retro_gamer("list", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.code == 0
    assert "32x16" in ended.out
    assert "\n? " in ended.out
    ended = retro_gamer("list", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "☻" in [game["name"] for game in json.loads(ended.out)["games"]]
