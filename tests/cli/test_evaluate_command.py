"""``retro-gamer evaluate``: figures for people and for programs, beside random play."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from cli.walking import walk_config
from click.testing import CliRunner
from waiting import PATIENCE, wait_until

from retro_gamer_core.cli.group import retro_gamer as retro_gamer_commands
from retro_gamer_core.evaluation.games import PlayedGame
from retro_gamer_core.evaluation.report import Report
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer

#: Going right pays; a walk of twenty turns. Whoever goes nowhere gets nothing.
GAME = """\
from retro.agent import ArrowKeyAgent
from retro.game import Game


class Walker(ArrowKeyAgent):
    position = (0, 0)

    def play_turn(self, game):
        game.state["luck"] = self.position[0]
        game.state["{score}"] = 10 * self.position[0]
        if game.turn_number == 20:
            game.end()


def create_game():
    return Game([Walker()], {{"luck": 0, "{score}": 0}}, board_size=(40, 1))
"""


@pytest.fixture
def make_trained(tmp_path, monkeypatch):
    """``make_trained(score="score", metadata="…")``: a run in the directory ``run``, trained for 40 episodes."""

    def make_trained(*, score: str = "score", metadata: str = "", training: str = "") -> RunDirectory:
        monkeypatch.setattr(sys, "path", list(sys.path))
        (tmp_path / "walk.py").write_text(GAME.format(score=score), encoding="utf-8")
        run = RunDirectory.create(tmp_path / "run")
        config = walk_config((tmp_path / "walk.py").as_posix(), episodes=40)
        config = config.replace("[model]", f"{metadata}\n[model]").replace(
            "seed = 1", f"seed = 1\n{training}"
        )
        run.config.write_text(config, encoding="utf-8")
        load_trainer(run).train()
        return run

    return make_trained


@pytest.fixture
def figures(tmp_path, monkeypatch):
    """``figures("--episodes", 3)``: the JSON of ``evaluate run``, in this process, and what else was said."""
    monkeypatch.chdir(tmp_path)

    def figures(*arguments: object) -> tuple[dict[str, Any], str]:
        words = ["evaluate", "run", "--json", *map(str, arguments)]
        ended = CliRunner().invoke(retro_gamer_commands, words, catch_exceptions=False)
        assert ended.exit_code == 0
        return json.loads(ended.stdout), ended.stderr

    return figures


def test_what_programs_read(retro_gamer, make_trained):
    make_trained(
        metadata="reference_scores = { scripted = 400, random = 5 }", training="max_turns_per_episode = 15"
    )
    ended = retro_gamer("evaluate", "run", "--episodes", 12, "--seed", 3, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert told["schema"] == 1
    for name in ("score", "return", "turns"):
        low, high = told[name]["ci95"]
        assert low <= told[name]["mean"] <= high
        assert told[name].keys() == {"mean", "iqm", "ci95"}
    assert told["turns"]["mean"] == 15.0 and told["ended"] == {"turn limit": 12}
    assert told["score"]["mean"] == pytest.approx(10 * told["return"]["mean"])
    random = told["random"]["score"]
    assert random == pytest.approx(10 * told["random"]["return"])
    assert told["normalized"] == pytest.approx((told["score"]["mean"] - random) / (400 - random))
    assert (told["reference"], told["references"]) == ("scripted", {"scripted": 400.0})
    about = {
        "checkpoint": "final.pt",
        "episode": 40,
        "seed": 3,
        "episodes": 12,
        "max_turns": 15,
        "run": "run",
    }
    assert {key: told[key] for key in about} == about

    assert retro_gamer("evaluate", "run", "--episodes", 12, "--seed", 3, "--json").out == ended.out


def test_what_a_game_prints_is_not_among_the_figures(make_trained, figures, tmp_path):
    run = make_trained()
    file = tmp_path / "walk.py"
    talking = file.read_text(encoding="utf-8").replace(
        "    return Game", "    print('a new game')\n    return Game"
    )
    file.write_text(talking, encoding="utf-8")
    for module in [name for name in sys.modules if name == "walk"]:
        del sys.modules[module]
    told, said = figures("--episodes", 2)
    assert told["run"] == run.path.name and "a new game" in said


def test_a_game_without_a_score_has_its_return(retro_gamer, make_trained, figures):
    make_trained(score="points", metadata="reference_scores = { me = 4 }")
    told, _ = figures("--episodes", 3)
    assert (told["score"], told["random"]["score"], told["normalized"]) == (None, None, None)
    assert told["return"]["mean"] is not None

    people = retro_gamer("evaluate", "run", "--episodes", 3).out
    assert "  return" in people and "  score " not in people


def test_another_key_may_be_the_score(make_trained, figures):
    make_trained(score="points", metadata='score = "points"')
    told, _ = figures("--episodes", 3)
    assert told["score"]["mean"] == pytest.approx(10 * told["return"]["mean"])


def test_what_people_read(retro_gamer, make_trained):
    run = make_trained(metadata="reference_scores = { scripted = 400 }")
    ended = retro_gamer("evaluate", "run", "--episodes", 10)
    assert ended.code == 0
    assert ended.out.startswith("final.pt (episode 40) in 10 games of ")
    for words in (
        "95 % interval",
        "random play",
        "scripted",
        "the mean of the middle half",
        "Normalised score",
    ):
        assert words in ended.out, words
    assert "Next: retro-gamer play run\n      retro-gamer evaluate run --checkpoint best" in ended.err
    assert "10 games" in ended.err

    best = retro_gamer("evaluate", "run", "--episodes", 2, "--checkpoint", "best")
    assert best.out.startswith("best.pt (episode ")
    assert best.err.rstrip().endswith("Next: retro-gamer play run --checkpoint best")
    assert run.best_checkpoint.is_file()


def test_what_cannot_be_evaluated_is_explained(retro_gamer, make_trained):
    make_trained()
    for arguments, code, expected in [
        (("run", "--checkpoint", "bets"), 1, "did you mean best?"),
        (("rum",), 1, "did you mean run?"),
        (("run", "--episodes", "0"), 2, "0 is not in the range"),
    ]:
        ended = retro_gamer("evaluate", *arguments)
        assert ended.code == code and ended.out == ""
        assert expected in ended.err


def test_games_that_raise_are_told_of(retro_gamer, make_trained, figures, tmp_path):
    make_trained()
    file = tmp_path / "walk.py"
    broken = file.read_text(encoding="utf-8").replace(
        "if game.turn_number == 20", "if game.turn_number == [][0]"
    )
    file.write_text(broken, encoding="utf-8")
    ended = retro_gamer("evaluate", "run", "--episodes", 2, "--json")
    assert ended.code == 4 and ended.out == ""
    assert "every game failed: IndexError" in ended.err and "walk.py:11" in ended.err

    sometimes = broken.replace("[][0]", "(1 / 0 if __import__('random').random() < 0.01 else 20)")
    file.write_text(sometimes, encoding="utf-8")
    sys.modules.pop("walk", None)
    told, said = figures("--episodes", 40)
    assert "of 80 games ended because the game's code failed: ZeroDivisionError" in said
    assert told["ended"]["error"] > 0


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process alone there")
def test_interrupted(make_trained, tmp_path, environment):
    make_trained(training="max_turns_per_episode = 1000000")
    file = tmp_path / "walk.py"
    endless = file.read_text(encoding="utf-8").replace("game.turn_number == 20", "False")
    file.write_text(
        endless.replace("game.state", "open('began', 'w').close()\n        game.state", 1), encoding="utf-8"
    )
    command = [sys.executable, "-m", "retro_gamer_core.cli", "evaluate", "run", "--episodes", "2", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True
    ) as process:
        wait_until((tmp_path / "began").exists, process)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 130 and out == ""
    assert "Stopped after 0 of 2 games." in err


def games(scores: list[float]) -> list[PlayedGame]:
    return [PlayedGame(score, score, 10, "game over", (10, 0)) for score in scores]


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [([50, 51, 52, 53], "better"), ([1, 2, 1, 2], "worse"), ([9, 12, 11, 8], "unsure"), ([10], "unsure")],
)
def test_whether_it_beats_random_play(scores, verdict):
    assert Report.of(games(scores), games([10, 9, 11, 10]), {}).against_random == verdict


def test_normalised_scores_need_a_reference_above_random_play():
    random = games([10, 10])
    assert Report.of(games([20]), random, {"random": 3, "other": 20, "best": 30}).normalized == 0.5
    assert Report.of(games([20]), random, {"random": 99}).normalized is None
    assert Report.of(games([20]), random, {"low": 10}).normalized is None
    assert Report.of(games([20]), random, {}).normalized is None
