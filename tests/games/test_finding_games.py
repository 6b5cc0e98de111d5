"""Every way of naming a game, with real files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from retro_gamer_core.errors import GameError, GameNotFound, MetadataError
from retro_gamer_core.games.finding import find_game, fresh_game
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.plugins.own_code import directories

NAMED_FACTORY = """\
from retro.game import Game

def {name}():
    return Game([], {{"score": 0}}, board_size=({width}, 2))

"""


def game_with(name: str, width: int) -> str:
    return NAMED_FACTORY.format(name=name, width=width)


def width_of(name: str) -> int:
    found = find_game(name)
    return fresh_game(found.factory, found.name).board_size[0]


def not_found(name: str, code: str) -> str:
    """The message, which has this code."""
    with pytest.raises(GameNotFound) as caught:
        find_game(name)
    assert caught.value.problem.code == code
    return str(caught.value)


# By name and by module ----------------------------------------------------------------------


def test_by_the_name_in_the_list():
    found = find_game("snake")
    assert (found.name, found.module, found.directory) == ("snake", "retro.examples.snake", None)
    assert (found.distribution, found.version) == ("retro-games", "2.5.0")
    assert found.metadata.reward == "reward"
    assert found.notes
    assert found.source_root.name == "examples"


@pytest.mark.parametrize("name", ["retro.examples.nav", "retro.examples.nav:create_game"])
def test_by_module(name):
    found = find_game(name)
    assert found.name == name
    assert found.metadata == find_game("nav").metadata
    assert found.source_root.name == "nav"


def test_by_module_the_described_factory_is_taken(install):
    table = '[tool.retro-gamer]\nactions = ["w"]\nreward = "score"\nfactory = "arcade.pong:make"\n'
    files = {"arcade/__init__.py": "", "arcade/pong.py": game_with("make", 5), "arcade/pyproject.toml": table}
    install("arcade", files)
    assert width_of("arcade") == 5
    assert width_of("arcade.pong") == 5
    assert find_game("arcade").name == "arcade"


def test_an_entry_point_without_a_factory_leaves_it_to_the_description(install):
    table = '[tool.retro-gamer]\nactions = ["w"]\nreward = "score"\nfactory = "arcade.pong:make"\n'
    files = {"arcade/pong.py": game_with("make", 5), "arcade/pyproject.toml": table}
    install("arcade", files, games={"pong": "arcade.pong"})
    assert width_of("pong") == 5


def test_the_described_factory_of_another_module_gives_way_to_a_create_game(write):
    table = '[tool.retro-gamer]\nactions = ["w"]\nreward = "score"\nfactory = "easy:make"\n'
    easy, hard, none = game_with("make", 5), game_with("create_game", 6), ""
    root = write({"pyproject.toml": table, "easy.py": easy, "hard.py": hard, "none.py": none})
    assert width_of(f"{root}/hard.py") == 6
    assert width_of(f"{root}/none.py") == 5
    assert width_of(f"{root}/easy.py") == 5


def test_a_pack_of_several_games_in_one_wheel(install):
    pyproject = (
        '[tool.retro-gamer]\nactions = ["w"]\n'
        '[tool.retro-gamer.games.pong]\nreward = "score"\nboard_size = [5, 2]\n'
        '[tool.retro-gamer.games.maze]\nreward = "score"\nactions = ["a", "d"]\n'
    )
    files = {
        "arcade/__init__.py": "",
        "arcade/pong.py": game_with("create_game", 5),
        "arcade/labyrinth.py": game_with("make_maze", 6),
        "arcade/pyproject.toml": pyproject,
    }
    site = install("course-games", files, games={"pong": "arcade.pong", "maze": "arcade.labyrinth:make_maze"})
    pong, maze = find_game("pong"), find_game("maze")
    assert pong.metadata == GameMetadata(["w"], "score", board_size=(5, 2))
    assert maze.metadata == GameMetadata(["a", "d"], "score")
    assert (width_of("pong"), width_of("maze")) == (5, 6)
    assert (maze.distribution, maze.version) == ("course-games", "1.2")
    assert maze.source_root.resolve() == site / "arcade"
    assert find_game("arcade.labyrinth:make_maze").metadata == maze.metadata


def test_a_module_that_was_installed_alone_is_all_of_its_own_code(install, game_text):
    site = install("arcade", {"arcade_pong.py": game_text})
    assert find_game("arcade_pong").source_root == site / "arcade_pong.py"


def test_one_name_for_two_games_is_not_guessed_at(install, game_text):
    install("arcade-a", {"pong_a.py": game_text}, games={"pong": "pong_a"})
    install("arcade-b", {"pong_b.py": game_text}, games={"pong": "pong_b"})
    message = not_found("pong", "several-games")
    for fact in ("arcade-a 1.2", "arcade-b 1.2", "write pong_a or pong_b"):
        assert fact in message
    assert find_game("pong_b").name == "pong_b"


def test_a_registered_game_whose_module_is_gone(install):
    install("arcade", {}, games={"pong": "arcade.pong:create_game"})
    message = not_found("pong", "game-module-missing")
    assert "arcade.pong" in message
    assert "pip install --force-reinstall arcade" in message


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("snkae", "did you mean 'snake'?"),
        ("retro.examples.snaek", "did you mean 'retro.examples.snake'?"),
        ("tetris", "beast, labyrinth, nav, snake"),
        ("retro.examples.", "path/to/game.py"),
        ("", "path/to/game.py"),
        (":create_game", "path/to/game.py"),
    ],
)
def test_a_name_nobody_knows(name, fact):
    assert fact in not_found(name, "unknown-game")


# By file ------------------------------------------------------------------------------------


def test_by_file(write, game_text, description_text, monkeypatch):
    root = write({"mine/pong.py": game_text, "mine/pyproject.toml": description_text})
    monkeypatch.chdir(root)
    found = find_game("mine/pong.py")
    assert found.name == (root / "mine" / "pong.py").as_posix()
    assert found.metadata == GameMetadata(["KEY_UP", "KEY_DOWN"], "score")
    assert (found.directory, found.source_root) == (root / "mine", root / "mine")
    assert (found.module, found.distribution, found.version) == ("pong", "", "")
    assert directories().count(str(root / "mine")) == 1 and str(root / "mine") not in sys.path
    monkeypatch.chdir(root.parent)
    assert find_game(found.name) == found
    assert directories().count(str(root / "mine")) == 1 and str(root / "mine") not in sys.path


def test_by_file_and_factory(write):
    root = write({"pong.py": game_with("create_game", 5) + game_with("create_hard", 6)})
    found = find_game(f"{root / 'pong.py'}:create_hard")
    assert found.name == f"{(root / 'pong.py').as_posix()}:create_hard"
    assert fresh_game(found.factory).board_size == (6, 2)


def test_by_file_below_the_home_directory(write, game_text, monkeypatch):
    home = write({"pong.py": game_text})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert find_game("~/pong.py").name == (home / "pong.py").as_posix()


def test_a_file_in_a_package_is_imported_as_part_of_it(write, game_text):
    files = {"arcade/__init__.py": "", "arcade/games/__init__.py": "", "arcade/board.py": "WIDTH = 7\n"}
    text = "from ..board import WIDTH\nfrom arcade.board import WIDTH as again\n" + game_text.replace(
        "8", "WIDTH"
    )
    root = write({**files, "arcade/games/pong.py": text})
    found = find_game(f"{root}/arcade/games/pong.py")
    assert (found.module, found.directory) == ("arcade.games.pong", root)
    assert found.source_root == root / "arcade"
    assert fresh_game(found.factory).board_size == (7, 4)


def test_a_file_may_import_its_neighbours(write, game_text):
    root = write(
        {"pong.py": "import paddle\n" + game_text.replace("8", "paddle.WIDTH"), "paddle.py": "WIDTH = 9\n"}
    )
    assert width_of(f"{root}/pong.py") == 9


def test_two_files_of_one_name_are_two_games(write):
    root = write({"a/game.py": game_with("create_game", 5), "b/game.py": game_with("create_game", 6)})
    assert (width_of(f"{root}/a/game.py"), width_of(f"{root}/b/game.py")) == (5, 6)
    assert find_game(f"{root}/b/game.py").factory is find_game(f"{root}/b/game.py").factory
    assert find_game(f"{root}/a/game.py").factory is sys.modules["game"].create_game


def test_two_packages_of_one_name_are_two_games(write):
    def package(width: int) -> dict[str, str]:
        imported = "from .sizes import WIDTH\n" + game_with("create_game", 0).replace("(0,", "(WIDTH,")
        return {"__init__.py": "", "pong.py": imported, "sizes.py": f"WIDTH = {width}\n"}

    root = write({f"{d}/arcade/{n}": t for d, w in [("a", 5), ("b", 6)] for n, t in package(w).items()})
    assert width_of(f"{root}/a/arcade/pong.py") == 5
    assert width_of(f"{root}/b/arcade/pong.py") == 6


@pytest.mark.parametrize("name", ["random.py", "time.py", "json.py", "my-game.py", "2048.py", "snake.v2.py"])
def test_a_file_may_have_any_name(write, name):
    root = write({name: game_with("create_game", 5)})
    before = sys.modules.get(name.removesuffix(".py"))
    assert width_of(f"{root}/{name}") == 5
    if before is not None:
        assert sys.modules[name.removesuffix(".py")] is before


@pytest.mark.parametrize(
    ("name", "code", "fact"),
    [
        ("pongg.py", "no-such-file", "/pong.py?"),
        ("nowhere/pong.py", "no-such-directory", "nowhere"),
        ("notes.txt", "not-a-python-file", "notes.txt"),
    ],
)
def test_a_path_to_nothing(write, game_text, monkeypatch, name, code, fact):
    monkeypatch.chdir(write({"pong.py": game_text, "notes.txt": ""}))
    assert fact in not_found(f"./{name}", code)


def test_the_colon_of_a_drive_belongs_to_the_path():
    assert "C:" in not_found(r"C:\games\pong.py", "no-such-directory" if os.name == "nt" else "no-such-file")


# From the current directory -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["pong", "pong:create_game"])
def test_a_module_in_the_current_directory_is_stored_as_a_path(write, game_text, monkeypatch, name):
    root = write({"pong.py": game_text})
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in ("", str(root))])
    found = find_game(name)
    assert found.name == (root / "pong.py").as_posix() + name.removeprefix("pong")
    monkeypatch.chdir(root.parent)
    assert find_game(found.name) == found


def test_a_package_in_the_current_directory(write, game_text, monkeypatch):
    root = write({"arcade/__init__.py": "", "arcade/pong.py": game_text})
    monkeypatch.chdir(root)
    assert find_game("arcade.pong").name == (root / "arcade" / "pong.py").as_posix()


def test_an_installed_game_that_hides_one_in_this_directory_says_so(write, game_text, monkeypatch):
    monkeypatch.chdir(write({"snake.py": game_text}))
    found = find_game("snake")
    assert found.module == "retro.examples.snake"
    assert "./snake.py" in found.notes[-1]
    assert find_game("./snake.py").metadata is None


# By directory -------------------------------------------------------------------------------


def test_by_the_directory_of_a_package(write, game_text, description_text):
    root = write({"arcade/__init__.py": game_text, "pyproject.toml": description_text})
    found = find_game(f"{root}/arcade/")
    assert (found.name, found.module) == ((root / "arcade").as_posix(), "arcade")
    assert found.metadata.reward == "score"
    assert find_game(found.name) == found


def test_by_the_directory_of_one_game(write, game_text, monkeypatch):
    root = write({"mine/pong.py": game_text, "mine/paddle.py": "", "mine/broken.py": "def"})
    monkeypatch.chdir(root)
    assert find_game("mine").factory is find_game("mine/pong.py").factory
    monkeypatch.chdir(root / "mine")
    assert find_game(".").name == (root / "mine").as_posix()


def test_by_the_directory_of_a_project_that_names_its_factory(write, description_text):
    table = description_text + 'factory = "arcade.pong:make"\n'
    package = {"src/arcade/__init__.py": "", "src/arcade/pong.py": game_with("make", 5)}
    root = write({"pyproject.toml": table, **package})
    found = find_game(str(root) + "/")
    assert fresh_game(found.factory).board_size == (5, 2)
    assert found.metadata.factory == "arcade.pong:make"
    assert (found.module, found.directory) == ("arcade.pong", root / "src")


def test_a_directory_of_several_games_lists_them(write, game_text):
    root = write({"mine/pong.py": game_text, "mine/maze.py": game_text})
    message = not_found(f"{root}/mine/", "several-games")
    assert (root / "mine" / "pong.py").as_posix() in message
    assert (root / "mine" / "maze.py").as_posix() in message


def test_a_directory_without_a_game(write):
    root = write({"mine/pong.py": ""})
    assert "create_game()" in not_found(f"{root}/mine/", "no-game-in-directory")


def test_a_directory_whose_described_factory_is_nowhere(write, description_text):
    root = write({"pyproject.toml": description_text + 'factory = "arcade.pong:make"\n'})
    assert "arcade.pong:make" in not_found(f"{root}/", "no-such-module")


# The factory in the module ------------------------------------------------------------------


def test_a_module_without_create_game_offers_what_looks_like_it(write):
    text = (
        game_with("new_game", 5)
        + game_with("sized_game", 6).replace("()", "(width)")
        + "def main():\n    pass\n"
    )
    root = write({"pong.py": text})
    message = not_found(f"{root}/pong.py", "no-such-factory")
    assert f"{(root / 'pong.py').as_posix()}:new_game" in message
    assert "sized_game" not in message
    assert "main" not in message


def test_a_registered_factory_that_is_gone_is_looked_for_in_its_module(install):
    install("arcade", {"arcade_pong.py": game_with("new_game", 5)}, games={"pong": "arcade_pong:make"})
    assert "did you mean arcade_pong:new_game?" in not_found("pong", "no-such-factory")


def test_a_package_without_a_file_of_its_own():
    assert "retro.examples" in not_found("retro.examples", "no-such-factory")


def test_a_module_that_makes_its_game_only_when_run(write):
    root = write({"pong.py": "if __name__ == '__main__':\n    print('playing')\n"})
    assert "return game" in not_found(f"{root}/pong.py", "no-such-factory")


def test_a_game_in_place_of_a_function(write, game_text):
    root = write({"pong.py": game_text + "\ngame = create_game()\n"})
    with pytest.raises(GameError) as caught:
        find_game(f"{root}/pong.py:game")
    assert caught.value.problem.code == "factory-not-callable"


def test_a_factory_may_be_a_method(write, game_text):
    text = game_text + "\nclass Games:\n    @staticmethod\n    def pong():\n        return create_game()\n"
    found = find_game(f"{write({'pong.py': text})}/pong.py:Games.pong")
    assert fresh_game(found.factory).board_size == (8, 4)


def test_a_bad_description_is_reported_with_its_place(write, game_text):
    root = write(
        {"pong.py": game_text, "pyproject.toml": '[tool.retro-gamer]\nactions = ["up"]\nrewrad = "score"\n'}
    )
    with pytest.raises(MetadataError) as caught:
        find_game(f"{root}/pong.py")
    codes = sorted(problem.code for problem in caught.value.problems)
    assert codes == ["missing-key", "unknown-key", "wrong-value"]
    assert f"[tool.retro-gamer] in {root / 'pyproject.toml'}" in str(caught.value)


def test_a_game_nobody_describes_is_still_found(write, game_text):
    found = find_game(f"{write({'pong.py': game_text})}/pong.py")
    assert found.metadata is None
    assert isinstance(found.directory, Path)


@pytest.mark.parametrize("line", ["from queue import Extra", "import queue\nqueue.Extra()"])
def test_a_neighbour_with_the_name_of_a_module_of_python_is_named(write, game_text, line):
    root = write({"pong.py": f"{line}\n{game_text}", "queue.py": "class Extra:\n    pass\n"})
    with pytest.raises(GameError) as caught:
        find_game(str(root / "pong.py"))
    assert "queue.py" in caught.value.problem.what and "my_queue.py" in caught.value.problem.hint


@pytest.mark.parametrize("name", ["antigravity", "glob:glob", "shutil:rmtree"])
def test_a_module_of_python_is_no_game(name, write, monkeypatch):
    monkeypatch.chdir(write({"README": ""}))
    with pytest.raises(GameError, match="module of Python"):
        find_game(name)
    assert "antigravity" not in sys.modules
