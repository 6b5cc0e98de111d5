"""What lies in the directory one works in, or in a run of a stranger, is not run unless it is asked for.

Each file that must not be imported leaves its name in ``canary`` when it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.configuration import edit_config
from retro_gamer_core.plugins.own_code import OwnCodeRefused

SNAKE = (
    "create",
    "--game",
    "snake",
    "--seed",
    "1",
    "--training-episodes",
    "3",
    "--set",
    "training.evaluate_every=0",
)
ENCODER = """\
import numpy as np
from retro_gamer_core import ObservationSpec
from my_numbers import ONE


class Stripes:
    def __init__(self, metadata):
        self.spec = ObservationSpec(0, 0, (), features=("one",))

    def encode(self, frame, cells, features):
        features[0] = ONE
"""


class Desk:
    """A directory to work in, with what a stranger has put there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.canary = path / "canary"

    def singing(self, text: str = "") -> str:
        return f"with open({str(self.canary)!r}, 'a') as sang:\n    sang.write(__name__ + ' ')\n{text}"

    def sang(self) -> str:
        return self.canary.read_text() if self.canary.exists() else ""

    def retro_gamer(self, *arguments: object, command: tuple[str, ...] = (), **environment: str):
        installed = Path(sys.executable).with_name("retro-gamer" + ".exe" * (os.name == "nt"))
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("RETRO_GAMER", "PYTHONPATH"))}
        return subprocess.run(
            [*(command or (str(installed),)), *map(str, arguments)],
            cwd=self.path,
            env={**clean, "PYTHONUTF8": "1", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A directory with ``run``, trained for a moment, and ``ada.rgp``, which was made of it."""
    desk = Desk(tmp_path_factory.mktemp("trained"))
    for arguments in (
        (*SNAKE, "--output", "run", "--set", "training.game_process=true"),
        ("train", "run"),
        ("export", "run", "-o", "ada.rgp", "--episodes", 0),
    ):
        done = desk.retro_gamer(*arguments)
        assert done.returncode == 0, done.stderr
    return desk.path


# A directory of a stranger ------------------------------------------------------------------


@pytest.fixture
def hostile(tmp_path) -> Desk:
    desk = Desk(tmp_path)
    for module in ("random", "json", "msvcrt", "torch", "numpy", "sight", "retro_gamer_tensorboard"):
        (tmp_path / f"{module}.py").write_text(desk.singing(), encoding="utf-8")
    (tmp_path / "x.py").write_text(
        desk.singing("def create_game(): pass\ndef retro_gamer_encoders(): return []\n"), encoding="utf-8"
    )
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "__init__.py").write_text(desk.singing(), encoding="utf-8")
    information = tmp_path / "x-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: x\nVersion: 1.0\n", encoding="utf-8")
    (information / "entry_points.txt").write_text(
        "[retro_gamer]\nx = x\n[retro.games]\nx = x:create_game\n", encoding="utf-8"
    )
    return desk


@pytest.mark.parametrize(
    "arguments",
    [
        "list",
        "plugins",
        "info {run}",
        "check snake --quick",
        "play {ada} --max-turns 3",
        "play {run} --max-turns 3",
        "evaluate {ada} --episodes 1",
        "export {run} -o again.rgp --episodes 0",
        "create --game snake --output mine",
        "train {run} --for 1s",
        "new encoder mine",
    ],
)
def test_a_directory_to_work_in_is_not_a_place_of_plugins(hostile, trained, tmp_path, arguments):
    run = tmp_path / "somewhere" / "run"
    shutil.copytree(trained / "run", run)
    words = [word.format(run=run, ada=trained / "ada.rgp") for word in arguments.split()]
    done = hostile.retro_gamer(*words)
    assert (hostile.sang(), done.returncode) == ("", 0), done.stderr
    assert "x:create_game" not in done.stdout and "x 1.0" not in done.stdout


@pytest.mark.parametrize("module", ["retro_gamer", "retro_gamer_core.cli"])
@pytest.mark.parametrize("arguments", ["list", "train {run} --for 1s"])
def test_nor_is_it_with_python_m(hostile, trained, tmp_path, module, arguments):
    run = tmp_path / "somewhere" / "run"
    shutil.copytree(trained / "run", run)
    words = [word.format(run=run) for word in arguments.split()]
    done = hostile.retro_gamer(*words, command=(sys.executable, "-m", module))
    assert (hostile.sang(), done.returncode) == ("", 0), done.stderr


def test_a_run_finds_its_own_file_before_one_where_the_person_is(hostile, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "sight.py").write_text("def sight(game):\n    return [1.0, 2.0]\n", encoding="utf-8")
    run = home / "run"
    done = Desk(home).retro_gamer(*SNAKE, "--output", run, "--encoder", "sight:sight")
    assert done.returncode == 0, done.stderr
    done = hostile.retro_gamer("train", run)
    assert (hostile.sang(), done.returncode) == ("", 0), done.stderr


# A run of a stranger ------------------------------------------------------------------------


@pytest.fixture
def theirs(tmp_path) -> Desk:
    """``run`` has a game and an encoder in files of its own, and the encoder imports its neighbour."""
    desk = Desk(tmp_path)
    (tmp_path / "my_stripes.py").write_text(desk.singing(ENCODER), encoding="utf-8")
    (tmp_path / "my_numbers.py").write_text("ONE = 1.0\n", encoding="utf-8")
    (tmp_path / "my_snake.py").write_text(
        desk.singing("from retro.examples.snake import create_game\n"), encoding="utf-8"
    )
    (tmp_path / "pyproject.toml").write_text(
        '[tool.retro-gamer]\nactions = ["KEY_UP", "KEY_DOWN", "KEY_LEFT", "KEY_RIGHT"]\nreward = "score"\n'
        'character_set = ["@", "*", ">", "<", "^", "v"]\n',
        encoding="utf-8",
    )
    create = ["my_snake.py" if word == "snake" else word for word in SNAKE]
    done = desk.retro_gamer(*create, "--output", "run", "--encoder", "my_stripes:Stripes")
    assert done.returncode == 0, done.stderr
    desk.canary.unlink()
    return desk


COMMANDS = [
    "train run",
    "play run",
    "evaluate run",
    "export run -o a.rgp",
    "check run",
    "duel run other --output duel",
]


@pytest.mark.parametrize("arguments", COMMANDS)
def test_with_installed_only_nothing_of_it_is_imported_and_all_of_it_is_named(theirs, arguments):
    shutil.copytree(theirs.path / "run", theirs.path / "other")
    done = theirs.retro_gamer("--installed-only", *arguments.split())
    told = done.stdout + done.stderr
    assert theirs.sang() == ""
    assert done.returncode in (1, 3)
    assert "my_stripes:Stripes" in told and "[preprocessing] encoder in config.toml" in " ".join(told.split())
    assert "my_snake.py" in told and "[game] name" in told


def test_the_environment_says_it_too(theirs):
    done = theirs.retro_gamer("train", "run", RETRO_GAMER_INSTALLED_ONLY="1")
    assert (theirs.sang(), done.returncode) == ("", 1) and "my_stripes:Stripes" in done.stderr


@pytest.mark.parametrize(
    "arguments", ["check my_snake.py", "check my_stripes:Stripes", "create --game my_snake.py --output b"]
)
def test_nor_is_what_a_person_names(theirs, arguments):
    done = theirs.retro_gamer("--installed-only", *arguments.split())
    assert theirs.sang() == "" and done.returncode == 1
    assert "Only installed packages" in done.stderr


def test_what_is_installed_works_with_installed_only(trained, tmp_path):
    shutil.copytree(trained / "run", tmp_path / "run")
    done = Desk(tmp_path).retro_gamer("--installed-only", "evaluate", "run", "--episodes", 1)
    assert done.returncode == 0, done.stderr


def test_info_names_it_and_imports_nothing(theirs):
    done = theirs.retro_gamer("info", "run")
    assert (theirs.sang(), done.returncode) == ("", 0), done.stderr
    assert "code of its own: game " in done.stdout and "encoder my_stripes:Stripes" in done.stdout
    told = json.loads(theirs.retro_gamer("info", "run", "--json").stdout)["own_code"]
    assert [code["kind"] for code in told] == ["game", "encoder"]
    assert Path(told[1]["file"]) == theirs.path / "my_stripes.py"


def test_check_names_it_first(theirs):
    done = theirs.retro_gamer("check", "run", "--quick")
    assert "code of its own" in done.stderr.splitlines()[0]
    assert "my_stripes" in theirs.sang()


def test_a_checkpoint_cannot_name_what_the_settings_do_not(theirs):
    assert theirs.retro_gamer("train", "run").returncode == 0
    theirs.canary.unlink()
    config = theirs.path / "run" / "config.toml"
    text = config.read_text(encoding="utf-8")
    game = next(line for line in text.splitlines() if "my_snake.py" in line)
    text = text.replace(game, 'name = "snake"').replace("my_stripes:Stripes", "one_hot")
    config.write_text(text, encoding="utf-8")
    (theirs.path / "run" / "parts.lock").unlink()
    done = theirs.retro_gamer("--installed-only", "evaluate", "run", "--episodes", 1)
    assert (theirs.sang(), done.returncode) == ("", 1)
    assert "my_stripes:Stripes" in done.stderr and "final.pt" in done.stderr


def test_a_function_that_removes_directories_is_no_logger(trained, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(trained / "run", run)
    edit_config(run / "config.toml", {"logging": {"loggers": ["training_log", "shutil:rmtree"]}})
    done = Desk(tmp_path).retro_gamer("train", run)
    assert (run / "checkpoints").is_dir()
    assert done.returncode == 1 and "shutil:rmtree" in done.stderr


@pytest.mark.parametrize("game", ["shutil:rmtree", "antigravity", "os:getcwd", "{tmp}/hides.py:getcwd"])
def test_what_makes_no_game_is_not_called(tmp_path, game):
    (tmp_path / "hides.py").write_text("from os import getcwd\n", encoding="utf-8")
    done = Desk(tmp_path).retro_gamer("create", "--game", game.format(tmp=tmp_path), "--output", "run")
    assert done.returncode in (1, 4) and "returned" not in done.stderr and "Traceback" not in done.stderr


# A run that was not made here --------------------------------------------------------------


@pytest.fixture
def handed_in(theirs, tmp_path, monkeypatch) -> Desk:
    """A copy of that run and its files, as a student hands them in, seal and all; the person is there."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name in ("my_stripes.py", "my_numbers.py", "my_snake.py", "pyproject.toml"):
        shutil.copy(theirs.path / name, inbox)
    shutil.copytree(theirs.path / "run", inbox / "run")
    edit_config(inbox / "run" / "config.toml", {"game": {"name": (inbox / "my_snake.py").as_posix()}})
    monkeypatch.chdir(inbox)
    desk = Desk(inbox)
    desk.canary = theirs.canary
    return desk


def test_its_code_is_named_and_not_imported_where_nobody_can_be_asked(handed_in):
    shutil.copytree("run", "other")
    for arguments in (*COMMANDS, "record run -o film.gif", "why run"):
        done = CliRunner().invoke(retro_gamer, arguments.split())
        told = done.output if done.exception is None else f"{done.output} {done.exception}"
        assert handed_in.sang() == "" and done.exit_code != 0, arguments
        assert "my_snake.py" in told and "my_stripes:Stripes" in told and "--trust" in told, arguments


def test_whoever_trusts_it_and_trains_it_has_made_it_their_own(handed_in):
    assert handed_in.retro_gamer("train", "run", "--trust").returncode == 0
    assert "my_stripes" in handed_in.sang()
    (handed_in.path / "run").rename(handed_in.path / "moved")
    done = handed_in.retro_gamer("evaluate", "moved", "--episodes", 1)
    assert done.returncode == 0, done.stderr
    # A copy of it is again a stranger's, whatever its settings say: the checkpoint names the code, too.
    handed_in.canary.unlink()
    shutil.copytree("moved", "again")
    config = handed_in.path / "again" / "config.toml"
    text = config.read_text(encoding="utf-8").replace("my_stripes:Stripes", "one_hot")
    config.write_text(text.replace((handed_in.path / "my_snake.py").as_posix(), "snake"), encoding="utf-8")
    (handed_in.path / "again" / "parts.lock").unlink()
    refused = CliRunner().invoke(retro_gamer, ["evaluate", "again", "--episodes", "1"])
    assert handed_in.sang() == "" and isinstance(refused.exception, OwnCodeRefused)
    assert "final.pt" in str(refused.exception)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")
@pytest.mark.parametrize("answer", ["y", "n"])
def test_in_a_terminal_the_person_is_asked_once(handed_in, answer):
    from agents_in_games.terminals import Terminal

    command = [sys.executable, "-m", "retro_gamer_core.cli", "evaluate", "run", "--episodes", "1"]
    screen = Terminal(command, cwd=handed_in.path, env={}, environment=dict(os.environ))
    try:
        screen.wait_for("Run it")
        assert handed_in.sang() == "" and "my_stripes:Stripes" in screen.shown
        screen.press(answer + "\r")
        assert screen.wait() == 1  # nothing has been learned yet in this run, whoever says yes
    finally:
        screen.close()
    assert screen.shown.count("Run it") == 1
    assert bool(handed_in.sang()) == (answer == "y")


def test_trust_and_installed_only_are_not_taken_together():
    done = CliRunner().invoke(retro_gamer, ["--installed-only", "--trust", "list"])
    assert done.exit_code == 2


# Links --------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="making links takes a privilege there")
@pytest.mark.parametrize("command", ["train", "clean --yes"])
def test_a_link_that_leads_out_of_a_run_is_not_written_through(trained, tmp_path, command):
    run, mine = tmp_path / "run", tmp_path / "my-diary"
    shutil.copytree(trained / "run", run)
    edit_config(run / "config.toml", {"training": {"training_episodes": 6}})
    (run / "training.log").rename(mine)
    (run / "training.log").symlink_to(mine)
    before = mine.read_bytes()
    done = Desk(tmp_path).retro_gamer(*command.split(), run)
    assert done.returncode == 1 and "training.log leads to" in done.stderr
    assert mine.read_bytes() == before
