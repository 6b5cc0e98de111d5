"""A new game, from any title: a good package, and the same by ``cookiecutter`` and by ``retro-gamer new``."""

from __future__ import annotations

import ast
import json
import keyword
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.finding import find_game, fresh_game
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.templates.game_package import game_package, game_questions
from retro_gamer_core.templates.rendering import one_line, package_name, quoted, write_files

HOSTILE = {
    "Space Rocks": "space-rocks",
    'Ada\'s "Best" Game': "adas-best-game",
    "back\\slash \\n \\": "back-slash-n",
    "Äpfel & Öl, ça & ß": "apfel-ol-ca-ss",
    "🚀 Rocket 🚀": "rocket",
    "🚀": "my-game",
    "Космос": "my-game",
    "2048": "game-2048",
    "Random": "random-game",
    "Class": "class-game",
    "retro": "retro-game",
    "Retro Games": "retro-games-game",
    "Retro Gamer DQN": "retro-gamer-dqn-game",
    "Snake": "snake-game",
    "CON": "con-game",
    "../../etc/passwd": "etc-passwd",
    "C:\\Windows": "c-windows",
    "{{ 7 * 7 }}": "game-7-7",
    "{{ cookiecutter.title.__class__ }}{% raw %}": "cookiecutter-title-class-raw",
    "__import__('os').system('exit 1')": "import-os-system-exit-1",
    "'''\"\"\"": "my-game",
    "]\nname = 'taken'": "name-taken",
    "a title of very many words that goes on and on until it is long": "a-title-of-very-many-words-that-goes-on",
    "x" * 80: "x" * 40,
}
AUTHORS = [
    'Ada "The Countess" Lovelace',
    "Łukasz \\ Ørsted",
    "{{ 1 / 0 }}",
    "O'Brien <script>",
    "\x1b[31m\x00a\tb",
]
ROOT = Path(__file__).parents[2]
DEFAULTS = {question.name: question.default for question in game_questions()}


