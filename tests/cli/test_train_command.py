"""``retro-gamer train`` without a terminal: plain lines, exit codes, and what to type next."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.walking import walk_config, walk_game
from waiting import PATIENCE, wait_until

from retro_gamer_core.runs.run_directory import RunDirectory

GAME = walk_game(ends="random.random() < 0.1")


@pytest.fixture
def walk_run(tmp_path) -> Callable[..., RunDirectory]:
    """``walk_run(episodes=25)``: a run of a small game, in the directory ``run``."""

    def walk_run(episodes: int = 25, game: str = GAME, device: str = "cpu") -> RunDirectory:
        (tmp_path / "walk.py").write_text(game, encoding="utf-8")
        run = RunDirectory.create(tmp_path / "run")
        path = (tmp_path / "walk.py").as_posix()
        run.config.write_text(walk_config(path, episodes=episodes, device=device), encoding="utf-8")
        return run

    return walk_run


def change(run: RunDirectory, old: str, new: str) -> None:
    text = run.config.read_text(encoding="utf-8")
    assert old in text
    run.config.write_text(text.replace(old, new), encoding="utf-8")


def test_training_stopping_and_going_on(retro_gamer, walk_run):
    run = walk_run()
    ended = retro_gamer("train", "run")
    assert ended.code == 0
    first, *checkpoints, evaluation, verdict, blank, next_play, next_info = ended.err.splitlines()
    assert first.endswith("walk.py: 25 episodes. Ctrl-C stops and saves.")
    assert [line.split(":")[0] for line in checkpoints] == [
        "episode 10 of 25",
        "episode 20 of 25",
        "episode 25 of 25",
    ]
    assert all("average reward" in line and "turns/s" in line for line in checkpoints)
    assert all(re.search(r"about \dm\d\ds left \(till \d\d:\d\d\)$", line) for line in checkpoints[:-1])
    assert evaluation.startswith("  without random keys: return ") and "random play: " in evaluation
    assert verdict.startswith("Note: best.pt is the policy after episode 25: mean return ")
    assert (blank, next_play) == ("", "Next: retro-gamer play run")
    assert next_info.strip() == "retro-gamer info run"
    assert ended.out.startswith("Done: 25 episodes, ") and "Everything is saved in run." in ended.out
    assert "\x1b" not in ended.out + ended.err and "\r" not in ended.out + ended.err

    log = run.log.read_bytes()
    again = retro_gamer("train", "run")
    assert again.code == 0
    assert "All 25 episodes have been played already." in again.out
    assert "raise training_episodes in" in again.err
    assert run.log.read_bytes() == log

    change(run, "training_episodes = 25", "training_episodes = 30")
    more = retro_gamer("train", "run")
    assert more.code == 0
    assert "after episode 25." in more.out and "Done: 30 episodes" in more.out

    back = retro_gamer("train", "run", "--resume", "ep_0010")
    assert back.code == 0
    assert "Note: resumed from ep_0010.pt, after episode 10" in back.err
    assert "Done: 30 episodes" in back.out

    unknown = retro_gamer("train", "run", "--resume", "ep_0011")
    assert unknown.code == 1
    assert "there is no checkpoint 'ep_0011'" in unknown.err and "the nearest one is ep_0010" in unknown.err


def test_what_stands_in_the_way_is_explained(retro_gamer, walk_run):
    """One run, and one thing after the other that is wrong with it; none touches what is there."""
    run = walk_run(episodes=10)
    assert retro_gamer("train", "run").code == 0
    missing = retro_gamer("train", "rum")
    assert missing.code == 1 and "did you mean run?" in missing.err

    config = run.config.read_text(encoding="utf-8")
    saved = {path: path.read_bytes() for path in [*run.checkpoints(), *run.newest_states(), run.log]}
    change(run, "training_episodes = 10", "training_episodes = 20")
    for old, new, expected in [
        ("batch_size = 8", "batch_size = 0\nlerning_rate = 1", "There are 2 problems in"),
        ('reward = "luck"', 'reward = "lukc"', "did you mean 'luck'?"),
        ("hidden_sizes = [4]", "hidden_sizes = [5]", "    was: [4]\n    now: [5]\n    why it matters:"),
        ("walk.py", "wok.py", "wok.py"),
    ]:
        change(run, old, new)
        ended = retro_gamer("train", "run")
        assert ended.code == 1
        assert expected in ended.err
        assert "Traceback" not in ended.err
        change(run, new, old)
    assert {path: path.read_bytes() for path in saved} == saved

    checkpoint = run.checkpoint_path(10)
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    truncated = retro_gamer("train", "run", "--resume", "ep_0010")
    assert truncated.code == 1
    assert "ep_0010.pt cannot be read as a checkpoint" in truncated.err
    assert run.config.read_text(encoding="utf-8") == config.replace("= 10\ncheck", "= 20\ncheck")


@pytest.mark.skipif(
    "torch" in sys.modules and sys.modules["torch"].cuda.is_available(), reason="there is one"
)
def test_a_graphics_card_that_is_not_there(retro_gamer, walk_run):
    walk_run(device="cuda")
    ended = retro_gamer("train", "run")
    assert ended.code == 1
    assert "this computer has no device 'cuda'" in ended.err
    assert 'try:   device = "auto"' in ended.err
    assert retro_gamer("train", "run", "--device", "cpu").code == 0


def test_a_game_that_always_raises(retro_gamer, walk_run):
    run = walk_run(game=GAME.replace('game.state["luck"]', 'game.state["nothing"]'))
    ended = retro_gamer("train", "run")
    assert ended.code == 4
    assert "Note: the game raised KeyError: 'nothing' — in turn 1 of episode 1, seed " in ended.err
    assert "walk.py:11, in play_turn: game.state" in ended.err
    assert "Error: each of the last 20 episodes ended with an error" in ended.err
    assert "Traceback" not in ended.err
    assert run.newest_checkpoint() is not None and run.newest_states()


def training_in_background(walk_run, environment, tmp_path, **popen) -> tuple[RunDirectory, subprocess.Popen]:
    """A long training whose first checkpoint is already there."""
    run = walk_run(episodes=1_000_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "retro_gamer_core.cli", "train", "run"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        **popen,
    )
    wait_until(run.checkpoints, process)
    return run, process


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
def test_two_trainings_at_once_are_refused(retro_gamer, walk_run, environment, tmp_path):
    run, first = training_in_background(
        walk_run, environment, tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    second = retro_gamer("train", "run")
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=PATIENCE) == 130
    assert second.code == 1
    assert f"process {first.pid} on " in second.err and "is training this run already" in second.err
    numbers = [
        int(line[4:].split("]")[0])
        for line in run.log.read_text(encoding="utf-8").splitlines()
        if line.startswith("[EP ")
    ]
    assert numbers == [*range(1, len(numbers) + 1)], "the log of the first was not touched"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_interrupted_while_nobody_reads_any_more(walk_run, environment, tmp_path, number):
    """``retro-gamer train run | tee log``: Ctrl-C ends ``tee`` as well, and still everything is saved."""
    read, write = os.pipe()
    run, process = training_in_background(walk_run, environment, tmp_path, stdout=write, stderr=write)
    os.close(write)
    os.close(read)
    before = run.newest_states()
    process.send_signal(getattr(signal, number))
    process.wait(timeout=PATIENCE)
    assert run.newest_states()[:1] != before[:1]
    assert not Path(run.path / "training.pid").exists()
    assert "=== Training interrupted" in run.log.read_text(encoding="utf-8").splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_shutdown_that_asks_twice_does_not_insist(walk_run, environment, tmp_path, number):
    run, process = training_in_background(walk_run, environment, tmp_path)
    process.send_signal(getattr(signal, number))
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 130
    assert run.newest_states()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_nohup_goes_on_when_the_terminal_is_closed(walk_run, environment, tmp_path):
    ignore = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
    run, process = training_in_background(walk_run, environment, tmp_path, **ignore)
    process.send_signal(signal.SIGHUP)
    before = run.newest_checkpoint()
    wait_until(lambda: run.newest_checkpoint() != before, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 130


SLOW_ONCE_FINISHED = """        from pathlib import Path
        if Path("slow").exists() and Path("run/checkpoints/final.pt").exists():
            Path("evaluating").touch()
            __import__("time").sleep(0.05)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals to a single process")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_the_same_command_makes_up_for_the_last_evaluation(
    retro_gamer, walk_run, environment, tmp_path, number
):
    run = walk_run(game=GAME.replace("        game.state", f"{SLOW_ONCE_FINISHED}        game.state", 1))
    (tmp_path / "slow").touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "retro_gamer_core.cli", "train", "run"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until((tmp_path / "evaluating").exists, process)
    process.send_signal(getattr(signal, number))
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == (-signal.SIGKILL if number == "SIGKILL" else 130), err
    assert "Done" not in out
    if number != "SIGKILL":
        assert out.startswith("The last evaluation was interrupted; all 25 episodes are saved in run.")
        assert re.search(r"Next: retro-gamer train run +\(the same command makes up for it\)", err)
    assert not run.best_checkpoint.exists()

    (tmp_path / "slow").unlink()
    again = retro_gamer("train", "run")
    assert again.code == 0
    assert "Note: best.pt is the policy after episode 25" in again.err
    assert "Done: 25 episodes" in again.out
    assert run.best_checkpoint.exists()
    assert "have been played already" in retro_gamer("train", "run").out


def test_a_run_that_has_only_best_pt_is_used(retro_gamer, walk_run):
    run = walk_run()
    assert retro_gamer("train", "run").code == 0
    for path in run.checkpoints():
        path.unlink()
    assert run.newest_checkpoint() == run.best_checkpoint
    for command in (
        ("play", "run"),
        ("evaluate", "run", "--episodes", "2"),
        ("export", "run", "-o", "a.rgp"),
    ):
        ended = retro_gamer(*command)
        assert ended.code == 0, ended.err
