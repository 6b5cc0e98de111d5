"""``train`` and ``play`` in a real terminal (a pseudo one): what moves, what Ctrl-C and other keys do."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Iterator

import pytest
from cli.walking import walk_config, walk_game

from retro_gamer_core.evaluation.ladder import code_of
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.by_hand import ByHand
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.recording_files import read_recording
from retro_gamer_core.playing.replay import Replay
from retro_gamer_core.runs.run_directory import RunDirectory

pytest.importorskip("pty", reason="Windows has no pseudo terminals")
pytest.importorskip("fcntl")
from agents_in_games.terminals import Terminal

GAME = walk_game(board_size=(9, 5))


@pytest.fixture
def terminal(tmp_path, environment) -> Iterator[Callable[..., Terminal]]:
    """``terminal("train", "run")``: the command in a terminal of 100 × 40."""
    opened = []

    def terminal(*arguments: str, columns: int = 100, rows: int = 40, **more_environment: str) -> Terminal:
        command = [sys.executable, "-m", "retro_gamer_core.cli", *arguments]
        env = {"TERM": "xterm-256color", **more_environment}
        opened.append(
            Terminal(command, cwd=tmp_path, env=env, environment=environment, columns=columns, rows=rows)
        )
        return opened[-1]

    yield terminal
    for one in opened:
        one.close()


@pytest.fixture
def walk_run(tmp_path) -> Callable[..., RunDirectory]:
    """``walk_run(episodes=25)``: a run of a small game, in the directory ``run``."""

    def walk_run(episodes: int, game: str = GAME) -> RunDirectory:
        (tmp_path / "walk.py").write_text(game, encoding="utf-8")
        run = RunDirectory.create(tmp_path / "run")
        path = (tmp_path / "walk.py").as_posix()
        run.config.write_text(walk_config(path, episodes=episodes), encoding="utf-8")
        return run

    return walk_run


COLOUR = re.compile(r"\x1b\[[0-9;]*[1-9][0-9;]*m")


@pytest.mark.parametrize("no_colour", ["", "1"])
def test_progress_moves_and_ends_with_what_to_type_next(walk_run, terminal, no_colour):
    walk_run(episodes=60)
    screen = terminal("train", "run", NO_COLOR=no_colour)
    assert screen.wait() == 0
    shown = screen.shown
    assert "episode 60 of 60 " in shown and "█" in shown and "turns/s" in shown and "left" in shown
    assert "average reward" not in shown, "what moves says it"
    assert "Done: 60 episodes" in shown and "Next: retro-gamer play run" in shown
    assert "\x1b[" in shown, "the line moves"
    assert bool(COLOUR.search(shown)) != bool(no_colour)
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"


def test_ctrl_c_saves_and_ends_with_130(walk_run, terminal):
    run = walk_run(episodes=1_000_000)
    screen = terminal("train", "run")
    screen.wait_for(" left (till ")
    screen.press("\x03")
    assert screen.wait() == 130
    assert "Stopping after this turn and saving" in screen.shown
    assert "everything is saved in run" in screen.shown
    assert re.search(r"Next: retro-gamer train run +\(goes on exactly here\)", screen.shown)
    assert "Traceback" not in screen.shown
    assert run.newest_states() and run.newest_checkpoint() is not None

    again = terminal("train", "run")
    again.wait_for("Going on from turns_")
    again.wait_for("turns/s")
    again.press("\x03")
    assert again.wait() == 130


def test_closing_the_window_saves_and_ends_with_130(walk_run, terminal):
    run = walk_run(episodes=1_000_000)
    screen = terminal("train", "run", "--save-every", "600")
    screen.wait_for(" left (till ")
    assert screen.hang_up() == 130
    assert run.newest_states()
    assert "=== Training interrupted" in run.log.read_text(encoding="utf-8").splitlines()[-1]


SLOW_TURN = "    def play_turn(self, game):\n        import time; time.sleep(60)\n"


def test_the_second_ctrl_c_does_not_wait(walk_run, terminal):
    """A game that takes a minute for each turn: who cannot wait for it presses twice."""
    run = walk_run(episodes=10, game=GAME.replace("    def play_turn(self, game):\n", SLOW_TURN))
    screen = terminal("train", "run")
    screen.wait_for("Training ")
    screen.press("\x03")
    screen.wait_for("Ctrl-C again to stop at once")
    screen.press("\x03")
    assert screen.wait() == 130
    assert "Stopped." in screen.shown and "Traceback" not in screen.shown
    assert not (run.path / "training.pid").exists()


@pytest.fixture
def trained(walk_run, retro_gamer) -> RunDirectory:
    run = walk_run(episodes=10)
    assert retro_gamer("train", "run").code == 0
    return run


@pytest.mark.parametrize(
    ("keys", "ending"),
    [("", "game over"), ("\r", "stopped"), ("\x1b", "stopped"), ("\x03", "stopped")],
    ids=["to the end", "Enter", "Escape", "Ctrl-C"],
)
def test_play_draws_the_game_until_it_ends_or_a_key_is_pressed(trained, terminal, tmp_path, keys, ending):
    if keys:
        endless = walk_game(ends="False", board_size=(9, 5))
        (tmp_path / "walk.py").write_text(endless, encoding="utf-8")
    screen = terminal("play", "run", "--framerate", "100", "--seed", "3")
    screen.wait_for("luck: ")
    assert "═════════" in screen.shown, "the board has a border"
    screen.press(keys)
    assert screen.wait() == 0
    assert re.search(
        rf"final\.pt \(episode 10\): luck -?\d+ after \d+ turns, {ending} \(seed 3\)", screen.shown
    )
    assert "Next: retro-gamer play run --seed 3" in screen.shown
    assert (
        screen.shown.index("\x1b[?1049h") < screen.shown.index("\x1b[?1049l") < screen.shown.index("final.pt")
    )
    assert screen.shown.rindex("\x1b[?25h") > screen.shown.rindex("\x1b[?25l"), "the cursor is back"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_play_that_is_ended_leaves_the_terminal_as_it_was(trained, terminal, tmp_path, name):
    (tmp_path / "walk.py").write_text(walk_game(ends="False", board_size=(9, 5)), encoding="utf-8")
    screen = terminal("play", "run", "--framerate", "100")
    screen.wait_for("luck: ")
    assert not screen.echoes
    screen.process.send_signal(getattr(signal, name))
    assert screen.wait() == 0
    assert screen.echoes
    assert screen.shown.rindex("\x1b[?1049l") > screen.shown.rindex("\x1b[?1049h"), "the screen is back"
    assert screen.shown.rindex("\x1b[?25h") > screen.shown.rindex("\x1b[?25l"), "the cursor is back"


def test_a_terminal_that_is_too_small_is_explained(trained, terminal):
    screen = terminal("play", "run", columns=60, rows=6)
    assert screen.wait() == 1
    assert "the terminal is too small to show this game" in screen.shown
    assert "make the window larger" in screen.shown
    assert "Traceback" not in screen.shown


def test_state_that_does_not_fit_is_left_out_and_the_score_stays(walk_run, retro_gamer, terminal):
    more = "".join(f", 'extra_{i}': 0" for i in range(9))
    walk_run(episodes=2, game=GAME.replace('{"luck": 0', '{"luck": 0' + more))
    assert retro_gamer("train", "run").code == 0
    screen = terminal("play", "run", "--framerate", "100", "--seed", "3", rows=16)
    assert screen.wait() == 0
    assert "extra_0: " in screen.shown and "luck: " in screen.shown and "extra_8: " not in screen.shown


def test_values_stand_beside_the_board(trained, terminal):
    screen = terminal("play", "run", "--values", "--framerate", "100", "--seed", "3", columns=80, rows=24)
    assert screen.wait() == 0
    assert "what it expected of each key" in screen.shown
    assert re.search(r"> (left|right|nothing) +█+", screen.shown)
    assert "game over (seed 3)" in screen.shown and "Traceback" not in screen.shown


def test_a_window_that_is_too_narrow_for_them_is_explained(trained, terminal):
    screen = terminal("play", "run", "--values", columns=46, rows=24)
    assert screen.wait() == 1
    assert "too narrow" in screen.shown.replace("\r\n", " ") and "Traceback" not in screen.shown


def test_a_coach_judges_what_a_person_presses(trained, terminal, tmp_path):
    (tmp_path / "walk.py").write_text(walk_game(ends="False", board_size=(9, 5)), encoding="utf-8")
    screen = terminal("play", "run", "--coach", "--framerate", "20", "--seed", "3", columns=80, rows=24)
    screen.wait_for("what the coach expected")
    screen.press("\x1b[C")
    screen.wait_for("you: right")
    screen.press("\r")
    assert screen.wait() == 0
    assert re.search(r"you: luck -?\d+ after \d+ turns, stopped", screen.shown)
    assert re.search(r"good \d+, inaccurate \d+, a mistake \d+, a blunder \d+, of \d+ turns", screen.shown)


def test_a_coach_needs_a_person(trained, retro_gamer):
    ended = retro_gamer("play", "run", "--coach")
    assert ended.code == 1 and "terminal" in ended.err


def test_games_by_hand_keep_their_score_and_can_be_played_again(terminal, tmp_path):
    (tmp_path / "walk.py").write_text(walk_game(ends="game.turn_number == 15"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.retro-gamer]\nactions = ["KEY_LEFT", "KEY_RIGHT"]\nreward = "luck"\n', encoding="utf-8"
    )
    screen = terminal("play", "walk.py", "--by-hand", "--framerate", "20", "--seed", "3", columns=80, rows=24)
    screen.wait_for("turn 2")
    screen.press("\x1b[C")
    assert screen.wait() == 0
    assert re.search(r"you: luck -?\d+ after 15 turns, game over \(seed 3\)", screen.shown)
    [recording] = [read_recording(path) for path in tmp_path.glob("ladders/walk/by-hand/*.npz")]
    found = find_game(str(tmp_path / "walk.py"))
    complete_metadata(found.metadata, found.factory)
    replay = Replay(recording, found.factory, found.metadata)
    assert replay.to(recording.turns).finished and recording.keys.tolist().count(1) == 1
    kept = ByHand(tmp_path / "ladders" / "walk" / "by-hand")
    assert kept.best(code_of(found)) == recording.total_reward and not kept.games("another version")


def test_a_game_that_was_stopped_does_not_count(terminal, tmp_path):
    (tmp_path / "walk.py").write_text(walk_game(ends="False"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.retro-gamer]\nactions = ["KEY_LEFT", "KEY_RIGHT"]\nreward = "luck"\n', encoding="utf-8"
    )
    screen = terminal("play", "walk.py", "--by-hand", "--framerate", "20", columns=80, rows=24)
    screen.wait_for("turn 2")
    screen.press("\r")
    assert screen.wait() == 0 and "It is not kept" in screen.shown
    assert not (tmp_path / "ladders").exists()