def files_below(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("title", HOSTILE)
def test_every_title_gives_a_good_package(title, tmp_path, build_wheel, monkeypatch):
    author = AUTHORS[list(HOSTILE).index(title) % len(AUTHORS)]
    name, files = game_package({"title": title, "author": author, "about": author})
    assert name == HOSTILE[title]
    project = tmp_path / name
    write_files(project, files)

    described = tomllib.loads(files["pyproject.toml"])
    assert described["project"]["name"] == name
    assert described["project"]["authors"] == [{"name": one_line(author)}]
    assert described["tool"]["retro"]["name"] == one_line(title)
    module = name.replace("-", "_")
    assert module.isidentifier() and not keyword.iskeyword(module)
    assert module not in sys.stdlib_module_names
    for path, text in files.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
            assert "{{" not in text and "cookiecutter" not in text.replace(module, "")

    with ZipFile(build_wheel(project)) as wheel:
        assert wheel.read(f"{module}/pyproject.toml").decode() == files["pyproject.toml"]
        assert f"{module}/policies/README.md" in wheel.namelist()

    monkeypatch.setattr(sys, "path", list(sys.path))
    found = find_game(str(project / module))
    environment = GameEnvironment(found.factory, found.metadata)
    environment.reset()
    environment.step("KEY_UP")
    assert fresh_game(found.factory).state == {"score": 0, "reward": 0}


def test_all_of_them_install_side_by_side_and_are_listed(tmp_path, build_wheel, elsewhere):
    for title in HOSTILE:
        name, files = game_package({"title": title, "author": AUTHORS[0]})
        write_files(tmp_path / "projects" / name, files)
    elsewhere.install(*map(build_wheel, (tmp_path / "projects").iterdir()))
    listed = {game["name"]: game for game in json.loads(elsewhere.retro_gamer("list", "--json"))["games"]}
    for name in HOSTILE.values():
        assert (listed[name]["distribution"], listed[name]["described"]) == (name, True)
        assert listed[name]["problem"] is None
    assert "all is well" in elsewhere.retro_gamer("check", "random-game", "--quick")


def test_what_is_made_is_clean_python(tmp_path):
    for title in HOSTILE:
        name, files = game_package({"title": title, "controls": "wasd"})
        write_files(tmp_path / name, files)
    as_in_each_project = ["--isolated", "--config", "src = ['*']", "--output-format", "concise"]
    command = [sys.executable, "-m", "ruff", "check", *as_in_each_project, "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("title", "controls", "licence"),
    [
        ("Space Rocks", "arrows", "MIT"),
        ('Ada\'s "Best" Game', "wasd", "BSD-2-Clause"),
        ("{{ 7 * 7 }} \\ {% raw %}", "wasd", "none"),
        ("🚀 Äpfel", "arrows", "MIT"),
    ],
)
def test_cookiecutter_makes_the_same_bytes(title, controls, licence, cookiecut, tmp_path):
    answers = {
        "title": title,
        "author": AUTHORS[0],
        "about": 'Ä "good" one\\',
        "controls": controls,
        "licence": licence,
    }
    choices = {q.name: list(q.choices) for q in game_questions() if q.choices}
    typed = [str(choices[n].index(v) + 1) if n in choices else v for n, v in answers.items()]
    printed = cookiecut(*typed, output=tmp_path / "by cookiecutter")

    name, files = game_package(answers)
    write_files(tmp_path / "by new" / name, files)
    made = files_below(tmp_path / "by cookiecutter")
    assert made == files_below(tmp_path / "by new"), printed
    assert len(made) == len(files) > 8


def test_nothing_said_gives_what_cookiecutter_gives(cookiecut, tmp_path):
    cookiecut(*[""] * len(DEFAULTS), output=tmp_path)
    name, files = game_package({})
    assert files_below(tmp_path / name) == {path: text.encode() for path, text in files.items()}


def test_an_installed_retro_gamer_has_the_template_in_it(build_wheel, elsewhere):
    elsewhere.install(build_wheel(ROOT))
    place = elsewhere.run(
        "-c", "from retro_gamer_core.templates.rendering import GAME_TEMPLATE as t; print(t)"
    )
    assert Path(place.strip()).is_relative_to(elsewhere.site_packages)
    elsewhere.retro_gamer("new", "game", "Far Away")
    name, files = game_package({"title": "Far Away"})
    made = files_below(elsewhere.directory / name)
    assert made == {path: text.encode() for path, text in files.items()}


@pytest.mark.parametrize("title", [" ", "\t\n", "\x00", "many words " * 10])
def test_a_title_that_is_none_is_refused_with_another_one(title, cookiecut, tmp_path, capfd):
    with pytest.raises(RetroGamerError, match="title") as refused:
        game_package({"title": title})
    proposal = refused.value.problem.hint.removeprefix("a title such as ")
    assert game_package({"title": proposal})
    if title.isprintable():
        assert cookiecut(title, *[""] * len(DEFAULTS), output=tmp_path / "out").startswith("refused")
        assert proposal in capfd.readouterr().err
        assert not files_below(tmp_path / "out")


def test_there_are_at_most_five_questions_in_sentences():
    questions = [*game_questions()]
    assert len(questions) <= 5
    assert all(question.text.endswith("?") for question in questions)


@given(st.text())
@example("RETRO:GAMER")
def test_any_text_makes_a_name_that_pip_and_python_take(title):
    name = package_name(title)
    assert re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
    assert len(name) <= 40 + len("-game")
    module = name.replace("-", "_")
    assert not keyword.iskeyword(module) and module not in sys.stdlib_module_names
    assert package_name(name) == name


@given(st.text())
def test_any_text_stands_in_a_file_as_it_is(text):
    text = one_line(text)
    assert tomllib.loads(f"text = {quoted(text)}")["text"] == text
    assert ast.literal_eval(quoted(text)) == text
