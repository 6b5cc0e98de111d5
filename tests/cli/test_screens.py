"""Every command in a window of 80 × 24: no line is longer, none is torn in a word, none is printed again and again."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from cli.walking import walk_config, walk_game

from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer

pytest.importorskip("pty", reason="Windows has no pseudo terminals")
from agents_in_games.terminals import Terminal

COLUMNS, ROWS = 80, 24
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

#: What a line that moves is drawn with; drawn again, it takes the place of what was there.
DRAWN_AGAIN = "\x1b[2K"
SMALL, LARGE = (5, 3), (60, 20)

COMMANDS = [
    "--help", "list", "plugins", "create --help", "train --help", "evaluate no-such-run", "no-such-command",
    "create --game {game} --output new --actions KEY_LEFT,KEY_RIGHT --reward luck --seed 1",
    "train run", "info run", "info run --why", "info run --settings", "info run --parts",
    "evaluate run --episodes 40", "export run --episodes 5", "clean run --dry-run", "check run --quick",
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A directory with a run of each game, stopped shortly before its end."""
    home = tmp_path_factory.mktemp("home")
    before = list(sys.path)
    for name, size in (("small", SMALL), ("large", LARGE)):
        directory = home / name
        directory.mkdir()
        game = directory / f"{name}_game.py"
        game.write_text(walk_game(board_size=size), encoding="utf-8")
        run = RunDirectory.create(directory / "run")
        run.config.write_text(walk_config(game.as_posix(), episodes=30), encoding="utf-8")
        load_trainer(run).train()
        run.config.write_text(walk_config(game.as_posix(), episodes=60), encoding="utf-8")
    sys.path[:] = before
    return home


def rows_of(shown: str) -> list[str]:
    """What stood on each row in the end, or scrolled by: a row that was drawn again counts once."""
    rows = []
    for line in shown.replace("\r\n", "\n").split("\n"):
        last = line.rpartition(DRAWN_AGAIN)[2]
        rows.append(ESCAPE.sub("", last).rpartition("\r")[2].rstrip())
    return rows


@pytest.mark.parametrize("size", ["small", "large"])
def test_every_command_fits_the_window(home, environment, size):
    game = f"{size}_game.py"
    for command in COMMANDS:
        arguments = command.format(game=game).split()
        terminal = Terminal(
            [sys.executable, "-m", "retro_gamer_core.cli", *arguments],
            cwd=home / size,
            environment=environment,
            columns=COLUMNS,
            rows=ROWS,
        )
        try:
            code = terminal.wait()
        finally:
            terminal.close()
        rows = rows_of(terminal.shown.rstrip())
        told = "\n".join(rows)
        assert code in (0, 1, 2), f"{command}\n{told}"
        # A path cannot be broken, and the commands of `Next:` are to be copied whole.
        broken = [row for row in rows if len(row) > COLUMNS and " " in row.strip() and "/" not in row]
        assert broken == [], f"{command}\n{told}"
        said = [row for row in rows if len(row.split()) > 3]
        assert len(said) == len(set(said)), f"{command} repeats itself\n{told}"
        drawn = [ESCAPE.sub("", line) for line in re.split(r"[\r\n]|\x1b\[2K", terminal.shown)]
        wide = [line for line in drawn if len(line) > COLUMNS and "/" not in line]
        assert wide == [], f"{command}: what is drawn again and again goes over the edge\n{told}"
        torn = [row for row in rows if row.endswith(("-", "…")) and command.startswith("train")]
        assert torn == [], f"{command}\n{told}"
        if command in ("info run", "train run") or command.startswith("create --game"):
            assert len(rows) <= (15 if command.startswith("create") else ROWS), f"{command}\n{told}"


def test_the_moving_line_shows_what_there_is_room_for_and_leaves_nothing_behind(tmp_path, environment):
    (tmp_path / "walk.py").write_text(walk_game(), encoding="utf-8")
    run = RunDirectory.create(tmp_path / "run")
    run.config.write_text(
        walk_config((tmp_path / "walk.py").as_posix(), episodes=1_000_000), encoding="utf-8"
    )
    terminal = Terminal(
        [sys.executable, "-m", "retro_gamer_core.cli", "train", "run"],
        cwd=tmp_path, environment=environment, columns=COLUMNS, rows=ROWS,
    )  # fmt: skip
    try:
        terminal.wait_for(" left (till ")
        terminal.resize(columns=40, rows=ROWS)
        before = len(terminal.shown)
        terminal.wait_for("\x1b[1A")  # up, to remove what the narrower window broke into two rows
        terminal.wait_for("average reward", after=before)
        terminal.press("\x03")
        assert terminal.wait() == 130
    finally:
        terminal.close()
    wide = re.findall(r"episode [\d,]+ of 1,000,000 [█░]+ ·[^\r\n\x1b]*", terminal.shown[:before])
    assert wide and all(len(line) < COLUMNS and " left (till " in line for line in wide)
    after = terminal.shown[before:].partition("\x1b[1A")[2]
    narrow = re.findall(r"episode [\d,]+ of 1,000,000 [█░]+[^\r\n\x1b]*", after)
    assert narrow and all(len(line) <= 40 for line in narrow)
