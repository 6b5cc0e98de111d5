"""What ``retro-gamer list`` shows, and that it imports no game for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from retro_gamer_core.games.finding import InstalledGame, installed_games


@pytest.fixture
def listed():
    def listed(name: str) -> list[InstalledGame]:
        return [game for game in installed_games() if game.name == name]

    return listed


@pytest.mark.parametrize(
    ("name", "board_size"),
    [("snake", (32, 16)), ("nav", (25, 25)), ("beast", (40, 20)), ("labyrinth", (400, 200))],
)
def test_the_games_of_retro_games_are_there(listed, name, board_size):
    [game] = listed(name)
    assert game.entry == f"retro.examples.{name}:create_game"
    assert (game.board_size, game.described, game.problem) == (board_size, True, "")


def test_neither_a_game_nor_anything_heavy_is_imported():
    script = (
        "import sys; from retro_gamer_core.games.finding import installed_games\n"
        "assert installed_games(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "retro_gamer_core.games.finding" in loaded
    assert not {"retro", "blessed", "numpy", "torch", "rich", "tomlkit"} & set(loaded)


def test_a_new_pack_appears(install, listed, game_text, description_text):
    files = {"arcade/pong.py": game_text, "arcade/pyproject.toml": description_text + "board_size = [8, 4]\n"}
    install("arcade", files, games={"pong": "arcade.pong:create_game"})
    expected = InstalledGame("pong", "arcade.pong:create_game", "arcade", "1.2", (8, 4), True, "")
    assert listed("pong") == [expected]


def test_a_game_without_a_description_is_shown_as_such(install, listed, game_text):
    install("arcade", {"pong.py": game_text}, games={"pong": "pong"})
    assert listed("pong") == [InstalledGame("pong", "pong", "arcade", "1.2", None, False, "")]


@pytest.mark.parametrize(
    ("table", "facts"),
    [
        ("[tool.retro-gamer]\nactions = w\n", ["pyproject.toml, line", "not valid TOML"]),
        ('[tool.retro-gamer]\nactions = ["w"]\n', ["[tool.retro-gamer] in", "reward is missing"]),
    ],
)
def test_a_bad_description_is_a_problem_of_that_game_alone(install, listed, game_text, table, facts):
    install(
        "arcade", {"arcade/pong.py": game_text, "arcade/pyproject.toml": table}, games={"pong": "arcade.pong"}
    )
    [game] = listed("pong")
    assert not game.described
    for fact in facts:
        assert fact in game.problem
    assert "\n" not in game.problem
    assert listed("snake")[0].problem == ""


def test_a_game_whose_module_is_gone_comes_with_the_command_that_brings_it_back(install, listed):
    install("arcade", {}, games={"pong": "arcade.pong"})
    [game] = listed("pong")
    assert "arcade.pong is not there" in game.problem
    assert "pip install --force-reinstall arcade" in game.problem


def test_one_name_for_two_games_marks_both(install, listed, game_text, description_text):
    for letter in "ab":
        files = {f"{letter}/pong.py": game_text, f"{letter}/pyproject.toml": description_text}
        install(f"arcade-{letter}", files, games={"pong": f"{letter}.pong"})
    first, second = listed("pong")
    assert (first.distribution, second.distribution) == ("arcade-a", "arcade-b")
    assert "arcade-b 1.2" in first.problem and "also called a.pong" in first.problem
    assert "arcade-a 1.2" in second.problem and "also called b.pong" in second.problem
    assert first.described and second.described


def test_the_same_game_registered_twice_counts_once(install, listed):
    install("retro-games-to-come", {}, games={"snake": "retro.examples.snake:create_game"})
    [game] = listed("snake")
    assert game.problem == ""


def test_extras_in_an_entry_point_do_no_harm(install, listed, game_text):
    install("arcade", {"pong.py": game_text}, games={"pong": "pong:create_game [sound]"})
    assert [game.entry for game in listed("pong")] == ["pong:create_game"]
