"""The whole way of a student: a new game, a package, another computer, and a trained agent inside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from retro_gamer_core.templates.game_package import game_package
from retro_gamer_core.templates.rendering import write_files

#: Seconds instead of the minute that people take: it need only beat random keys.
TRAINING = (
    *("--seed", 1, "--training-episodes", 250, "--epsilon-turns", 8000, "--hidden-sizes", 64),
    *("--set", "training.max_turns_per_episode=200", "--set", "training.train_every=8"),
)
AUTOPLAY = """\
import random, {module}
score = 0
for seed in range(5):  # a rock may fall on the ship at once
    random.seed(seed)
    game = {module}.autoplay()
    game.start()
    while game.playing and game.turn_number < 300:
        game.step()
    score += game.state["score"]
print(score)
"""
BY_HAND = """\
import random, retro.game, {module}
random.seed(39)  # with which a rock falls on the ship at once
retro.game.sleep = lambda seconds: None
{module}.main()
"""


@pytest.mark.parametrize(
    ("title", "name", "answers"),
    [
        ("Space Rocks", "space-rocks", ()),
        pytest.param(
            "2 \"Mäd\" \\ {{ 'Rocks' }} 🚀",
            "game-2-mad-rocks",
            ("--author", 'Zoë "\\" Ω', "--controls", "wasd", "--licence", "none"),
            marks=pytest.mark.slow,  # half a minute, mostly of training; test_new_game.py has all hostile titles
        ),
    ],
)
def test_from_new_to_a_trained_agent_in_an_installed_package(
    title, name, answers, elsewhere, build_wheel, tmp_path
):
    module = name.replace("-", "_")
    command = [sys.executable, "-m", "retro_gamer_core.cli", "new", "game", title, *answers]
    subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, check=True, capture_output=True)
    project = tmp_path / name

    # Somebody installs it, and finds it.
    elsewhere.install(build_wheel(project))
    listed = {game["name"]: game for game in json.loads(elsewhere.retro_gamer("list", "--json"))["games"]}
    assert listed[name]["distribution"] == name and listed[name]["version"] == "0.1.0"
    assert listed[name]["described"] and listed[name]["board"] == [20, 12]
    assert listed[name]["problem"] is None
    assert "all is well" in elsewhere.retro_gamer("check", name)
    tests = shutil.copytree(
        project / "tests", elsewhere.directory / "tests"
    )  # away from the project's own code
    assert " 1 skipped" in elsewhere.run("-m", "pytest", "-q", "-p", "no:cacheprovider", tests)

    # They train an agent that is better than random keys, by more than luck.
    elsewhere.retro_gamer("create", "--game", name, "--output", "run", *TRAINING)
    elsewhere.retro_gamer("train", "run")
    result = json.loads(elsewhere.retro_gamer("evaluate", "run", "--episodes", 20, "--json"))
    assert result["score"]["ci95"][0] > 2 * result["random"]["score"] + 1

    # It goes into the package, which is installed again, and plays itself.
    elsewhere.retro_gamer("export", "run", "-o", project / module / "policies" / "best.rgp")
    elsewhere.install(build_wheel(project))
    script = elsewhere.directory / "watch.py"
    script.write_text(AUTOPLAY.format(module=module), encoding="utf-8")
    assert int(elsewhere.run(script)) > 5
    assert " skipped" not in elsewhere.run("-m", "pytest", "-q", "-p", "no:cacheprovider", tests)


def test_without_a_trained_agent_autoplay_says_how_to_make_one(tmp_path, monkeypatch):
    _, files = game_package({"title": "Nobody Trained"})
    write_files(tmp_path, files)
    monkeypatch.syspath_prepend(tmp_path)
    import nobody_trained

    with pytest.raises(FileNotFoundError, match="retro-gamer export"):
        nobody_trained.autoplay()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal to play in")
def test_played_by_hand_it_leaves_what_the_arcade_console_reads(tmp_path):
    _, files = game_package({"title": "By Hand"})
    write_files(tmp_path, files)
    played = in_a_terminal([sys.executable, "-c", BY_HAND.format(module="by_hand")], tmp_path)
    assert "score" in played
    assert isinstance(json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["score"], int)
    assert "play explode" in (tmp_path / "game.log").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal to answer in")
def test_in_a_terminal_what_was_not_said_is_asked(tmp_path):
    command = [sys.executable, "-m", "retro_gamer_core.cli", "new", "game", "Asked", "--author", "Ada"]
    printed = in_a_terminal(command, tmp_path, typed="It asks.\nwasd\n\n")
    assert "What is it about" in printed and "Who made it" not in printed
    pyproject = (tmp_path / "asked" / "pyproject.toml").read_text(encoding="utf-8")
    assert 'description = "It asks."' in pyproject and 'license = "MIT"' in pyproject
    assert 'actions = ["a", "d", "w", "s"]' in pyproject


def in_a_terminal(command: list[str], directory: Path, typed: str = "") -> str:
    """What the command shows on a terminal of 80×24 while somebody types."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        while True:
            try:
                some = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not some:
                break
            shown += some
            os.write(ours, b"\x1b[1;1R" * some.count(b"\x1b[6n"))  # every terminal says where its cursor is
    os.close(ours)
    assert process.returncode == 0, shown.decode()
    return shown.decode()
