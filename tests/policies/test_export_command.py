"""``retro-gamer export``, and what ``play`` and ``evaluate`` make of the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cli.walking import walk_config, walk_game
from waiting import PATIENCE


@pytest.fixture
def own_run(retro_gamer, tmp_path) -> None:
    """The run ``mine`` of the game in ``walk.py``."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "walk.py").write_text(walk_game(), encoding="utf-8")
    config = walk_config("walk.py", episodes=10)
    (tmp_path / "mine" / "config.toml").write_text(config, encoding="utf-8")
    assert retro_gamer("--trust", "train", "mine")[0] == 0  # it was not made by create


@pytest.fixture
def retro_gamer(tmp_path):
    """The command as people run it, in ``tmp_path``: ``(exit code, output, messages)``."""

    def retro_gamer(*arguments: object) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "retro_gamer_core.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    return retro_gamer


def test_a_run_becomes_a_file_that_is_played_and_evaluated(retro_gamer, snake_run, tmp_path):
    code, out, err = retro_gamer("export", snake_run, "-o", "mine.rgp", "--episodes", 3)
    assert code == 0, err
    tried, wrote = out.splitlines()
    assert tried.startswith("Tried it in 3 games: mean score ")
    turns, of_turns = tried.removesuffix(" turns").split(" in ")[-1].split(" of ")
    assert turns == of_turns
    assert wrote.startswith("Wrote mine.rgp (") and "final.pt, episode 60" in wrote
    assert "Next: retro-gamer play mine.rgp" in err
    with zipfile.ZipFile(tmp_path / "mine.rgp") as archive:
        scores = json.loads(archive.read("card.json"))["scores"]
    assert scores["episodes"] == 3 and {"mean", "iqm", "ci95"} <= scores["score"].keys()

    code, out, err = retro_gamer("play", "mine.rgp", "--seed", 4)
    assert code == 0, err
    assert out.splitlines()[-1].startswith("mine.rgp (episode 60): score ")
    assert "retro-gamer play mine.rgp --seed 4 " in err

    code, out, err = retro_gamer("evaluate", "mine.rgp", "--episodes", 4, "--json")
    assert code == 0, err
    from_file = json.loads(out)
    code, out, _ = retro_gamer("evaluate", snake_run, "--episodes", 4, "--json")
    for what in ("score", "return", "turns", "random", "normalized"):
        assert from_file[what] == json.loads(out)[what]


def test_nothing_is_replaced_without_saying_so(retro_gamer, snake_run, tmp_path):
    (tmp_path / "mine.rgp").write_text("my only copy", encoding="utf-8")
    code, _, err = retro_gamer("export", snake_run, "-o", "mine.rgp", "--episodes", 0)
    assert code == 1 and "mine.rgp is there already" in err and "--force" in err
    assert (tmp_path / "mine.rgp").read_text(encoding="utf-8") == "my only copy"
    code, out, err = retro_gamer("export", snake_run, "-o", "mine.rgp", "--episodes", 0, "--force")
    assert code == 0 and out.startswith("Wrote mine.rgp"), err
    code, out, _ = retro_gamer("export", snake_run, "--episodes", 0)
    assert code == 0 and (tmp_path / f"{Path(snake_run).name}.rgp").is_file()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("export", "nowhere"), "there is no directory nowhere"),
        (("export", "RUN", "-o", "no/such/place.rgp"), "there is no directory no/such"),
        (("export", "RUN", "--checkpoint", "ep_9999"), "there is no checkpoint 'ep_9999'"),
        (("play", "gone.rgp"), "there is no file gone.rgp"),
        (("play", "text.rgp"), "text.rgp is not used: it is cut short, damaged"),
        (("evaluate", "text.rgp"), "text.rgp is not used: it is cut short, damaged"),
        (("play", "a/checkpoints/best.pt"), "retro-gamer play a --checkpoint best"),
        (("play", "RUN", "--game", "nav"), "is a run, and plays its own game"),
    ],
)
def test_mistakes_are_explained(retro_gamer, snake_run, tmp_path, arguments, expected):
    (tmp_path / "text.rgp").write_text("hello", encoding="utf-8")
    (tmp_path / "a" / "checkpoints").mkdir(parents=True)
    (tmp_path / "a" / "checkpoints" / "best.pt").write_bytes(b"")
    code, _, err = retro_gamer(*(snake_run if word == "RUN" else word for word in arguments))
    assert code == 1 and expected in err and "try:" in err


def test_a_file_never_decides_which_code_is_run(retro_gamer, snake_file, tmp_path):
    """Its card names the game; what is not installed as a game must be named by the person."""
    from policies.test_policy_files import rebuilt

    (tmp_path / "payload.py").write_text("print('it ran')\n", encoding="utf-8")
    for game in ("payload", "payload.py", "payload:create_game", str(tmp_path / "payload.py")):
        contents = rebuilt(snake_file.read_bytes(), lambda card, weights, game=game: card.update(game=game))
        (tmp_path / "theirs.rgp").write_bytes(contents)
        code, out, err = retro_gamer("play", "theirs.rgp")
        assert code == 1 and "no installed game" in err and "it ran" not in out + err
    code, out, err = retro_gamer("play", "theirs.rgp", "--game", "snake", "--max-turns", 3)
    assert code == 0 and "it ran" not in out + err


def test_what_to_type_next_names_the_game_where_it_must_be_named(retro_gamer, own_run):
    code, _, err = retro_gamer("export", "mine", "--episodes", 0)
    assert code == 0 and "Next: retro-gamer play mine.rgp --game walk.py" in err, err
    code, _, err = retro_gamer("play", "mine.rgp", "--game", "walk.py", "--seed", 1)
    assert code == 0 and "retro-gamer evaluate mine.rgp --game walk.py" in err, err


def test_no_scores_of_games_that_failed(retro_gamer, own_run, tmp_path):
    (tmp_path / "walk.py").write_text(walk_game(ends="1 / 0"), encoding="utf-8")
    code, out, err = retro_gamer("export", "mine", "--episodes", 2)
    assert code == 4 and "every game failed: ZeroDivisionError" in err and "Tried it" not in out


def test_two_files_need_two_names(retro_gamer, snake_run, tmp_path):
    code, _, err = retro_gamer("export", snake_run, "-o", "x", "--onnx", tmp_path / "x")
    assert code == 2 and "two names" in err and not (tmp_path / "x").exists()


def test_other_programs_get_onnx(retro_gamer, snake_run, tmp_path):
    import onnxruntime

    code, out, err = retro_gamer("export", snake_run, "--onnx", "snake.onnx")
    assert code == 0, err
    assert out.startswith("Wrote snake.onnx (") and not list(tmp_path.glob("*.rgp"))
    assert f"Next: retro-gamer export {snake_run}" in err
    told = onnxruntime.InferenceSession(tmp_path / "snake.onnx").get_modelmeta().custom_metadata_map
    assert json.loads(told["game"]) == "retro.examples.snake:create_game"
    encoder = json.loads(told["encoder"])
    assert encoder["name"] == "egocentric"
    assert encoder["frames"] == 1
    assert json.loads(told["actions"])[-1] is None
