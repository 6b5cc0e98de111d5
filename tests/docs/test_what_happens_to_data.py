"""What docs/teachers.md promises about data: a whole lesson needs no network, and files do not say whose they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LESSON = [
    "list",
    "plugins",
    "check snake --quick",
    "create --game snake --output run --training-episodes 20",
    "train run",
    "train run --for 1s",
    "info run",
    "play run --max-turns 5",
    "evaluate run --episodes 2",
    "export run -o ada.rgp --episodes 1",
    "evaluate ada.rgp --episodes 2",
]

#: Runs the lesson in a process in which every way to another computer is closed and told of.
PROGRAM = """
import socket, sys

def closed(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("CONNECTION", event, arguments, file=sys.stderr)
        raise OSError("there is no network")

sys.addaudithook(closed)
from retro_gamer_core.cli import main

for command in sys.argv[1:]:
    sys.argv = ["retro-gamer", *command.split()]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, command
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The directory in which the lesson was held, and how it went."""
    desk = tmp_path_factory.mktemp("ada-lovelace")
    command = [sys.executable, "-c", PROGRAM, *LESSON]
    return desk, subprocess.run(command, cwd=desk, capture_output=True, text=True, encoding="utf-8")


def test_a_lesson_needs_no_network(lesson):
    _, done = lesson
    assert done.returncode == 0, done.stderr
    assert "CONNECTION" not in done.stderr


def test_files_of_an_installed_game_do_not_say_where_they_lay(lesson):
    desk, _ = lesson
    files = [path for path in desk.rglob("*") if path.is_file()]
    assert {"config.toml", "final.pt", "ada.rgp"} <= {path.name for path in files}
    assert [path.name for path in files if desk.name.encode() in path.read_bytes()] == []
