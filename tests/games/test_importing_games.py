"""A game that cannot be imported: whose mistake it is, in which line, and what to try."""

from __future__ import annotations

import sys

import pytest

from retro_gamer_core.errors import GameError
from retro_gamer_core.games.finding import find_game


@pytest.fixture
def failure(write):
    """``failure("import nothing\\n")``: the message about a game file with that text."""

    def failure(text: str, **others: str) -> str:
        root = write({"pong.py": text, **{f"{name}.py": other for name, other in others.items()}})
        with pytest.raises(GameError) as caught:
            find_game(f"{root}/pong.py")
        assert caught.value.problem.code == "import-fails"
        return str(caught.value).replace(str(root), "ROOT")

    return failure


def test_a_missing_package_comes_with_the_command_that_installs_it(failure):
    message = failure("x = 1\nimport colourful_noises\n")
    assert "it needs colourful_noises" in message
    assert "pip install colourful_noises" in message
    assert "pong.py:2: import colourful_noises" in message


def test_a_slip_in_the_name_of_a_neighbour_or_of_python_itself_is_noticed(failure):
    assert "did you mean 'paddle'?" in failure("import padle\n", paddle="")
    assert "did you mean 'random'?" in failure("import randon\n")


def test_a_syntax_error_is_shown_with_its_line(failure):
    message = failure("x = 1\ndef create_game()\n    return 1\n")
    assert "pong.py:2: def create_game()" in message
    assert "Python cannot read it" in message


def test_a_syntax_error_in_a_neighbour_is_shown_there(failure):
    assert "paddle.py:1: x = = 1" in failure("import paddle\n", paddle="x = = 1\n")


def test_an_error_points_at_the_last_line_of_the_students_own_code(failure):
    message = failure("import paddle\n", paddle="import json\n\ndef load():\n    json.loads('{')\n\nload()\n")
    assert "JSONDecodeError" in message
    assert "paddle.py:4, in load: json.loads('{')" in message


def test_a_name_that_retro_games_does_not_have(failure):
    message = failure("from retro.game import Gmae\n")
    assert "cannot import name 'Gmae'" in message
    assert "pong.py:1: from retro.game import Gmae" in message


def test_a_module_that_wants_to_stop_the_program_does_not(failure):
    assert "SystemExit" in failure("import sys\nsys.exit(3)\n")


def test_a_failed_import_leaves_no_half_module_behind(write):
    root = write({"random.py": "1 / 0\n"})
    for _ in range(2):
        with pytest.raises(GameError, match="ZeroDivisionError"):
            find_game(f"{root}/random.py")


@pytest.mark.parametrize("line", ["create_game().play()", "game.play()", "Game([], {}).play()"])
def test_a_file_that_plays_when_it_is_imported_is_not_imported(write, game_text, line):
    root = write({"pong.py": game_text + f"\ngame = create_game()\n{line}\n"})
    with pytest.raises(GameError) as caught:
        find_game(f"{root}/pong.py")
    assert caught.value.problem.code == "plays-when-imported"
    assert f"pong.py:9: {line}" in str(caught.value)
    assert "pong" not in sys.modules


def test_a_file_that_plays_only_when_it_is_run_is_fine(write, game_text):
    root = write({"pong.py": game_text + '\nif __name__ == "__main__":\n    create_game().play()\n'})
    assert find_game(f"{root}/pong.py").module == "pong"


def test_our_own_errors_pass_through_a_game(write):
    text = "from retro_gamer_core.errors import RunNotFound\nraise RunNotFound('no run runs/player')\n"
    with pytest.raises(FileNotFoundError, match="runs/player") as caught:
        find_game(f"{write({'pong.py': text})}/pong.py")
    assert caught.value.problem.code == "run-not-found"  # an error that gives none has the name of its class


def test_an_installed_game_that_fails_names_its_line(install):
    install(
        "arcade",
        {"arcade/__init__.py": "", "arcade/pong.py": "x = 1\n1 / 0\n"},
        games={"pong": "arcade.pong"},
    )
    with pytest.raises(GameError) as caught:
        find_game("pong")
    assert caught.value.problem.code == "import-fails"
    assert "pong.py:2: 1 / 0" in str(caught.value)
